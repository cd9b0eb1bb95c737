"""Laws of withdrawals: true-ups sum to zero, and lead to what would have been without."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import store
from ledger.verify import run
from settlement import verifying
from tests.support import picked, withdrawing
from tests.support.withdrawing import Q1, Q2, Q3, SAVED

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from settlement.withdrawing import Prepared
    from tests.support.databases import Sqlite
    from tests.support.ledgers import Ledger

FEW = settings(max_examples=max(5, settings().max_examples // 8))
QUARTERS: Final = (Q1, Q2, Q3)
CODES: Final = ("eviction", "debt", "illness")
MOST: Final = (
    '[[key]]\ncode = "most"\nkind = "largest-saving"\nlevel = "case"\nties = "even"\n'
    'fallback = "heads"\n[[key]]\ncode = "even"\nkind = "equal"\n'
)
KEYS: Final = {
    "per spending": SAVED.format(level="spending", capped="false"),
    "per case": SAVED.format(level="case", capped="false"),
    "largest": MOST,
    "blend": '[[key]]\ncode = "mixed"\nkind = "blend"\nparts = [{ key = "most", share = "0.7" }, '
    '{ key = "heads", share = "0.3" }]\n' + MOST,
    "tiered": '[[key]]\ncode = "sliced"\nkind = "tiered"\ntiers = [{ up_to = "20.00", key = '
    '"heads" }, { key = "saved" }]\n' + SAVED.format(level="case", capped="false"),
    "capped": SAVED.format(level="case", capped="true"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What happens in each of three quarters, the first of them without a withdrawal before."""

    keys: str
    spent: tuple[tuple[dict[str, Any], ...], ...]  # orders per quarter, with the effect picked
    back: tuple[tuple[str, ...], ...]  # what is taken back in each quarter
    refunded: tuple[tuple[str, ...], ...]  # what half came back of in each quarter
    withdrawn: tuple[str | None, ...]  # after each quarter: a code, ``heads`` or nothing


@dataclass(slots=True)
class Told:
    """A fund in which a plan was carried out, and what stands in the place of spendings."""

    ledger: Ledger
    standing: dict[str, str] = field(default_factory=dict)
    prepared: list[Prepared] = field(default_factory=list)


def plan(seed: int, keys: str) -> Plan:
    chance = Random(seed)  # noqa: S311 - the same every time
    spent: tuple[tuple[dict[str, Any], ...], ...] = tuple(
        tuple(
            {
                "id": f"s{quarter}{at}",
                "amount_cents": chance.choice([0, 1, 7, 33_33, 90_00, 250_01]),
                "case": chance.choice(["K1", "K1", "K2", None]),
                "organisation": chance.choice("abc"),
                "code": chance.choice([*CODES, None]),
            }
            for at in range(chance.randint(1, 5))
        )
        for quarter in range(len(QUARTERS))
    )
    ids = [[str(order["id"]) for order in orders if order["amount_cents"]] for orders in spent]
    back = [tuple(chance.sample(each, min(len(each), chance.randint(0, 1)))) for each in ids]
    kept = [each for each in ids[0] if each not in back[0]][: chance.randint(0, 1)]
    return Plan(
        keys=KEYS[keys],
        spent=spent,
        back=((), back[0], back[1]),
        refunded=((), tuple(kept), ()),
        withdrawn=(chance.choice([*CODES, "heads"]), chance.choice([*CODES, "heads", None]), None),
    )


def carried_out(engine: Engine, told: Plan, *, never: bool) -> Told:
    """Carry a plan out; or what it withdraws never was, nor was wrong.

    Args:
        engine: Of an empty database.
        told: The plan.
        never: Whether no withdrawn effect is ever picked, and counts are right at once.
    """
    gone = {code for code in told.withdrawn if code} if never else set()
    heads = "a 3, b 2, c 1" if "heads" in gone else "a 1, b 2, c 1"
    ledger = withdrawing.opened(engine, withdrawing.kinded_agreement(told.keys, parties=heads))
    found = Told(ledger)
    for quarter, days in enumerate(QUARTERS):
        ledger.at(f"2026-{3 * quarter + 1:02d}-25")
        for order in told.spent[quarter]:
            code = order["code"]
            ledger.record(**{name: cell for name, cell in order.items() if name != "code"})
            found.standing[order["id"]] = order["id"]
            if code and code not in gone:
                picked.pick(ledger, order["id"], code)
        _take_back(found, told, quarter)
        ledger.at(days.split()[1]).settle(days)
        what = None if never else told.withdrawn[quarter]
        if what and what not in gone:
            gone.add(what)
            _withdraw(found, what, f"2026-{3 * quarter + 4:02d}-20")
    return found


