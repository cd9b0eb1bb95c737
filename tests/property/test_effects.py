"""Expected savings and their horizon: what holds whatever the catalogue says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, get_args

from hypothesis import given
from hypothesis import strategies as st

from ledger.agreement.schema import PartyKind
from ledger.effects import horizon
from ledger.effects.expected import Place, discounted, saving
from ledger.effects.horizon import Pick, carrier
from ledger.money import split
from tests.support.catalogues import agreement_of, catalogue, effect, index

if TYPE_CHECKING:
    from random import Random

    from ledger.agreement.schema import Agreement
    from ledger.effects.expected import Expected
    from ledger.effects.schema import Catalogue

KINDS = get_args(PartyKind)
PARTS = st.sampled_from(["0", "0.15", "0.20", "0.275", "1/3", "5/7", "1"])
RATES = st.sampled_from(["0", "0.0225", "0.035", "1/7"])
FACTORS = st.sampled_from(["1", "1.48", "1.15", "2/3", "0.01"])
FUNDS = tuple(
    agreement_of(text)
    for text in (
        "a municipality, b school",
        "a municipality, b municipality, c municipality, d housing-association, e police",
        "e police, d housing-association, c municipality, b municipality, a school",
        "a school, b school, c school, d police, e police, f justice, g state",
        "a municipality, b social-service, c welfare-foundation, d health-insurer, e other",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An effect with its catalogue, in a fund."""

    shares: tuple[tuple[str, int], ...]
    catalogue: Catalogue
    fund: Agreement
    place: Place

    def saved(self, *, place: Place | None = None, catalogue_: Catalogue | None = None) -> Expected:
        effects = catalogue_ or self.catalogue
        return saving(
            effects.effect[0],
            catalogue=effects,
            agreement=self.fund,
            place=place or self.place,
        )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6, unique=True))
    cents = st.one_of(st.integers(0, 9), st.integers(0, 10**7))
    shares = tuple((kind, draw(cents)) for kind in kinds)
    if not any(each for _, each in shares):
        shares = ((kinds[0], 1), *shares[1:])
    fund = draw(st.sampled_from(FUNDS))
    codes = [party.code for party in fund.party]
    somebody = st.sampled_from([*codes, None])
    return Case(
        shares=shares,
        catalogue=catalogue(
            effect(
                shares=", ".join(f"{kind} {of // 100}.{of % 100:02d}" for kind, of in shares),
                grade=draw(st.integers(1, 6)),
                deadweight=draw(PARTS),
                more=f'index = "old"\nyears = {draw(st.integers(1, 30))}',
            ),
            index(draw(FACTORS), draw(FACTORS)),
            rate=draw(RATES),
        ),
        fund=fund,
        place=Place(
            organisation=draw(st.sampled_from(codes)),
            home=draw(somebody),
            case_holder=draw(somebody),
        ),
    )


@given(case=cases())
def test_parts_sum_to_the_total_and_none_is_negative(case: Case) -> None:
    saved = case.saved()

    assert sum(part.cents for part in saved.parts) == saved.total_cents
    for part in saved.parts:
        assert part.cents >= 0
        assert sum(part.by_party.values()) == (part.cents if part.by_party else 0)
        assert all(cents >= 0 for cents in part.by_party.values())
    lost = sum(part.cents for part in saved.unplaced)
    assert sum(saved.by_party.values()) + lost == saved.total_cents


@given(case=cases())
def test_the_total_is_the_exact_sum_rounded_and_each_kind_within_a_cent_of_exact(
    case: Case,
) -> None:
    saved = case.saved()
    entry, about = case.catalogue.effect[0], case.catalogue
    rate = about.catalogue.discount_rate
    exact = Fraction(sum(cents for _, cents in case.shares))
    exact *= about.index[0].uprating * about.index[0].exchange
    exact *= (1 - entry.deadweight) * (1 - about.optimism_bias.of(entry.grade))
    exact *= sum(1 / (1 + rate) ** year for year in range(entry.years))

    assert saved.working.exact_cents == exact
    assert saved.total_cents == round(exact)
    for part in saved.parts:
        assert abs(part.cents - part.exact_cents) < Fraction(3, 2)  # half for the total, and one
    assert sum(part.exact_cents for part in saved.parts) == exact


@given(case=cases())
def test_stronger_evidence_never_gives_less(case: Case) -> None:
    def of(grade: int) -> Expected:
        entry = case.catalogue.effect[0].model_copy(update={"grade": grade})
        return case.saved(catalogue_=case.catalogue.model_copy(update={"effect": (entry,)}))

    totals = [of(grade).total_cents for grade in range(1, 7)]
    assert totals == sorted(totals, reverse=True)


