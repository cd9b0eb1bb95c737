"""Funds with findings to decide on: found by hand, accepted, reviewed, and asked about cases."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import store, trail
from ledger.decisions import accepting, authorising, moratoria, places, reminding, reviewing, table
from ledger.decisions.accepting import Line, Meeting
from ledger.lawfulness import rows
from ledger.lawfulness.found import Finding, Outcome
from ledger.tables import Spending
from tests.support import funds, ledgers

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ledger.decisions.accepting import Accepted
    from ledger.decisions.asked import Answer
    from ledger.decisions.places import Place
    from ledger.decisions.reviewing import Answer as Reviewed
    from tests.support.ledgers import Ledger

MANDATES: Final = (
    '[[mandate]]\ncode = "worker"\nper_spending = "100.00"\nper_year = "1000.00"\n'
    '[[mandate]]\ncode = "lead"\nper_spending = "500.00"\n'
    '[[budget]]\nparty = "a"\nyear = 2026\namount = "100000.00"\n'
)
MEETING: Final = Meeting(on=date(2026, 3, 3), number="2026-7", present=3, members=4)
_SPENDING: Final = store.table(Spending)


def agreement(more: str = "", **members: Any) -> bytes:
    """Return an agreement with mandates and a budget, and more TOML at the end."""
    return funds.agreement(more=MANDATES + more, **members)


def opened(engine: Engine, more: str = "") -> Ledger:
    """Open a fund in which somebody of every kind may act; in February."""
    ledger = ledgers.opened(engine, agreement(more)).at("2026-02-10")
    ledger.receive(1_000_00, id="paid-in")
    ledger.grant("worker", "professional", mandate="worker")
    ledger.grant("lead", "professional", mandate="lead")
    ledger.grant("clerk", "finance")
    ledger.grant("auditor", "auditor")
    ledger.grant("board", "board")
    return ledger


def found(ledger: Ledger, *spendings: str, **members: Any) -> list[Place]:
    """Find something of each of these spendings, in one act, and return where it stands.

    It is an error of the mandate for 5.00 that is found, or what is said otherwise.
    """
    said: dict[str, Any] = {
        "rule": "mandate-per-spending",
        "version": 1,
        "kind": "error",
        "criterion": "conditions",
        "amount_cents": 5_00,
        "figures": {"spent_cents": 105_00, "most_cents": 100_00, "over_cents": 5_00},
    }
    each = Finding(**(said | members))
    with store.writing(ledger.engine) as session:
        end = trail.lock(session, ledger.fund)
        asked = select(_SPENDING.c.id, _SPENDING.c.sequence).where(
            _SPENDING.c.fund_id == end.fund_id, _SPENDING.c.id.in_(spendings)
        )
        numbers = {row.id: row.sequence for row in session.connection().execute(asked)}
        outcome = Outcome(found=[(numbers[spending], each) for spending in spendings])
        return _written(ledger, end, outcome)


def resolved(ledger: Ledger, *findings: Place) -> None:
    """Let findings stand no more."""
    with store.writing(ledger.engine) as session:
        end = trail.lock(session, ledger.fund)
        _written(ledger, end, Outcome(ended=[*findings]))


def _written(ledger: Ledger, end: trail.Trail, outcome: Outcome) -> list[Place]:
    event = end.append(ledger.act(), "findings.tested", outcome.told())
    end.write([event])
    rows.write(end.session, outcome, end.fund_id, event["sequence"])
    return [(event["sequence"], line) for line in range(1, len(outcome.found) + 1)]


def line(finding: Place, ground: str = "reverse-test", **members: Any) -> Line:
    """Return a line of a list; what a test is not about is filled in."""
    said = {"reason": "waiting would have cost more"} | members
    return Line(finding=finding, ground=ground, **said)


def accepted(
    ledger: Ledger, *lines: Line, meeting: Meeting = MEETING, who: str = "board"
) -> Accepted:
    """Let the board accept findings, entered by somebody of it."""
    with store.writing(ledger.engine) as session:
        return accepting.by_board(session, ledger.fund, lines, meeting, act=ledger.act(who))


def accepted_by(ledger: Ledger, who: str, line: Line) -> Accepted:
    """Let somebody accept a finding by their mandate."""
    with store.writing(ledger.engine) as session:
        return accepting.by_mandate(session, ledger.fund, line, act=ledger.act(who))


def reviewed(
    ledger: Ledger,
    finding: Place,
    verdict: str | None = None,
    comment: str | None = None,
    *,
    who: str = "auditor",
) -> Reviewed:
    """Let somebody review a finding."""
    with store.writing(ledger.engine) as session:
        return reviewing.review(
            session, ledger.fund, finding, verdict=verdict, comment=comment, act=ledger.act(who)
        )


def moratorium(ledger: Ledger, who: str = "worker", **members: Any) -> Answer:
    """Ask for a moratorium of case K1 for what :func:`found` finds, or what is said otherwise."""
    said: dict[str, Any] = {
        "id": "m1",
        "case": "K1",
        "organisation": "a",
        "until": date(2026, 6, 1),
        "rule": "the duty to search for work",
        "reason": "to find a house first",
        "rules": ("mandate-per-spending",),
    }
    request = moratoria.Request(**(said | members))
    with store.writing(ledger.engine) as session:
        return moratoria.ask(session, ledger.fund, request, act=ledger.act(who))


def ruled(ledger: Ledger, id_: str = "m1", *, who: str = "lead", **members: Any) -> Answer:
    """Decide on a moratorium: grant it, or what is said otherwise."""
    said: dict[str, Any] = {"granted": True, "reason": "it gives room"}
    decision = moratoria.Decision(**(said | members))
    with store.writing(ledger.engine) as session:
        return moratoria.decide(session, ledger.fund, id_, decision, act=ledger.act(who))


def escalated(ledger: Ledger, who: str = "worker", **members: Any) -> Answer:
    """Put case K1 on the table for 200.00, or what is said otherwise."""
    said: dict[str, Any] = {
        "id": "t1",
        "case": "K1",
        "organisation": "a",
        "why": "stuck",
        "reason": "who takes the lead",
        "amount_cents": 200_00,
    }
    request = table.Request(**(said | members))
    with store.writing(ledger.engine) as session:
        return table.ask(session, ledger.fund, request, act=ledger.act(who))


def settled(ledger: Ledger, id_: str = "t1", *, who: str = "lead", **members: Any) -> Answer:
    """Decide on a case on the table: grant it until June, or what is said otherwise."""
    said: dict[str, Any] = {
        "granted": True,
        "reason": "it was agreed",
        "until": date(2026, 6, 1),
    }
    decision = table.Decision(**(said | members))
    with store.writing(ledger.engine) as session:
        return table.decide(session, ledger.fund, id_, decision, act=ledger.act(who))


def authorised(ledger: Ledger, who: str | None = "clerk", **members: Any) -> Answer:
    """Let a council authorise 50.00 of 2026, or what is said otherwise."""
    said: dict[str, Any] = {
        "party": "a",
        "year": 2026,
        "amount_cents": 50_00,
        "decided_on": date(2026, 2, 9),
        "decision": "council 2027-3",
    }
    asked = authorising.Authorised(**(said | members))
    with store.writing(ledger.engine) as session:
        return authorising.authorise(session, ledger.fund, asked, act=ledger.act(who))


def reminded(ledger: Ledger, who: str = "clerk") -> list[tuple[str, int]]:
    """Record that reminders were sent; returns of which spendings, and the how manieth."""
    with store.writing(ledger.engine) as session:
        sent = reminding.sent(session, ledger.fund, act=ledger.act(who))
    return [(each.id, each.nth) for each in sent.reminders]


def due(ledger: Ledger) -> list[tuple[str, int]]:
    """Return which spendings somebody is reminded of today, and the how manieth time."""
    with store.reading(ledger.engine) as session:
        found = reminding.due(session, ledger.fund, on=ledger.act().day("Europe/Amsterdam"))
    return [(each.id, each.nth) for each in found]


def names(places_: list[Place]) -> list[str]:
    """Return findings as people write them."""
    return [places.told(each) for each in places_]
