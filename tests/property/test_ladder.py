"""The ladder: its laws, and the same lines as a second, naive climb."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ledger.agreement import reading
from settlement import ladder
from tests.reference.ladder import Before, Climbed, Entry, climb
from tests.support.funds import agreement

if TYPE_CHECKING:
    from ledger.agreement.schema import Agreement


PARTIES = ("a", "b", "c", "d", "e")
LAST_DAY = date(2026, 3, 31)
CENTS = st.one_of(st.integers(-50, 50), st.integers(-3000, 9000), st.integers(0, 10**9))
LIMITS = st.one_of(st.integers(0, 40), st.integers(0, 8000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """An agreement with a ladder, and up to three settlements of one year."""

    rules: Agreement
    entries: list[Entry]
    present: set[str]
    settlements: list[dict[str, int]]


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    measures = {party: draw(st.sampled_from([0, 1, 1, 2, 7])) for party in PARTIES}
    leavers = draw(st.sets(st.sampled_from(PARTIES[1:]), max_size=2))
    present = set(PARTIES) - leavers
    text = ""
    entries: list[Entry] = []
    for kind in ("floor", "cap"):
        per = draw(st.sampled_from(["year", "settlement"]))
        over = draw(st.sampled_from(["heads", "even"]))
        for party in sorted(draw(st.sets(st.sampled_from(PARTIES)))):
            cents = draw(LIMITS) + (8000 if kind == "cap" and draw(st.booleans()) else 0)
            # A floor above the cap of the same party is refused before it gets here.
            cents = max([cents, *(each.amount for each in entries if each.party == party)])
            text += (
                f'[[ladder]]\nkind = "{kind}"\nparty = "{party}"\n'
                f'amount = "{cents // 100}.{cents % 100:02d}"\nper = "{per}"\nover = "{over}"\n'
            )
            weights = measures if over == "heads" else dict.fromkeys(PARTIES, 1)
            entries.append(Entry(kind, cents, weights, party, per_year=per == "year"))
    for _ in range(draw(st.integers(0, 2))):
        threshold, cents = draw(LIMITS), draw(LIMITS)
        text += (
            '[[ladder]]\nkind = "risk-pool"\n'
            f'threshold = "{threshold // 100}.{threshold % 100:02d}"\n'
            f'amount = "{cents // 100}.{cents % 100:02d}"\nover = "even"\n'
        )
        entries.append(Entry("risk-pool", cents, dict.fromkeys(PARTIES, 1), threshold=threshold))
    content = agreement(
        '[[key]]\ncode = "even"\nkind = "equal"\n',
        parties=", ".join(
            f"{party} {measures[party]}" + (" until 2026-03-31" if party in leavers else "")
            for party in PARTIES
        ),
        holder=draw(st.sampled_from(sorted(present))),
        ladder=text,
    )
    (rules,) = reading.read_fund([("agreement.toml", content)])
    shares = st.fixed_dictionaries(dict.fromkeys(PARTIES, CENTS))
    settlements = draw(st.lists(shares, min_size=1, max_size=3))
    return Ladder(rules=rules, entries=entries, present=present, settlements=settlements)


def climbed(case: Ladder) -> list[ladder.Climb]:
    """Climb settlement after settlement, as the engine does."""
    done: list[ladder.Climb] = []
    booked: list[ladder.Booked] = []
    for shares in case.settlements:
        done.append(ladder.climb(shares, agreement=case.rules, last_day=LAST_DAY, earlier=booked))
        booked.append(
            ladder.Booked(
                cost_shares_cents=shares,
                adjustments=done[-1].adjustments,
                unplaced_cents=done[-1].unplaced_cents,
                untaken_cents=done[-1].untaken_cents,
            )
        )
    return done


def climbed_again(case: Ladder) -> list[Climbed]:
    """Climb settlement after settlement, by the second hand."""
    done: list[Climbed] = []
    year: list[Before] = []
    for shares in case.settlements:
        done.append(
            climb(
                shares, case.entries,
                present=case.present, holder=case.rules.agreement.account_holder, year=year,
            )
        )  # fmt: skip
        year.append(Before(shares, done[-1].lines, done[-1].fallen))
    return done


def by_rung(climb_: ladder.Climb) -> dict[str, dict[str, int]]:
    """Return the lines of a climb by rung and party."""
    rungs: dict[str, dict[str, int]] = {}
    for line in climb_.adjustments:
        rung = f"pool-{line.pool}" if line.pool else line.kind
        rungs.setdefault(rung, {})[line.party] = line.amount_cents
    return rungs


@given(case=ladders())
def test_every_line_is_that_of_a_second_naive_climb(case: Ladder) -> None:
    for first, second in zip(climbed(case), climbed_again(case), strict=True):
        expected = {
            rung: {party: cents for party, cents in lines.items() if cents}
            for rung, lines in second.lines.items()
        }
        assert by_rung(first) == {rung: lines for rung, lines in expected.items() if lines}
        fallen = {"cap": first.unplaced_cents, "floor": first.untaken_cents}
        assert fallen == second.fallen


@given(case=ladders())
def test_every_step_sums_to_zero_and_steps_count_up_from_one(case: Ladder) -> None:
    for done in climbed(case):
        steps: dict[int, int] = {}
        for line in done.adjustments:
            assert line.amount_cents
            steps[line.step] = steps.get(line.step, 0) + line.amount_cents
        assert list(steps) == list(range(1, len(steps) + 1))
        assert not any(steps.values())


@given(case=ladders())
def test_nobody_is_above_its_cap_unless_nobody_could_take_it(case: Ladder) -> None:
    caps = {entry.party: entry for entry in case.entries if entry.kind == "cap"}
    holder = case.rules.agreement.account_holder
    bears, unplaced = dict.fromkeys(PARTIES, 0), 0
    for shares, done in zip(case.settlements, climbed(case), strict=True):
        per_year = any(entry.per_year for entry in caps.values())
        bears = {party: shares[party] + bears[party] * per_year for party in PARTIES}
        unplaced = done.unplaced_cents + unplaced * per_year
        for rung in ("floor", "cap"):
            for party, cents in by_rung(done).get(rung, {}).items():
                bears[party] += cents
        for party, entry in caps.items():
            if party in case.present:
                above = bears[party] - entry.amount
                assert above <= 0 or (party == holder and above <= unplaced)


@given(case=ladders())
def test_leavers_give_and_take_nothing(case: Ladder) -> None:
    for done in climbed(case):
        assert {line.party for line in done.adjustments} <= case.present
