"""What came of effects: beside what was expected, never over it, and never on a bill."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ledger import correcting, funds, spendings, store
from ledger.errors import WrongInput
from ledger.periods import Period
from ledger.savings import observations, outcomes, workings
from reports.exports import settlement_files
from settlement import effects, engine, from_ledger, sensitivity
from settlement.eras import in_order
from tests.support import ledgers, picked
from tests.support.catalogues import agreement_text, effect, kinded

if TYPE_CHECKING:
    from settlement.engine import Working
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))


def observed(ledger: Ledger, spending: str) -> list[str]:
    """Return what was observed of a spending's effect, the last at the end."""
    with store.reading(ledger.engine) as session:
        found = workings.of_spending(session, ledger.fund, spending).pick
    assert found is not None
    return [each.outcome for each in found.observed]


def settled(ledger: Ledger, *, frozen: int = 10**9) -> tuple[dict[str, bytes], Working]:
    """Return the files of the quarter's settlement, and its working."""
    with store.reading(ledger.engine) as session:
        known = funds.known(session, ledger.fund)
        parties = tuple(party.code for party in in_order(known.agreements))
        facts = from_ledger.read(session, known.id, frozen=frozen, parties=parties)
    settlement, working = engine.settle(
        engine.Order(
            agreements=known.agreements,
            spendings=facts.spendings,
            savings=facts.savings,
            period=QUARTER,
        )
    )
    files = {name: b"".join(pieces) for name, pieces in settlement_files.files(settlement)}
    return files, working


def test_the_last_observation_counts_and_the_earlier_ones_stay(database: Database) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="s", case="K", effect="eviction")

    for outcome in ("unknown", "yes", "partly"):
        picked.observe(ledger, "s", outcome)
        ledger.now += timedelta(days=1)

    with store.reading(database.engine) as session:
        (total,) = outcomes.expected_and_observed(session, ledger.fund)
    assert observed(ledger, "s") == ["unknown", "yes", "partly"]
    assert (total.picks, total.observed, total.unobserved) == (1, {"partly": 1}, 0)
    assert total.expected_cents == {"a": 100_00, "h": 900_00}


def test_the_same_on_the_same_day_is_known_and_on_another_day_says_so_again(
    database: Database,
) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="s", effect="eviction")
    first = picked.observe(ledger, "s", "yes")
    before = ledgers.rows(database.engine)

    again = picked.observe(ledger, "s", "yes")

    assert (first.status, again.status, again.number) == ("observed", "known", first.number)
    assert ledgers.rows(database.engine) == before
    ledger.now += timedelta(days=1)
    assert picked.observe(ledger, "s", "yes").status == "observed"


def test_the_day_of_an_observation_is_that_of_the_fund(database: Database) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="s", effect="eviction")
    ledger.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    assert picked.observe(ledger, "s", "no").observed_on == date(2027, 1, 1)


def test_an_effect_that_counts_elsewhere_is_observed_where_it_counts(database: Database) -> None:
    ledger = picked.opened(database.engine)
    for spending in ("s1", "s2"):
        ledger.record(id=spending, case="K", effect="eviction")

    picked.observe(ledger, "s2", "yes")

    assert observed(ledger, "s1") == observed(ledger, "s2") == ["yes"]


@pytest.mark.parametrize(
    ("spending", "outcome", "refused"),
    [
        ("gone", "yes", spendings.UnknownSpending),
        ("plain", "yes", observations.NothingPicked),
        ("reversed", "yes", observations.TakenBack),
        ("s", "perhaps", WrongInput),
    ],
)
def test_an_observation_that_is_refused_leaves_every_row_as_it_was(
    database: Database, spending: str, outcome: str, refused: type[Exception]
) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="plain")
    for each in ("s", "reversed"):
        ledger.record(id=each, effect="eviction")
    with store.writing(database.engine) as session:
        correcting.reverse(
            session, ledger.fund, "reversed", new_id="r", reason="wrong", act=ledger.act()
        )
    before = ledgers.rows(database.engine)

    with pytest.raises(refused):
        picked.observe(ledger, spending, outcome)

    assert ledgers.rows(database.engine) == before