@given(case=cases(), chance=st.randoms(use_true_random=False))
def test_the_order_of_shares_in_the_file_changes_nothing(case: Case, chance: Random) -> None:
    entry = case.catalogue.effect[0]
    shuffled = list(entry.share)
    chance.shuffle(shuffled)
    other = entry.model_copy(update={"share": tuple(shuffled)})

    assert case.saved() == case.saved(
        catalogue_=case.catalogue.model_copy(update={"effect": (other,)})
    )


@given(case=cases(), data=st.data())
def test_home_and_case_holder_move_only_the_municipal_part(case: Case, data: st.DataObject) -> None:
    somebody = st.sampled_from([*(party.code for party in case.fund.party), None])
    other = Place(
        organisation=case.place.organisation,
        home=data.draw(somebody),
        case_holder=data.draw(somebody),
    )
    here, there = case.saved(), case.saved(place=other)

    assert here.total_cents == there.total_cents
    for part, moved in zip(here.parts, there.parts, strict=True):
        assert part.cents == moved.cents
        assert part.kind == "municipality" or part == moved


@given(case=cases())
def test_savings_fall_only_on_parties_of_the_kind_that_would_have_paid(case: Case) -> None:
    kind_of = {party.code: party.kind for party in case.fund.party}
    for part in case.saved().parts:
        assert {kind_of[party] for party in part.by_party} <= {part.kind}
        same = [code for code, kind in kind_of.items() if kind == part.kind]
        if part.rule == "evenly":
            assert tuple(part.by_party.values()) == split(part.cents, [1] * len(same))  # type: ignore[arg-type]
        if not part.by_party:
            assert not same or (part.kind == "municipality" and len(same) > 1)


@given(years=st.integers(1, 60), rate=st.fractions(0, 1))
def test_discounting_takes_off_more_each_year_and_never_all(years: int, rate: Fraction) -> None:
    before, after = discounted(years, rate), discounted(years + 1, rate)

    assert 0 < after - before <= 1
    assert 1 <= before <= years


# --- one avoided event counts once -------------------------------------------------------

DAYS = st.integers(0, 1500).map(lambda days: date(2026, 1, 31) + timedelta(days=days))
MONTHS = st.sampled_from([1, 2, 3, 12, 13])


@st.composite
def recorded(draw: st.DrawFn) -> tuple[int, list[Pick]]:
    """Record picks one after another, days in any order; some are taken back meanwhile."""
    months = draw(MONTHS)
    picks: list[Pick] = []
    for sequence in range(1, draw(st.integers(2, 25))):
        if picks and draw(st.integers(0, 5)) == 0:
            at = draw(st.integers(0, len(picks) - 1))
            picks[at] = replaced(picks[at])
        new = Pick(
            case=draw(st.sampled_from(["k", "k", "l"])),
            effect=draw(st.sampled_from(["eviction", "eviction", "debt"])),
            picked_on=draw(DAYS),
            sequence=sequence,
        )
        carries = carrier(new, picks, horizon_months=months)
        picks.append(
            Pick(
                case=new.case, effect=new.effect, picked_on=new.picked_on, sequence=sequence,
                refers_to=None if carries is None else carries.sequence,
            )
        )  # fmt: skip
    return months, picks


def replaced(pick: Pick) -> Pick:
    return Pick(
        case=pick.case, effect=pick.effect, picked_on=pick.picked_on, sequence=pick.sequence,
        refers_to=pick.refers_to, is_reversed=True,
    )  # fmt: skip


@given(case=recorded())
def test_a_horizon_has_exactly_one_pick_that_carries(case: tuple[int, list[Pick]]) -> None:
    months, picks = case
    carrying = sorted((pick.picked_on, pick.case, pick.effect) for pick in picks if pick.carries)

    for day, of_case, of_effect in carrying:
        inside = [
            other
            for other, *same in carrying
            if same == [of_case, of_effect] and day <= other < horizon.end(day, months)
        ]
        assert inside == [day]


@given(case=recorded())
def test_who_carries_nothing_refers_to_one_that_did_when_it_was_recorded(
    case: tuple[int, list[Pick]],
) -> None:
    months, picks = case
    of_sequence = {pick.sequence: pick for pick in picks}
    for pick in picks:
        if pick.refers_to is not None:
            first = of_sequence[pick.refers_to]
            assert first.refers_to is None
            assert first.sequence < pick.sequence
            assert (first.case, first.effect) == (pick.case, pick.effect)
            early, late = sorted((first.picked_on, pick.picked_on))
            assert late < horizon.end(early, months)


@given(day=DAYS, later=st.integers(0, 400), months=MONTHS)
def test_a_horizon_ends_that_many_months_later_and_never_sooner_for_a_later_day(
    day: date, later: int, months: int
) -> None:
    end = horizon.end(day, months)

    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end.day < day.day and (end + timedelta(days=1)).day == 1)
    assert horizon.end(day + timedelta(days=later), months) >= end
