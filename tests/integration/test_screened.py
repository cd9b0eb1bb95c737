"""Screening on record: what is left out of a spending, and what its author said stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger import anew, correcting, people, store
from ledger.errors import WrongInput
from ledger.people import NotAHandle
from tests.support import deciding, ledgers, soundness

if TYPE_CHECKING:
    from ledger.orders import Order
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

NUMBER = "111222333"
OTHER = "123456782"


def on_record(ledger: Ledger, spending: str) -> Order:
    with store.reading(ledger.engine) as session:
        return correcting.as_order(session, ledger.fund, spending)


def test_who_it_is_said_to_be_and_the_domain_are_screened_too(database: Database) -> None:
    ledger = ledgers.opened(database.engine)

    ledger.record(id="s", professional=f"collega {NUMBER}", domain=f"werk {NUMBER}", case="K")

    found = on_record(ledger, "s")
    assert (found.professional, found.domain) == ("collega […]", "werk […]")
    ledger.reverse("s", "s-r")
    soundness.assert_sound(database.engine)


def test_a_correction_leaves_out_nothing_anew_of_what_it_does_not_change(
    database: Database,
) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record(
        10_00, id="s", case=NUMBER, payee=f"factuur {NUMBER}", purpose="klant 111 222 333",
        no_bsn=(NUMBER,),
    )  # fmt: skip

    ledger.correct("s", "s-2", amount_cents=11_00)
    ledger.correct("s-2", "s-3", purpose=f"klant {NUMBER}, niet {OTHER}")
    assert [each.status for each in ledger.correct("s", "s-2", amount_cents=11_00)] == [
        "known", "known",
    ]  # fmt: skip

    second, third = on_record(ledger, "s-2"), on_record(ledger, "s-3")
    assert (second.payee, second.purpose) == (f"factuur {NUMBER}", "klant 111 222 333")
    assert (third.payee, third.purpose) == (f"factuur {NUMBER}", f"klant {NUMBER}, niet […]")
    assert third.case == NUMBER
    soundness.assert_sound(database.engine)


def test_what_is_recorded_anew_leaves_out_nothing_anew(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record(10_00, id="s", payee=f"factuur {NUMBER}", no_bsn=(NUMBER,))

    with store.writing(database.engine) as session:
        (made,) = anew.record(
            session, ledger.fund, ["s"], reason="again", may=people.MAY_KEEP, act=ledger.act()
        )

    assert on_record(ledger, made.replacement).payee == f"factuur {NUMBER}"


def test_no_case_is_named_by_a_bsn_whoever_names_it(database: Database) -> None:
    ledger = deciding.opened(database.engine)
    before = ledgers.rows(database.engine)

    for act in (ledger.record, ledger.reserve):
        with pytest.raises(WrongInput, match="case: looks like a citizen service number"):
            act(10_00, case=NUMBER)
    for ask in (deciding.moratorium, deciding.escalated):
        with pytest.raises(WrongInput, match="case: looks like a citizen service number"):
            ask(ledger, case=NUMBER)

    assert ledgers.rows(database.engine) == before


@pytest.mark.parametrize("handle", [NUMBER, "111.222-333"])
def test_nobody_bears_a_bsn_for_a_handle(database: Database, handle: str) -> None:
    ledger = ledgers.opened(database.engine)
    before = ledgers.rows(database.engine)

    with pytest.raises(NotAHandle, match="looks like a citizen service number"):
        ledger.grant(handle, "finance")

    assert ledgers.rows(database.engine) == before
    ledger.grant("123456789", "finance")