def _take_back(found: Told, told: Plan, quarter: int) -> None:
    for spending in told.back[quarter]:
        found.ledger.reverse(found.standing.pop(spending), f"back-{spending}")
    for spending in told.refunded[quarter]:
        order = next(each for each in told.spent[0] if each["id"] == spending)
        found.ledger.record(
            -order["amount_cents"] // 2 or -1, id=f"half-{spending}", case=order["case"],
            organisation=order["organisation"], refunds=found.standing[spending],
        )  # fmt: skip


def _withdraw(found: Told, what: str, day: str) -> None:
    ledger = found.ledger.at(day)
    named = withdrawing.measure("a", 3) if what == "heads" else withdrawing.entry(ledger, what)
    prepared = withdrawing.prepare(ledger, named)
    found.prepared.append(prepared)
    first = {standing: spending for spending, standing in found.standing.items()}
    for each in withdrawing.done(ledger, prepared).anew:
        found.standing[first[each.spending]] = each.replacement


def weights(ledger: Ledger) -> dict[str, str]:
    """Return the exact shares of every settled line, by its spending."""
    return {
        row["spending"]: outcome.weights(row["spending"])
        for days in QUARTERS
        for outcome in [ledger.exported(days.split()[0])]
        for row in outcome.rows("lines.csv")
    }


@FEW
@given(keys=st.sampled_from(sorted(KEYS)), seed=st.integers(0, 10**6))
def test_what_stands_in_the_end_is_divided_as_if_what_was_withdrawn_had_never_been(
    sqlite_server: Sqlite, keys: str, seed: int
) -> None:
    told = plan(seed, keys)
    with sqlite_server.new() as there, sqlite_server.new() as never:
        withdrawn, without = (
            carried_out(database.engine, told, never=database is never)
            for database in (there, never)
        )
        found, expected = weights(withdrawn.ledger), weights(without.ledger)

        # Lines of one case that share a cap are divided apart once they are corrected.
        if keys != "capped":
            counting = [each for each in withdrawn.standing if each not in free(told)]
            assert {each: found[withdrawn.standing[each]] for each in counting} == {
                each: expected[each] for each in counting
            }
        true_ups_sum_to_zero(withdrawn)
        files_say_the_same(withdrawn.ledger, told)
        with store.reading(there.engine) as session:
            report = run.verify(session, withdrawn.ledger.fund, more=verifying.MORE)
        assert [*map(str, report.misfits)] == []


def free(told: Plan) -> set[str]:
    """Return what cost nothing: there is nothing to divide anew."""
    orders = (order for orders in told.spent for order in orders)
    return {order["id"] for order in orders if not order["amount_cents"]}


def true_ups_sum_to_zero(found: Told) -> None:
    for prepared in found.prepared:
        assert all(sum(line.moves_cents.values()) == 0 for line in prepared.lines)
        if not prepared.picks and not hasattr(prepared.what, "number"):
            assert prepared.lines == ()


def files_say_the_same(ledger: Ledger, told: Plan) -> None:
    """Settle from files; a count that was withdrawn is right in the agreement from then on."""
    wrong, right = (
        withdrawing.kinded_agreement(told.keys, parties=heads)
        for heads in ("a 1, b 2, c 1", "a 3, b 2, c 1")
    )
    agreements = {
        days.split()[0]: (right if "heads" in told.withdrawn[:quarter] else wrong,)
        for quarter, days in enumerate(QUARTERS)
    }
    withdrawing.same_from_files(ledger, agreements)


@FEW
@given(keys=st.sampled_from(sorted(KEYS)), seed=st.integers(0, 10**6))
def test_what_is_told_beforehand_is_what_the_next_settlement_moves(
    sqlite_server: Sqlite, keys: str, seed: int
) -> None:
    """Nothing else happens in the second quarter, so that all it settles are true-ups."""
    told = plan(seed, keys)
    with sqlite_server.new() as database:
        ledger = withdrawing.opened(
            database.engine, withdrawing.kinded_agreement(told.keys, parties="a 1, b 2, c 1")
        )
        found = Told(ledger)
        for order in told.spent[0]:
            ledger.record(**{name: cell for name, cell in order.items() if name != "code"})
            found.standing[order["id"]] = order["id"]
            if order["code"]:
                picked.pick(ledger, order["id"], order["code"])
        ledger.at("2026-04-01").settle(Q1)
        _withdraw(found, told.withdrawn[0] or "heads", "2026-04-20")
        ledger.at("2026-07-01").settle(Q2)

        moves = found.prepared[0].moves_cents
        moved = ledger.exported().positions("cost_share")
        assert {party: round(float(moved[party]) * 100) for party in "abc"} == {
            party: moves.get(party, 0) for party in "abc"
        }
