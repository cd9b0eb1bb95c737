"""Retention: what was kept long enough is destroyed once two approved it, and all verifies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from ledger import store
from ledger.erasing import retention
from ledger.erasing.retention import NotApproved, NotDue
from ledger.errors import WrongInput
from ledger.people import RoleNeeded
from ledger.sealing import ring, terms
from ledger.tables import Particulars
from ledger.verify import run
from tests.support import ledgers

if TYPE_CHECKING:
    from ledger.erasing.retention import Destroyed, Due
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

LATER = datetime(2199, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    made = ledgers.opened(database.engine)
    for handle, role in (
        ("officer", "privacy-officer"), ("board", "board"), ("clerk", "finance"),
    ):  # fmt: skip
        made.grant(handle, role)
    made.record(id="s", payee="landlord", purpose="a roof", case="K1", receipt="r-1")
    made.now = LATER
    return made


def due(ledger: Ledger) -> list[Due]:
    with store.reading(ledger.engine) as session:
        return retention.due(session, today=LATER.date())


def approve(ledger: Ledger, month: str, who: str) -> int:
    with store.writing(ledger.engine) as session:
        return retention.approve(session, ledger.fund, month, act=ledger.act(who))


def destroy(ledger: Ledger, month: str, who: str = "officer") -> Destroyed:
    with store.writing(ledger.engine) as session:
        done = retention.run(session, month, act=ledger.act(who))
    retention.destroy(ring.of(ledger.engine.dialect), done, at=LATER)
    return done


def particulars(ledger: Ledger) -> tuple[str | None, str | None]:
    with store.reading(ledger.engine) as session:
        row = session.connection().execute(select(store.table(Particulars))).one()
        return row.purpose, row.payee


def test_a_justification_goes_before_what_the_books_rest_on(ledger: Ledger) -> None:
    first, second = due(ledger)
    assert first.values["fund"] == {"particulars.purpose": 1, "particulars.receipt": 1}
    assert second.values["fund"]["particulars.payee"] == 1
    assert second.month > first.month

    assert approve(ledger, first.month, "officer") == approve(ledger, first.month, "officer")
    approve(ledger, first.month, "board")
    done = destroy(ledger, first.month)

    assert particulars(ledger) == (None, "landlord")
    assert done.due.approved["fund"] == (("officer", "board"), True)
    assert [each.month for each in due(ledger)] == [second.month]
    with store.reading(ledger.engine) as session:
        report = run.verify(session, ledger.fund)
    assert report.misfits == ()
    assert report.erased > 0


@pytest.mark.parametrize("approvers", [(), ("officer",), ("board", "administrator-of-old")])
def test_nothing_goes_before_two_approved_it_one_of_them_the_privacy_officer(
    ledger: Ledger, approvers: tuple[str, ...]
) -> None:
    ledger.grant("administrator-of-old", "administrator")
    month = due(ledger)[0].month
    for who in approvers:
        approve(ledger, month, who)

    with pytest.raises(NotApproved):
        destroy(ledger, month)

    assert particulars(ledger) == ("a roof", "landlord")


def test_only_who_may_approves_and_only_a_privacy_officer_destroys(ledger: Ledger) -> None:
    month = due(ledger)[0].month
    with pytest.raises(RoleNeeded):
        approve(ledger, month, "clerk")
    approve(ledger, month, "officer")
    approve(ledger, month, "board")
    with pytest.raises(RoleNeeded):
        destroy(ledger, month, "board")


def test_what_is_not_due_is_not_destroyed(ledger: Ledger) -> None:
    coming = terms.month(LATER.date(), 0)

    for month in (coming, "2100-01"):
        with pytest.raises(NotDue):
            approve(ledger, month, "officer")
    with pytest.raises(WrongInput):
        approve(ledger, "2028-13", "officer")
