"""Who may do what: every act that writes asks for a role on its own day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from ledger import contributions, correcting, funds, people, pool, spendings, store
from ledger.contributions import Receipt
from ledger.people import RoleNeeded
from ledger.savings import amounts, catalogues, observations, picks
from ledger.tables.funds import ROLES
from reports.exports import settlement_files
from settlement import proposals
from settlement.drafts import Choices
from tests.support import ledgers, picked
from tests.support.catalogues import effect
from tests.support.funds import agreement

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from ledger.acts import Act
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

DAY: Final = date(2026, 2, 10)
EVERYBODY: Final = (*ROLES, "nobody")
Acting = tuple["Session", "Ledger", "Act"]


def recorded(session: Session, ledger: Ledger, act: Act) -> None:
    spendings.record(session, ledger.fund, [ledger.order(id="new")], act=act)


def imported(session: Session, ledger: Ledger, act: Act) -> None:
    spendings.record(session, ledger.fund, [ledger.order(id="new")], act=act, backdated=True)


def reversed_(session: Session, ledger: Ledger, act: Act) -> None:
    correcting.reverse(session, ledger.fund, "s", new_id="new", reason="wrong", act=act)


def reserved(session: Session, ledger: Ledger, act: Act) -> None:
    hold = pool.Hold(
        id="new", case="K1", organisation="a", amount_cents=1_00, until=date(2026, 3, 1)
    )
    pool.reserve(session, ledger.fund, hold, act=act)


def released(session: Session, ledger: Ledger, act: Act) -> None:
    pool.release(session, ledger.fund, "r", act=act)


def expired(session: Session, ledger: Ledger, act: Act) -> None:
    pool.expire(session, ledger.fund, act=act)


def saved(session: Session, ledger: Ledger, act: Act) -> None:
    amounts.record(session, ledger.fund, [amounts.Amount("other", "a", 1_00)], act=act)


def chosen(session: Session, ledger: Ledger, act: Act) -> None:
    picks.pick(session, ledger.fund, "other", "eviction", act=act)


def observed(session: Session, ledger: Ledger, act: Act) -> None:
    observations.observe(session, ledger.fund, "s", "yes", act=act)


def received(session: Session, ledger: Ledger, act: Act) -> None:
    receipt = Receipt(id="new", party="a", received_on=DAY, amount_cents=1_00)
    contributions.receive(session, ledger.fund, [receipt], act=act)


def catalogued(session: Session, ledger: Ledger, act: Act) -> None:
    content = picked.text(effect(), version=2)
    catalogues.file(session, ledger.fund, "effects.toml", content, act=act)


def filed(session: Session, ledger: Ledger, act: Act) -> None:
    document = agreement(version=2, valid="from 2026-07-01")
    funds.file_version(session, ledger.fund, "agreement.toml", document, act=act)


def granted(session: Session, ledger: Ledger, act: Act) -> None:
    people.grant(session, ledger.fund, "new", role="auditor", organisation="a", act=act)


def proposed(session: Session, ledger: Ledger, act: Act) -> None:
    choices = Choices(period=ledgers.period("2026-01-01 2026-02-01"))
    draft = proposals.prepare(session, ledger.fund, choices)
    proposals.propose(session, draft, act=act, record=settlement_files.record)


RECORD: Final = {"professional", "finance", "administrator"}
KEEP: Final = {"finance", "administrator"}
FILE: Final = {"finance", "administrator", "board"}
MAY: Final[list[tuple[Callable[..., None], set[str]]]] = [
    (recorded, RECORD), (imported, RECORD), (reversed_, RECORD), (reserved, RECORD),
    (released, RECORD), (expired, RECORD), (saved, RECORD), (chosen, RECORD), (observed, RECORD),
    (received, KEEP), (proposed, KEEP), (catalogued, FILE), (filed, FILE),
    (granted, {"administrator"}),
]  # fmt: skip


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fund with somebody of every role, and something to do for each."""
    made = picked.opened(database.engine, effect(), kinds="a municipality, b other, c other")
    made.receive(100_00)
    made.record(id="s", case="K1")
    made.record(id="other", case="K2")
    picked.pick(made, "s")
    made.reserve(1_00, id="r")
    for role in ROLES:
        made.grant(role, role)
    with store.writing(database.engine) as session:
        made.people["nobody"] = people.ensure(session, "nobody")
    return made


@pytest.mark.parametrize(("do", "may"), MAY, ids=[do.__name__ for do, _ in MAY])
def test_every_act_asks_for_a_role(ledger: Ledger, do: Callable[..., None], may: set[str]) -> None:
    before = ledgers.rows(ledger.engine)
    for who in set(EVERYBODY) - may:
        with pytest.raises(RoleNeeded, match="this needs the role"):
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


@pytest.mark.parametrize(
    ("days", "on"),
    [
        ({"valid_from": date(2026, 3, 1)}, "2026-02-28T22:59"),  # it has not begun
        ({"valid_until": date(2026, 3, 1)}, "2026-02-28T23:00"),  # a leaver: 1 March where it is
    ],
)
def test_a_role_is_that_of_the_day_where_the_fund_is(
    ledger: Ledger, days: dict[str, Any], on: str
) -> None:
    ledger.grant("worker", "professional", **days)
    ledger.now = datetime.fromisoformat(on).replace(tzinfo=UTC)

    for do in (recorded, reserved):
        with pytest.raises(RoleNeeded, match="does not have on"):
            tried(ledger, do, "worker")


def test_of_a_role_that_was_granted_twice_the_last_grant_counts(ledger: Ledger) -> None:
    ledger.grant("worker", "professional")
    tried(ledger, recorded, "worker", keep=False)
    ledger.grant("worker", "professional", valid_until=DAY)

    with pytest.raises(RoleNeeded):
        tried(ledger, recorded, "worker")


def test_a_role_in_one_fund_is_none_in_another(database: Database, ledger: Ledger) -> None:
    other = agreement().replace(b'code = "fund"', b'code = "other"', 1)
    there = ledgers.opened(database.engine, other)
    there.people = ledger.people

    with pytest.raises(RoleNeeded):
        tried(there, recorded, "professional")


def test_whoever_opened_the_fund_is_its_administrator_until_that_is_granted_otherwise(
    ledger: Ledger,
) -> None:
    ledger.people["founder"] = ledger.actor
    tried(ledger, granted, "founder", keep=False)
    ledger.grant("another", "administrator")
    ledger.grant("administrator", "administrator", valid_from=date(2026, 2, 1), valid_until=DAY)

    for do in (granted, recorded):
        with pytest.raises(RoleNeeded):
            tried(ledger, do, "founder")


@pytest.mark.parametrize(("since", "until"), [(date(2026, 1, 1), DAY), (date(2026, 2, 11), None)])
def test_the_last_administrator_stays(ledger: Ledger, since: date, until: date | None) -> None:
    me = ledger.grant("administrator", "administrator", valid_from=date(2026, 1, 1))
    ledger.actor = me
    before = ledgers.rows(ledger.engine)

    with pytest.raises(people.LastAdministrator):
        ledger.grant("administrator", "administrator", valid_from=since, valid_until=until)
    assert ledgers.rows(ledger.engine) == before

    ledger.grant("another", "administrator", valid_from=date(2026, 1, 1))
    ledger.grant("administrator", "administrator", valid_from=since, valid_until=until)
