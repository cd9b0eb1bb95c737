"""Agreeing on a settlement: organisations agree or object, silence counts as agreed.

Who agrees has the role finance or board of that organisation. An objection names lines;
the account holder takes the proposal back to draft, sets them apart in the next one or
corrects what was wrong. What was proposed and what was said of it stays readable.

Source:
    The settlement rules, Agreement between the organisations.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, select

from ledger import commitments, funds, people, screening, store, trail
from ledger.acts import day_in
from ledger.agreement.versions import latest
from ledger.errors import Conflict, Mistake, WrongInput
from ledger.tables import Approval, Event, ObjectedLine, SettlementLine, SettlementState, Spending
from settlement import states

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.agreement.schema import Agreement
    from ledger.trail import Trail
    from settlement.states import Standing

MAY_SPEAK: Final = ("finance", "board")
"""Which roles speak for their organisation about a settlement."""


class NoParticipant(Conflict):
    """The organisation is no participant on the period's last day: it has no say."""

    slug = "no-participant"


class UnknownLine(Conflict):
    """The proposal has no such line."""

    slug = "unknown-line"


class NotAgreed(Conflict):
    """The proposal is not agreed: somebody has not answered, or objects."""

    slug = "not-agreed"


def agree(session: Session, fund: str, party: str, *, act: Act) -> Standing:
    """Agree with the proposal that is open, on behalf of an organisation.

    Returns:
        The settlement, agreed if nobody's answer is waited for any more.

    Raises:
        NoSettlement: No proposal is open.
        RoleNeeded: Whoever acts does not speak for the organisation.
        NoParticipant: The organisation has no say.
    """
    end, standing = _speak(session, fund, party, act)
    row = _approval(standing, party, "agrees", act)
    _say(end, act, "settlement.approved", [row])
    return _settle_answers(end, standing, act)


def object_to(
    session: Session, fund: str, party: str, spendings: Sequence[str], reason: str, *, act: Act
) -> Standing:
    """Object to lines of the proposal that is open, on behalf of an organisation.

    Args:
        session: Of the act.
        fund: Code of the fund.
        party: Code of the organisation.
        spendings: Ids of the lines that it objects to.
        reason: Why; it may be erased, and the trail only commits to it.
        act: Who objects, and when.

    Raises:
        WrongInput: The reason cannot be kept, or holds what must be left out.
        NoSettlement: No proposal is open.
        RoleNeeded: Whoever acts does not speak for the organisation.
        UnknownLine: The proposal has no such line.
    """
    if what := screening.wrong_note(reason):
        raise WrongInput([Mistake("reason", what)])
    end, standing = _speak(session, fund, party, act)
    _refuse_agreed(standing)
    lines = _lines(session, standing, spendings)
    salt = act.random(commitments.SALT_BYTES)
    row = _approval(standing, party, "objects", act) | {"salt": salt, "reason": reason}
    body = {
        "lines": lines,
        "reason": commitments.of_fields(salt, {"reason": reason}),
    }
    _say(end, act, "settlement.objected", [row], more=body, objected=lines)
    return standing


def take_back(session: Session, fund: str, *, act: Act) -> Standing:
    """Take the open proposal back to draft: its period can be adjusted until it is proposed anew.

    Raises:
        NoSettlement: No proposal is open.
        RoleNeeded: Whoever acts does not speak for the account holder.
    """
    end = trail.lock(session, fund)
    standing = states.open_one(session, end.fund_id)
    _require_holder(session, end, fund, standing, act)
    end.adjusting_from = standing.period.start
    end.closed_until = min(end.closed_until, standing.period.start)
    step(end, standing, "draft", act)
    return standing


def lapse(session: Session, fund: str, *, act: Act) -> Standing:
    """Count the silence of organisations that did not answer in time, where it counts as agreed.

    Returns:
        The settlement, agreed if nobody's answer is waited for any more.
    """
    end = trail.lock(session, fund)
    return _settle_answers(end, states.open_one(session, end.fund_id), act)


def waiting_for(session: Session, fund: str, standing: Standing) -> tuple[str, ...]:
    """Return the organisations whose answer is waited for, in the order of parties."""
    version = _version(funds.known(session, fund).agreements, standing)
    given = states.answers(session, standing)
    return tuple(
        party for party in voters(version, standing) if _verdict(given, party) == "nothing"
    )


def voters(version: Agreement, standing: Standing) -> tuple[str, ...]:
    """Return who has a say: the participants of the period's last day, one vote each."""
    last_day = standing.period.last_day
    return tuple(party.code for party in version.party if party.takes_part_on(last_day))


def step(end: Trail, standing: Standing, state: str, act: Act, **more: Any) -> int:
    """Take a step with a settlement, in an event of its own; returns its sequence."""
    standing.refuse_unless_next(state)
    proposal = standing.proposal.sequence
    event = end.append(act, f"settlement.{state}", {"proposal": proposal} | more)
    end.write([event])
    store.insert(
        end.session,
        SettlementState,
        [
            {
                "fund_id": end.fund_id,
                "sequence": event["sequence"],
                "proposal": proposal,
                "state": state,
            }
        ],
    )
    sequence: int = event["sequence"]
    return sequence


