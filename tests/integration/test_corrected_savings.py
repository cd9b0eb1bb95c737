"""What a spending was expected to save goes over to what is right in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger import correcting, store
from ledger.savings import amounts, on_record
from tests.support import picked
from tests.support.catalogues import effect

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

KINDS = "a municipality, b municipality, h housing-association"
DEBT = effect("debt", "municipality 50.00, housing-association 7.00")


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return picked.opened(database.engine, DEBT, effect("other", "municipality 1.00"), kinds=KINDS)


def correct(ledger: Ledger, spending: str, new: str, **changed: Any) -> list[str]:
    with store.writing(ledger.engine) as session:
        answers = correcting.correct(
            session, ledger.fund, spending, changed=changed,
            new_ids=(f"{new}-back", new), reason="wrong", act=ledger.act(),
        )  # fmt: skip
    return [answer.status for answer in answers]


def saved(ledger: Ledger, spending: str) -> dict[str, int]:
    with store.reading(ledger.engine) as session:
        number = on_record.spent(session, 1, [spending])[spending].sequence
        found = on_record.saved(session, 1, [number]).get(number)
    return dict(found.cents) if found else {}


def give(ledger: Ledger, spending: str, **cents: int) -> None:
    asked = [amounts.Amount(spending, party, amount) for party, amount in cents.items()]
    with store.writing(ledger.engine) as session:
        amounts.record(session, ledger.fund, asked, act=ledger.act())


@pytest.mark.parametrize("changed", [{"amount_cents": 5_00}, {"home": "b"}, {"case": "K2"}])
def test_amounts_go_over_as_they_are(ledger: Ledger, changed: dict[str, Any]) -> None:
    ledger.record(10_00, id="s", case="K1", home="a")
    give(ledger, "s", a=3_00, h=4_00)

    correct(ledger, "s", "n", **changed)

    assert saved(ledger, "n") == {"a": 3_00, "h": 4_00}


@pytest.mark.parametrize("later", [True, False])
def test_an_effect_goes_over_as_it_was_worked_out_then(ledger: Ledger, *, later: bool) -> None:
    ledger.record(10_00, id="s", case="K1", home="a", effect=None if later else "debt")
    if later:
        picked.pick(ledger, "s", "debt")
    picked.file(ledger, effect("debt", "municipality 80.00"), version=2)

    correct(ledger, "s", "n", amount_cents=5_00)

    assert saved(ledger, "n") == {"a": 50_00, "h": 7_00}
    assert picked.pick(ledger, "n", "debt").status == "known"


def test_an_effect_is_worked_out_anew_where_others_save(ledger: Ledger) -> None:
    ledger.record(10_00, id="s", case="K1", home="a")
    picked.pick(ledger, "s", "debt")

    correct(ledger, "s", "n", home="b")

    assert saved(ledger, "n") == {"b": 50_00, "h": 7_00}


def test_another_effect_takes_the_place_of_what_was_expected(ledger: Ledger) -> None:
    ledger.record(10_00, id="s", case="K1", home="a", effect="debt")
    ledger.record(10_00, id="t", case="K2", home="a")
    give(ledger, "t", a=3_00)

    correct(ledger, "s", "n", effect="other")
    correct(ledger, "t", "m", effect="none of the catalogue")

    assert (saved(ledger, "n"), saved(ledger, "m")) == ({"a": 1_00}, {})


def test_asked_again_nothing_goes_over_twice(ledger: Ledger) -> None:
    ledger.record(10_00, id="s", case="K1", home="a")
    picked.pick(ledger, "s", "debt")
    correct(ledger, "s", "n", amount_cents=5_00)

    assert correct(ledger, "s", "n", amount_cents=5_00) == ["known", "known"]
    assert saved(ledger, "n") == {"a": 50_00, "h": 7_00}
