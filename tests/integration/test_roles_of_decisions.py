"""Who may decide what: every act about findings and requests asks for a role or a mandate."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from ledger import people, store
from ledger.decisions import accepting, authorising, moratoria, reminding, reviewing, table
from ledger.people import MAY_KEEP, MAY_RECORD, RoleNeeded
from ledger.tables.funds import ROLES
from tests.support import deciding, ledgers

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.decisions.places import Place
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

DAY: Final = date(2026, 2, 10)
UNTIL: Final = date(2026, 6, 1)
EVERYBODY: Final = {*ROLES, "lead", "nobody"}


def finding(ledger: Ledger) -> Place:
    """Where the one finding of the fund stands: in the last act."""
    (row,) = ledgers.rows(ledger.engine)["finding"]
    return row[1], row[2]


def accepted(session: Session, ledger: Ledger, act: Act) -> None:
    meeting = accepting.Meeting(on=DAY, number="1", present=1, members=1)
    line = deciding.line(finding(ledger))
    accepting.by_board(session, ledger.fund, [line], meeting, act=act)


def accepted_alone(session: Session, ledger: Ledger, act: Act) -> None:
    accepting.by_mandate(session, ledger.fund, deciding.line(finding(ledger)), act=act)


def authorised(session: Session, ledger: Ledger, act: Act) -> None:
    asked = authorising.Authorised(
        party="a", year=2026, amount_cents=1_00, decided_on=DAY, decision="council 1"
    )
    authorising.authorise(session, ledger.fund, asked, act=act)


def paused(session: Session, ledger: Ledger, act: Act) -> None:
    request = moratoria.Request(
        id="new", case="K1", organisation="a", until=UNTIL, rule="a rule", reason="room"
    )
    moratoria.ask(session, ledger.fund, request, act=act)


def ruled(session: Session, ledger: Ledger, act: Act) -> None:
    decision = moratoria.Decision(granted=True, reason="room")
    moratoria.decide(session, ledger.fund, "m1", decision, act=act)


def escalated(session: Session, ledger: Ledger, act: Act) -> None:
    request = table.Request(id="new", case="K1", organisation="a", why="stuck", reason="who")
    table.ask(session, ledger.fund, request, act=act)


def settled(session: Session, ledger: Ledger, act: Act) -> None:
    decision = table.Decision(granted=True, reason="room", amount_cents=1_00, until=UNTIL)
    table.decide(session, ledger.fund, "t1", decision, act=act)


def reviewed(session: Session, ledger: Ledger, act: Act) -> None:
    reviewing.review(session, ledger.fund, finding(ledger), verdict="agreed", act=act)


def commented(session: Session, ledger: Ledger, act: Act) -> None:
    reviewing.review(session, ledger.fund, finding(ledger), comment="see the file", act=act)


def reminded(session: Session, ledger: Ledger, act: Act) -> None:
    reminding.sent(session, ledger.fund, act=act)


RECORD: Final = {*MAY_RECORD, "lead"}
KEEP: Final = {*MAY_KEEP}
DECIDE: Final = {"board", "lead"}
MAY: Final[list[tuple[Callable[..., None], set[str]]]] = [
    (accepted, {"board"}), (accepted_alone, {"lead"}), (authorised, KEEP), (paused, RECORD),
    (ruled, DECIDE), (escalated, RECORD), (settled, DECIDE), (reviewed, {"auditor"}),
    (commented, RECORD | {"auditor", "board"}), (reminded, KEEP),
]  # fmt: skip


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fund with somebody of every role, of whom one has a mandate, and something to decide."""
    made = deciding.opened(database.engine)
    for role in ROLES:
        made.grant(role, role)
    with store.writing(database.engine) as session:
        made.people["nobody"] = people.ensure(session, "nobody")
    made.record(40_00, id="s", case="K1", professional="worker")
    deciding.found(made, "s")
    deciding.moratorium(made)
    deciding.escalated(made)
    return made


@pytest.mark.parametrize(("do", "may"), MAY, ids=[do.__name__ for do, _ in MAY])
def test_every_decision_asks_for_a_role_or_a_mandate(
    ledger: Ledger, do: Callable[..., None], may: set[str]
) -> None:
    before = ledgers.rows(ledger.engine)
    for who in EVERYBODY - may:
        with pytest.raises(RoleNeeded, match=r"this needs (the role|a mandate)"):
            tried(ledger, do, who)
    assert ledgers.rows(ledger.engine) == before
    for who in sorted(may):
        tried(ledger, do, who, keep=False)


def tried(ledger: Ledger, do: Callable[..., None], who: str, *, keep: bool = True) -> None:
    """Let somebody do something, and undo it where it is not kept."""
    with store.writing(ledger.engine) as session:
        do(session, ledger, ledger.act(who))
        if not keep:
            session.rollback()


@pytest.mark.parametrize("do", [accepted_alone, ruled, settled], ids=lambda do: do.__name__)
def test_a_mandate_that_is_not_in_force_decides_nothing(
    ledger: Ledger, do: Callable[..., None]
) -> None:
    ledger.grant("lead", "professional", mandate="lead", valid_until=DAY)

    with pytest.raises(RoleNeeded, match="which whoever acts does not have on 2026-02-10"):
        tried(ledger, do, "lead")