def test_what_is_expected_and_what_was_seen_are_counted_per_effect(database: Database) -> None:
    ledger = picked.opened(database.engine)
    for number, (case, code) in enumerate(
        [("K", "eviction"), ("K", "eviction"), ("L", "eviction"), ("M", "eviction"), ("K", "debt")]
    ):
        ledger.record(id=f"s{number}", case=case, effect=code)
    for spending, outcome in (("s0", "no"), ("s1", "yes"), ("s3", "no")):
        picked.observe(ledger, spending, outcome)
    with store.writing(database.engine) as session:
        correcting.reverse(session, ledger.fund, "s3", new_id="r", reason="no", act=ledger.act())

    with store.reading(database.engine) as session:
        debt, eviction = outcomes.expected_and_observed(session, ledger.fund)

    assert (debt.effect, debt.picks, debt.expected_cents) == ("debt", 1, {"a": 50_00})
    assert (debt.observed, debt.unobserved) == ({}, 1)
    # Of K and L; M was reversed with its spending. What came of K is what was said last.
    assert (eviction.effect, eviction.picks) == ("eviction", 2)
    assert eviction.expected_cents == {"a": 200_00, "h": 1_800_00}
    assert (eviction.observed, eviction.unobserved) == ({"yes": 1}, 1)


def _fund_that_pays_by_savings(database: Database) -> Ledger:
    key = '[[key]]\ncode = "most"\nkind = "largest-saving"\nlevel = "case"\nfallback = "heads"\n'
    pairs = [["a", "municipality"], ["h", "housing-association"]]
    text = agreement_text(pairs, keys=key)
    ledger = ledgers.opened(database.engine, kinded(text, dict(pairs)))
    picked.file(
        ledger,
        effect("eviction", "housing-association 1000.00", grade=4),
        effect("debt", "municipality 1000.00", grade=5),
    )
    ledger.record(10_00, id="s1", case="K", effect="eviction", organisation="h", home="a")
    ledger.record(30_00, id="s2", case="K", effect="debt", organisation="h", home="a")
    return ledger


@pytest.mark.parametrize("outcome", observations.OUTCOMES)
def test_an_observation_changes_no_figure_of_a_settlement(database: Database, outcome: str) -> None:
    ledger = _fund_that_pays_by_savings(database)
    before, _ = settled(ledger)

    for spending in ("s1", "s2"):
        picked.observe(ledger, spending, outcome)

    after, _ = settled(ledger)
    assert b"s1,h,10.00,most" in before["allocations.csv"]
    assert after == before


def test_what_is_picked_after_the_facts_were_frozen_does_not_count(database: Database) -> None:
    ledger = _fund_that_pays_by_savings(database)
    frozen = ledger.record(50_00, id="s3", case="L").number
    before, _ = settled(ledger, frozen=frozen)

    picked.pick(ledger, "s3", "eviction")

    assert settled(ledger, frozen=frozen)[0] == before
    assert settled(ledger)[0] != before


def test_another_grade_is_tried_on_what_was_picked_in_the_ledger(database: Database) -> None:
    ledger = _fund_that_pays_by_savings(database)
    ledger.record(5_00, id="s3", case="K", effect="eviction")  # counts with s1
    _, working = settled(ledger)
    with store.reading(database.engine) as session:
        fund_id = funds.known(session, ledger.fund).id
        picks = effects.picked(session, fund_id, frozen=10**9)

    trials = sensitivity.sensitivity(working, picks)

    # h saves 850.00 and a 750.00, so h pays; with grade 5 they are even, with 6 a pays.
    assert [pick.spending for pick in picks] == ["s1", "s2"]
    assert {
        (each.effect, each.grade): each.differences_cents for each in trials
        if each.differences_cents
    } == {
        ("eviction", 5): {"a": 22_50, "h": -22_50},
        ("eviction", 6): {"a": 45_00, "h": -45_00},
        ("debt", 1): {"a": 45_00, "h": -45_00},
        ("debt", 2): {"a": 45_00, "h": -45_00},
        ("debt", 3): {"a": 45_00, "h": -45_00},
        ("debt", 4): {"a": 22_50, "h": -22_50},
    }  # fmt: skip