def _speak(session: Session, fund: str, party: str, act: Act) -> tuple[Trail, Standing]:
    """Lock the trail for somebody who speaks for an organisation."""
    end = trail.lock(session, fund)
    standing = states.open_one(session, end.fund_id)
    people.require(
        session,
        end.fund_id,
        act,
        roles_=MAY_SPEAK,
        on=act.day(end.timezone),
        organisation=party,
    )
    version = _version(funds.known(session, fund).agreements, standing)
    if party not in voters(version, standing):
        raise NoParticipant(
            f"{party} is no participant on {standing.period.last_day}, so it has no say",
            party=party,
        )
    return end, standing


def _refuse_agreed(standing: Standing) -> None:
    if standing.state != "proposed":
        raise states.WrongState(
            f"settlement {standing.name} is {standing.state}; nothing more is asked",
            settlement=standing.name,
            state=standing.state,
        )


def _approval(standing: Standing, party: str, verdict: str, act: Act | None) -> dict[str, Any]:
    return {
        "proposal": standing.proposal.sequence,
        "party": party,
        "verdict": verdict,
        "person_id": None if act is None else act.actor,
        "salt": None,
        "reason": None,
    }


def _say(
    end: Trail,
    act: Act,
    kind: str,
    rows: Sequence[dict[str, Any]],
    *,
    more: dict[str, Any] | None = None,
    objected: Sequence[int] = (),
) -> None:
    """Write what organisations say, in one event."""
    body = {
        "proposal": rows[0]["proposal"],
        "parties": [row["party"] for row in rows],
        "verdict": rows[0]["verdict"],
    }
    event = end.append(act, kind, body | (more or {}))
    end.write([event])
    of_all = {"fund_id": end.fund_id, "sequence": event["sequence"]}
    store.insert(
        end.session,
        Approval,
        [{**of_all, "line": line, **row} for line, row in enumerate(rows, 1)],
    )
    store.insert(
        end.session, ObjectedLine, [{**of_all, "line": 1, "spending": each} for each in objected]
    )


def _lines(session: Session, standing: Standing, spendings: Sequence[str]) -> list[int]:
    """Return the sequences of spendings that a proposal has lines of."""
    proposal = standing.proposal
    found = dict(
        session.exec(
            select(Spending.id, Spending.sequence)
            .join(
                SettlementLine,
                (col(SettlementLine.fund_id) == Spending.fund_id)
                & (col(SettlementLine.spending) == Spending.sequence),
            )
            .where(
                SettlementLine.fund_id == proposal.fund_id,
                SettlementLine.proposal == proposal.sequence,
                col(Spending.id).in_(spendings),
            )
        ).all()
    )
    if lost := [each for each in spendings if each not in found]:
        raise UnknownLine(
            f"settlement {standing.name} has no line {lost[0]!r}; name spendings that it settles",
            settlement=standing.name,
            lines=lost,
        )
    return sorted(found.values())


def _settle_answers(end: Trail, standing: Standing, act: Act) -> Standing:
    """Count silence where its time has come, and move on to agreed where enough agree."""
    if standing.state != "proposed":
        return standing
    session = end.session
    version = _version(funds.known(session, end.fund).agreements, standing)
    given = states.answers(session, standing)
    who = voters(version, standing)
    verdicts = {party: _verdict(given, party) for party in who}
    silent = [party for party, verdict in verdicts.items() if verdict == "nothing"]
    terms = version.agreement
    if (
        silent
        and terms.on_silence == "agrees"
        and _is_over(end, standing, terms.approval_days, act)
    ):
        _say(
            end,
            act,
            "settlement.silence",
            [_approval(standing, party, "silent", None) for party in silent],
        )
        verdicts |= dict.fromkeys(silent, "agrees")
    if _is_agreed(version, verdicts):
        step(end, standing, "agreed", act)
        return states.again(session, standing)
    return standing


def _verdict(given: dict[str, states.Answer], party: str) -> str:
    answer = given.get(party)
    if answer is None:
        return "nothing"
    return "objects" if answer.verdict == "objects" else "agrees"


def _is_agreed(version: Agreement, verdicts: dict[str, str]) -> bool:
    terms = version.agreement
    if terms.approval == "account-holder" and terms.account_holder in verdicts:
        return verdicts[terms.account_holder] == "agrees"
    agreed = _count(verdicts.values(), "agrees")
    if terms.approval == "majority":
        return 2 * agreed > len(verdicts)
    return agreed == len(verdicts)


def _count(verdicts: Iterable[str], wanted: str) -> int:
    return sum(verdict == wanted for verdict in verdicts)


def _is_over(end: Trail, standing: Standing, days: int, act: Act) -> bool:
    """Whether the time to answer has passed."""
    return act.day(end.timezone) >= _proposed_on(end, standing) + timedelta(days=days)


def _proposed_on(end: Trail, standing: Standing) -> date:
    at = end.session.exec(
        select(Event.at).where(
            Event.fund_id == end.fund_id, Event.sequence == standing.proposal.sequence
        )
    ).one()
    return day_in(end.timezone, at)


def _version(agreements: Sequence[Agreement], standing: Standing) -> Agreement:
    version = latest(agreements, standing.period.last_day)
    assert version is not None, "a period was proposed under a version"
    return version


def _require_holder(session: Session, end: Trail, fund: str, standing: Standing, act: Act) -> None:
    version = _version(funds.known(session, fund).agreements, standing)
    people.require(
        session,
        end.fund_id,
        act,
        roles_=(*MAY_SPEAK, "administrator"),
        on=act.day(end.timezone),
        organisation=version.agreement.account_holder,
    )
