"""Picking effects: once per case and horizon, from the catalogue of the day, for good."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from ledger import commitments, correcting, spendings, store
from ledger.savings import amounts, outcomes, picks, workings
from ledger.tables import EffectPick, Event, Saving
from tests.support import ledgers, picked
from tests.support.catalogues import effect

if TYPE_CHECKING:
    from ledger.savings.choosing import Picked
    from ledger.savings.workings import SpendingWorking
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

LATER = datetime(2027, 12, 31, 12, tzinfo=UTC)


def rows(database: Database, model: Any) -> list[Any]:
    with database.engine.connect() as connection:
        return list(connection.execute(select(store.table(model)).order_by("sequence")))


def working(ledger: Ledger, spending: str) -> SpendingWorking:
    with store.reading(ledger.engine) as session:
        return workings.of_spending(session, ledger.fund, spending)


def reverse(ledger: Ledger, spending: str) -> None:
    with store.writing(ledger.engine) as session:
        correcting.reverse(
            session, ledger.fund, spending, new_id=f"no-{spending}", reason="wrong",
            act=ledger.act(),
        )  # fmt: skip


def spend_and_pick(ledger: Ledger, *days: str, code: str = "debt", case: str = "K") -> str:
    """Return with which spending each pick counts, in the order in which they are picked."""
    made: list[Picked] = []
    for day in days:
        answer = ledger.record(id=f"{case}-{day}", spent_on=date.fromisoformat(day), case=case)
        made.append(picked.pick(ledger, answer.id, code))
    return ", ".join((each.carried_by or each.spending).removeprefix(f"{case}-") for each in made)


# --- what is written ---------------------------------------------------------------------


def test_a_pick_is_a_row_an_event_and_the_savings_of_each_party(database: Database) -> None:
    ledger = picked.opened(database.engine)
    spent = ledger.record(id="s", case="K")

    answer = picked.pick(ledger, "s")

    (row,), event = rows(database, EffectPick), rows(database, Event)[-1]
    body = json.loads(event.body)
    assert answer.savings_cents == {"h": 900_00, "a": 100_00}
    assert (answer.status, answer.carried_by) == ("picked", None)
    assert answer.number == event.sequence == row.sequence
    assert (row.spending, row.effect, row.carried_by) == (spent.number, "eviction", None)
    assert body["savings"] == {"a": 100_00, "h": 900_00}
    assert "eviction" not in event.body
    assert body["commitment"] == commitments.of_fields(row.salt, {"effect": "eviction"})


def test_every_cell_of_picks_and_savings_follows_from_their_events(database: Database) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="s1", case="K", effect="eviction")
    ledger.record(id="s2", case="K", effect="eviction")
    ledger.record(id="s3")
    with store.writing(database.engine) as session:
        plain = [amounts.Amount("s3", "z", 5), amounts.Amount("s3", "a", -7)]
        amounts.record(session, ledger.fund, plain, act=ledger.act())

    told = {event.sequence: json.loads(event.body) for event in rows(database, Event)}
    savings = [
        (number, line, body["spending"], party, body["savings"][party])
        for number, body in told.items()
        if "savings" in body
        for line, party in enumerate(sorted(body["savings"]), 1)
    ]
    members = ("spending", "catalogue", "picked_on", "carried_by")
    assert savings == [tuple(row)[1:] for row in rows(database, Saving)]
    assert [each[2:] for each in savings[-2:]] == [(8, "a", -7), (8, "z", 5)]
    for row in rows(database, EffectPick):
        said = told[row.sequence]
        cells = (row.spending, row.catalogue, row.picked_on.isoformat(), row.carried_by)
        assert tuple(map(said.get, members)) == cells


def test_the_same_effect_again_is_known_and_another_is_refused(database: Database) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="s", case="K")
    first = picked.pick(ledger, "s")
    before = ledgers.rows(database.engine)

    again = picked.pick(ledger, "s")
    with pytest.raises(picks.EffectPickedAlready, match="another effect already"):
        picked.pick(ledger, "s", "debt")

    assert (again.status, again.number) == ("known", first.number)
    assert again.savings_cents == first.savings_cents
    assert ledgers.rows(database.engine) == before


def test_what_was_picked_stays_and_can_only_be_erased(database: Database) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="s", effect="eviction")
    pick = store.table(EffectPick)

    for change in ({"spending": 1}, {"effect": "debt"}, {"carried_by": 1}):
        with pytest.raises(DBAPIError, match="final"), database.owner.begin() as connection:
            connection.execute(update(pick).values(**change))


# --- once per case and horizon -----------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "counts_with"),
    [
        ("2026-03-10 2026-03-20", "2026-03-10, 2026-03-10"),
        # A month from 10 March ends before 10 April; the next one begins a horizon of its own.
        ("2026-03-10 2026-04-09 2026-04-10 2026-05-09",
         "2026-03-10, 2026-03-10, 2026-04-10, 2026-04-10"),
        # A month from 31 January ends on the last day of February, a leap day in 2028.
        ("2026-01-31 2026-02-27", "2026-01-31, 2026-01-31"),
        ("2026-01-31 2026-02-28", "2026-01-31, 2026-02-28"),
        # Late: about a day before the pick that carries, which stays as it was recorded.
        ("2026-03-10 2026-02-11", "2026-03-10, 2026-03-10"),
        ("2026-03-10 2026-02-10", "2026-03-10, 2026-02-10"),
        ("2026-03-10 2026-02-10 2026-03-05", "2026-03-10, 2026-02-10, 2026-02-10"),
    ],
)  # fmt: skip
def test_an_effect_counts_once_in_a_case_within_its_horizon(
    database: Database, days: str, counts_with: str
) -> None:
    ledger = picked.opened(database.engine)
    ledger.now = LATER

    assert spend_and_pick(ledger, *days.split()) == counts_with


def test_a_pick_that_counts_elsewhere_saves_nothing(database: Database) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="s1", case="K", effect="eviction")
    ledger.record(id="s2", case="K")

    second = picked.pick(ledger, "s2")

    assert (second.carried_by, second.savings_cents) == ("s1", {})
    assert {row.spending for row in rows(database, Saving)} == {4}
    assert working(ledger, "s2").savings_cents == {}


def test_other_cases_other_effects_and_no_case_count_by_themselves(database: Database) -> None:
    ledger = picked.opened(database.engine)
    for number, (case, code) in enumerate(
        [("K", "eviction"), ("L", "eviction"), ("K", "debt"), (None, "debt"), (None, "debt")]
    ):
        ledger.record(id=f"s{number}", case=case)
        assert picked.pick(ledger, f"s{number}", code).carried_by is None


def test_of_two_who_pick_at_once_one_counts(database: Database) -> None:
    ledger = picked.opened(database.engine)
    ids = [f"s{number}" for number in range(8)]
    for spending in ids:
        ledger.record(id=spending, case="K")

    with ThreadPoolExecutor(len(ids)) as threads:
        made = list(threads.map(lambda spending: picked.pick(ledger, spending), ids))

    (carrier,) = (each.spending for each in made if each.carried_by is None)
    assert {each.carried_by for each in made} == {None, carrier}
    assert {row.spending for row in rows(database, Saving)} == {
        row.spending for row in rows(database, EffectPick) if row.carried_by is None
    }


# --- what was taken back -----------------------------------------------------------------


def test_what_was_reversed_carries_nothing_so_that_the_next_pick_does(database: Database) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="s1", case="K", effect="eviction")
    reverse(ledger, "s1")
    ledger.record(id="s2", case="K", replaces="s1", effect="eviction")

    found = working(ledger, "s2")

    assert found.pick is not None
    assert (found.pick.carried_by, found.savings_cents) == (None, {"a": 100_00, "h": 900_00})
    assert working(ledger, "s1").is_reversed


def test_what_counted_with_a_spending_that_is_reversed_can_be_picked_anew(
    database: Database,
) -> None:
    ledger = picked.opened(database.engine)
    for spending in ("s1", "s2", "s3"):
        ledger.record(id=spending, case="K", effect="eviction")
    reverse(ledger, "s1")
    stranded = working(ledger, "s2").pick
    with pytest.raises(picks.EffectPickedAlready, match="only the same can be picked anew"):
        picked.pick(ledger, "s2", "debt")

    anew, third = picked.pick(ledger, "s2"), picked.pick(ledger, "s3")

    assert stranded is not None
    assert stranded.is_stranded
    assert (anew.status, anew.carried_by) == ("picked", None)
    assert anew.savings_cents == {"a": 100_00, "h": 900_00}
    assert third.carried_by == "s2"
    assert picked.pick(ledger, "s2").status == "known"


@pytest.mark.parametrize(
    ("spending", "code", "refused", "what"),
    [
        ("gone", "eviction", spendings.UnknownSpending, "no spending 'gone'"),
        ("s", "evictoin", picks.UnknownEffect, "did you mean 'eviction'"),
        ("s", "x", picks.UnknownEffect, "there are eviction, debt"),
        ("no-reversed", "eviction", picks.TakesNoEffect, "it is a reversal"),
        ("reversed", "eviction", picks.TakesNoEffect, "it was reversed"),
        ("refund", "eviction", picks.TakesNoEffect, "money that came back"),
        ("plain", "eviction", picks.SavedAlready, "count it twice"),
    ],
)
def test_a_pick_that_is_refused_leaves_every_row_as_it_was(
    database: Database, spending: str, code: str, refused: type[Exception], what: str
) -> None:
    ledger = picked.opened(database.engine)
    for each in ("s", "reversed", "plain"):
        ledger.record(id=each)
    ledger.record(-100, id="refund", refunds="s")
    reverse(ledger, "reversed")
    with store.writing(database.engine) as session:
        plain = [amounts.Amount("plain", "a", 1)]
        amounts.record(session, ledger.fund, plain, act=ledger.act())
    before = ledgers.rows(database.engine)

    with pytest.raises(refused, match=what):
        picked.pick(ledger, spending, code)

    assert ledgers.rows(database.engine) == before


# --- while recording ---------------------------------------------------------------------


def test_an_effect_of_the_catalogue_is_picked_while_recording(database: Database) -> None:
    ledger = picked.opened(database.engine)

    answer = ledger.record(id="s", case="K", effect="eviction")

    (row,) = rows(database, EffectPick)
    assert [event.kind for event in rows(database, Event)][-2:] == [
        "spending.recorded",
        "effect.picked",
    ]
    assert (row.spending, row.sequence) == (answer.number, answer.number + 1)
    assert picked.pick(ledger, "s").status == "known"


@pytest.mark.parametrize(
    "members",
    [
        {"effect": "that they can stay"},
        {"effect": "Eviction"},
        {"effect": "eviction", "spent_on": date(2026, 1, 31)},  # before the catalogue
        {"effect": "eviction", "amount_cents": -100, "refunds": "first"},
        {"effect": "eviction", "amount_cents": -1_000, "reverses": "first"},
    ],
)
def test_what_is_no_effect_of_that_day_is_recorded_as_it_was_said(
    database: Database, members: dict[str, Any]
) -> None:
    ledger = picked.opened(database.engine, kinds=picked.KINDS, valid_from="2026-02-01")
    ledger.record(id="first")

    answer = ledger.record(**{"id": "s", **members})

    assert answer.status == "recorded"
    assert rows(database, EffectPick) == []


def test_recording_the_same_again_picks_nothing_more(database: Database) -> None:
    ledger = picked.opened(database.engine)
    order = ledger.order(case="K", effect="eviction")
    ledger.record_all([order])
    before = ledgers.rows(database.engine)

    assert [each.status for each in ledger.record_all([order, order])] == ["known", "known"]
    assert ledgers.rows(database.engine) == before


def test_effects_that_are_recorded_together_count_once_too(database: Database) -> None:
    ledger = picked.opened(database.engine)

    first, second = ledger.record_all(
        [ledger.order(case="K", effect="eviction", id=spending) for spending in ("s1", "s2")]
    )

    one, other = rows(database, EffectPick)
    assert (one.spending, one.carried_by) == (first.number, None)
    assert (other.spending, other.carried_by) == (second.number, one.sequence)


# --- on whom it falls, and what is left after an erasure ---------------------------------


def test_a_saving_falls_where_the_resident_lives_or_on_who_holds_the_case(
    database: Database,
) -> None:
    ledger = picked.opened(
        database.engine,
        effect("debt", "municipality 50.00"),
        kinds="a municipality, b municipality, h housing-association",
    )
    ledger.record(id="s1", case="K", organisation="b")
    ledger.record(id="s2", case="K", organisation="h")
    ledger.record(id="s3", organisation="h", home="a")
    ledger.record(id="s4", organisation="h")
    ledger.now = LATER

    fell = {each: picked.pick(ledger, each, "debt").savings_cents for each in ("s2", "s3", "s4")}

    assert fell == {"s2": {"b": 50_00}, "s3": {"a": 50_00}, "s4": {}}
    unplaced = working(ledger, "s4").pick
    assert unplaced is not None
    assert unplaced.expected is not None
    assert [part.rule for part in unplaced.expected.unplaced] == ["home-unknown"]


def test_an_erased_effect_leaves_what_was_expected_of_it(database: Database) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="s", case="K", effect="eviction")
    with database.engine.begin() as connection:
        connection.execute(update(store.table(EffectPick)).values(salt=None, effect=None))
    before = ledgers.rows(database.engine)

    found = working(ledger, "s")
    with store.reading(database.engine) as session:
        (total,) = outcomes.expected_and_observed(session, ledger.fund)

    assert found.pick is not None
    assert (found.pick.effect, found.pick.expected) == (None, None)
    assert found.savings_cents == total.expected_cents == {"a": 100_00, "h": 900_00}
    assert total.effect is None
    assert picked.pick(ledger, "s", "debt").status == "known"  # who knows?
    assert ledgers.rows(database.engine) == before


def test_there_is_nothing_to_explain_of_a_spending_that_is_not_there(database: Database) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="s")

    assert working(ledger, "s").pick is None
    with pytest.raises(spendings.UnknownSpending):
        working(ledger, "gone")
