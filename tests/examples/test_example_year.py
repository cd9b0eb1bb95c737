"""The example year is believable, whole, and the same on every machine."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Final, TypeVar, get_args

from stdnum import iban
from stdnum.nl import bsn

from api.example import deeds, hours, quarters, staff, telling, year
from api.example.material import FOLDER, material
from ledger import cases
from ledger.agreement.schema import HomeKey, LargestSavingKey
from ledger.calendar import quarter_of
from ledger.effects import reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from api.example.casework import Spent
    from ledger.orders import Order

AGREEMENT: Final = telling.agreement()
YEAR: Final = year.year(AGREEMENT)
CENTS: Final = sorted(each.order.amount_cents for each in YEAR.spent)
TIERS: Final = {mandate.code: mandate.per_spending or 0 for mandate in AGREEMENT.mandate}
MANDATES: Final = {each.handle: str(each.mandate) for each in staff.professionals()}
TEXTS: Final = ("payee", "purpose", "effect", "departs_from", "receipt", "reason")


_D = TypeVar("_D")


def done(kind: type[_D]) -> list[tuple[datetime, _D]]:
    """Return when and how something was done."""
    return [(each.at, each.deed) for each in YEAR.done if isinstance(each.deed, kind)]


def orders() -> list[Order]:
    return [deed.order for _, deed in done(deeds.Recorded)]


def part(count: int) -> float:
    return count / len(YEAR.spent)


def spender(spent: Spent) -> str:
    return spent.order.professional or spent.who


def test_there_are_about_six_hundred_spendings_in_some_220_cases() -> None:
    assert 560 <= len(orders()) <= 640
    assert 210 <= len(YEAR.cases) <= 230
    assert len(list(staff.professionals())) == len({spender(each) for each in YEAR.spent}) == 25


def test_the_amounts_are_those_of_funds_that_exist() -> None:
    median, one_in_ten = CENTS[len(CENTS) // 2], CENTS[len(CENTS) * 9 // 10]

    assert 250_00 <= median <= 300_00
    assert 900_00 <= one_in_ten <= 1_150_00
    assert CENTS[0] >= 5_00
    assert 4_000_00 <= CENTS[-1] <= 5_000_00


def test_every_category_comes_and_none_is_most_of_it() -> None:
    counted = Counter(each.order.category for each in YEAR.spent)

    assert counted.keys() == {category.code for category in AGREEMENT.category}
    assert counted.keys() == material().kinds.keys()
    assert part(min(counted.values())) > 0.01
    assert part(max(counted.values())) < 0.2
    assert len({each.order.domain for each in YEAR.spent}) >= 9


def test_residents_live_where_people_live() -> None:
    counted = Counter(each.home for each in YEAR.cases)
    everybody = sum(staff.INHABITANTS.values())

    for municipality, inhabitants in staff.INHABITANTS.items():
        assert abs(counted[municipality] / len(YEAR.cases) - inhabitants / everybody) < 0.06
    measures = {party.code: party.measures["inwoners"] for party in AGREEMENT.party
                if party.kind == "municipality"}  # fmt: skip
    assert measures == staff.INHABITANTS


def test_most_is_done_on_weekdays_in_office_hours_and_some_in_the_evening() -> None:
    local = [each.at.astimezone(hours.LOCAL) for each in YEAR.spent]

    assert part(sum(at.weekday() < 5 for at in local)) > 0.93
    assert any(at.weekday() >= 5 for at in local)
    assert 0.7 < part(sum(8 <= at.hour < 18 for at in local)) < 0.9
    assert 0.1 < part(sum(at.hour >= 18 for at in local)) < 0.25


def test_some_are_recorded_late_and_a_few_after_their_quarter_was_proposed() -> None:
    days = [
        (each.at.astimezone(hours.LOCAL).date() - each.order.spent_on).days for each in YEAR.spent
    ]
    proposed = {deed.period.start: at for at, deed in done(deeds.Proposed)}

    assert min(days) == 0
    assert 0.08 < part(sum(day > 0 for day in days)) < 0.25
    assert any(each.at > proposed[quarter_of(each.order.spent_on)] for each in YEAR.spent)


def test_all_that_can_happen_happens() -> None:
    counted = Counter(type(each.deed) for each in YEAR.done)

    assert counted.keys() == set(get_args(deeds.Deed))
    assert counted[deeds.Held] == 23
    assert counted[deeds.Observed] > 200
    assert sum(order.reservation is not None for order in orders()) == 14


def test_two_thirds_of_the_spendings_bear_an_effect_of_the_catalogue() -> None:
    catalogue = reading.read("effects.toml", (FOLDER / "effects.toml").read_bytes())
    picked = {deed.spending: deed.effect for _, deed in done(deeds.Picked)}

    assert 0.6 < part(len(picked)) < 0.75
    assert set(picked.values()) == {effect.code for effect in catalogue.effect}


def test_what_is_seen_of_an_effect_is_seen_three_months_later() -> None:
    spent_at = {each.id: each.at for each in YEAR.spent}
    first: dict[str, datetime] = {}
    for at, deed in done(deeds.Observed):
        first.setdefault(deed.spending, at)

    waited = [(at - spent_at[spending]).days for spending, at in first.items()]
    assert 86 <= min(waited) <= max(waited) <= 106


def test_payers_receipts_mandates_and_departures_are_mixed() -> None:
    paid = Counter(each.order.advanced_by for each in YEAR.spent)
    over = [each for each in YEAR.spent
            if each.order.amount_cents > TIERS[MANDATES[spender(each)]]]  # fmt: skip
    departs = [each.order for each in YEAR.spent if each.order.departs_from]

    assert 0.6 < part(paid["pool"]) < 0.8
    assert 0.08 < part(paid["professional"]) < 0.2
    assert len(paid) > 5  # organisations that advanced
    assert 0.02 < part(len(over)) < 0.06
    assert 0.05 < part(len(departs)) < 0.1
    assert any("bureaucratisch moratorium" in str(order.departs_from) for order in departs)
    assert 0.08 < part(sum(each.order.receipt is None for each in YEAR.spent)) < 0.16
    assert any(each.order.vat_cents for each in YEAR.spent)
    assert all(each.order.effect and each.order.purpose for each in YEAR.spent)


def test_corrections_come_in_the_same_quarter_and_in_a_later_one() -> None:
    day = {each.id: each.order.spent_on for each in YEAR.spent}
    same, later = Counter[type](), Counter[type]()
    for each in YEAR.done:
        if isinstance(each.deed, deeds.Reversed | deeds.Corrected) and each.deed.spending in day:
            quarter = quarter_of(day[each.deed.spending])
            counted = same if quarter == quarter_of(each.at.date()) else later
            counted[type(each.deed)] += 1

    assert same[deeds.Reversed] >= 3
    assert same[deeds.Corrected] >= 1
    assert later[deeds.Reversed] >= 3
    assert later[deeds.Corrected] >= 3
    assert sum(order.refunds is not None for order in orders()) == 13


def test_one_contribution_comes_late_and_one_in_two_parts() -> None:
    received: dict[str, list[tuple[date, int]]] = {}
    for _, deed in done(deeds.Received):
        receipt = deed.receipt
        received.setdefault(receipt.party, []).append((receipt.received_on, receipt.amount_cents))
    for due in AGREEMENT.contribution:
        came = [row for row in received[due.party] if quarter_of(row[0]) == quarter_of(due.due_on)]
        assert sum(cents for _, cents in came) == due.amount
        parts = 2 if (due.party, due.due_on.month) == (year.IN_PARTS, 1) else 1
        assert len(came) == parts
        is_late = (due.party, due.due_on.month) == (year.LATE, 1)
        assert (min(day for day, _ in came) > due.due_on) == is_late


def test_one_organisation_joins_halfway_and_acts_only_from_then_on() -> None:
    joins = next(party for party in AGREEMENT.party if party.code == staff.JOINS_LATER)
    theirs = {each.handle for each in staff.everybody() if each.organisation == staff.JOINS_LATER}
    acts = [each.at.date() for each in YEAR.done if each.who in theirs]

    assert joins.start == staff.JOINED_ON
    assert len(acts) > 5
    assert min(acts) >= staff.JOINED_ON


def test_every_participant_has_somebody_of_finance_and_a_board() -> None:
    roles = {(each.role, each.organisation) for each in staff.everybody()}

    for party in AGREEMENT.party:
        for role in ("finance", "board"):
            assert ((role, party.code) in roles) == party.participant
    assert ("auditor", staff.HOLDER) in roles


def test_the_keys_of_the_agreement_show_what_keys_can_do() -> None:
    kinds = Counter(key.kind for key in AGREEMENT.key)
    largest = next(key for key in AGREEMENT.key if isinstance(key, LargestSavingKey))

    assert {
        "measure",
        "home",
        "largest-saving",
        "savings",
        "equal",
        "fixed",
        "blend",
        "tiered",
    } == set(kinds)
    assert (largest.level, largest.ties, largest.fallback) == ("case", "gelijk", "woonplaats")
    assert any(isinstance(key, HomeKey) and key.by == "home" for key in AGREEMENT.key)


def test_acts_come_in_order_and_ids_say_when_they_were_made() -> None:
    instants = [each.at for each in YEAR.done]
    ids = [each.id for each in YEAR.spent]

    assert instants == sorted(instants)
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert all(cases.is_sound(each.reference) for each in YEAR.cases)
    assert len({each.reference for each in YEAR.cases}) == len(YEAR.cases)


def words() -> Iterator[str]:
    """Yield every text that people read of the year."""
    for order in orders():
        yield from (text for name in TEXTS if (text := getattr(order, name)))
    yield from material().words.values()


def test_nothing_in_the_texts_is_about_somebody() -> None:
    texts = {*words()}

    assert len(texts) > 100
    for text in texts:
        digits = re.sub(r"[^0-9A-Za-z]", "", text)
        assert not re.search(r"[0-9]{3}", text), text
        assert not any(map(bsn.is_valid, re.findall(r"[0-9]{8,9}", digits)))
        assert not any(map(iban.is_valid, re.findall(r"[A-Z]{2}[0-9]{2}[A-Z]{4}[0-9]+", digits)))
        assert "@" not in text


def test_every_sentence_is_a_sentence() -> None:
    for text in {*words()}:
        is_sentence = " " in text and text[0].isupper()
        assert text == text.strip(), text
        assert "  " not in text, text
        assert text.endswith(".") == is_sentence, text
        assert "!" not in text, text


def test_the_disputed_lines_are_two_of_one_case_of_who_objects() -> None:
    ((_, objection),) = done(deeds.Objected)
    lines = [each for each in YEAR.spent if each.id in objection.spendings]
    proposals = [deed for _, deed in done(deeds.Proposed) if deed.period == quarters.DISPUTED]

    assert len(lines) == 2
    assert len({each.case.reference for each in lines}) == 1
    assert {each.case.home for each in lines} == {quarters.OBJECTS}
    assert [each.set_apart for each in proposals] == [frozenset(), frozenset(objection.spendings)]


def test_what_something_costs_is_one_of_its_kind() -> None:
    for each in YEAR.spent:
        amounts = material().kinds[each.order.category].amounts
        assert amounts[0] * 90 <= each.order.amount_cents <= amounts[-1] * 105


def test_it_is_the_same_year_on_every_machine() -> None:
    """A change of the year changes this; a machine never does."""
    told = [
        (each.id, each.order.spent_on.isoformat(), each.order.amount_cents, each.order.category,
         each.case.reference, each.case.home, each.who, each.effect, each.order.effect)
        for each in YEAR.spent
    ]  # fmt: skip

    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    assert digest[:16] == "4197d78255416aed"
