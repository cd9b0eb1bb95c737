"""Tells decisions of the example year to a ledger: on what is found there, by chance and kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.example.dice import Dice
from api.example.material import material
from ledger import funds
from ledger.acts import day_in
from ledger.decisions import accepting, listing, reviewing
from ledger.decisions.accepting import Line
from ledger.decisions.mandates import FourEyes, MandateNeeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from api.example.deeds import Accepted, AcceptedByMandate, Reviewed
    from ledger.acts import Act
    from ledger.decisions.listing import Listed

_ON_THE_LIST: Final = 88  # of a hundred findings that are open; the others wait for questions
_BY_MANDATE: Final = "mandate-per-spending"
_GROUNDS: Final = {
    "prior-provision": ("reverse-test", "accepted_prior"),
    "departs-from-rule": ("reverse-test", "accepted_rule"),
    "mandate-per-spending": ("board-decision", "accepted_mandate"),
}
_OTHERWISE: Final = ("agreement-clause", "accepted_other")
_OF_ACCEPTED: Final = {"agreed": 88, "disagreed": 4, "more-information": 8}
_OF_MISUSE: Final = {"corrected": 55, "agreed": 20, "disagreed": 25}
_COMMENTS: Final = {
    "disagreed": "review_disagreed",
    "more-information": "review_more",
    "corrected": "review_corrected",
}


def accepted(session: Session, fund: str, deed: Accepted, act: Act) -> None:
    """Let the board accept most of what is open."""
    lines = [
        _line(each)
        for each in _listed(session, fund, "open", act)
        if each.target.criterion != "misuse" and _chance(each, "list").happens(_ON_THE_LIST)
    ]
    accepting.by_board(session, fund, lines, deed.meeting, act=act)


def accepted_by_mandate(session: Session, fund: str, _: AcceptedByMandate, act: Act) -> None:
    """Let somebody accept what others spent over their mandate, and is within theirs."""
    for each in _listed(session, fund, "open", act):
        if each.target.rule != _BY_MANDATE:
            continue
        try:
            accepting.by_mandate(session, fund, _line(each), act=act)
        except (FourEyes, MandateNeeded):
            continue  # the board decides on these


def reviewed(session: Session, fund: str, _: Reviewed, act: Act) -> None:
    """Let the auditor work through the queue."""
    for each in _listed(session, fund, "to-review", act):
        verdicts = _OF_ACCEPTED if each.target.is_accepted else _OF_MISUSE
        verdict = _chance(each, f"verdict {act.at.isoformat()}").by_weight(verdicts)
        comment = _COMMENTS.get(verdict)
        reviewing.review(
            session,
            fund,
            each.target.place,
            act=act,
            verdict=verdict,
            comment=comment and material().words[comment],
        )


def _listed(session: Session, fund: str, which: str, act: Act) -> Sequence[Listed]:
    today = day_in(funds.known(session, fund).timezone, act.at)
    return listing.listed(session, fund, which, on=today)


def _line(each: Listed) -> Line:
    ground, word = _GROUNDS.get(each.target.rule, _OTHERWISE)
    granted = next((one for one in each.offered if one.moratorium_id is not None), None)
    if granted is not None and each.target.rule == "departs-from-rule":
        ground, word = "moratorium", "accepted_moratorium"
    return Line(
        finding=each.target.place,
        ground=ground,
        reason=material().words[word],
        moratorium=granted.moratorium_id if granted and ground == "moratorium" else None,
    )


def _chance(each: Listed, what: str) -> Dice:
    return Dice(f"{what} {each.target.spending_id} {each.target.rule}")
