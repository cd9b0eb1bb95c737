"""Positions and transfers: what holds whatever was spent, paid in or carried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.reference.books import cents
from tests.support.funds import Outcome, agreement, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTIES = ("a", "b", "c", "d", "e")
MONTHS = ("2026-01-01 2026-02-01", "2026-02-01 2026-03-01", "2026-03-01 2026-04-01")
SPENT = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(-2000, 9000),
        st.sampled_from([*PARTIES, "pool", "professional"]),
        st.sampled_from(PARTIES),
    ),
    max_size=14,
)
TERMS = st.tuples(
    st.sampled_from(["pool", "bridge"]),
    st.sampled_from(["0.00", "5.00", "20.00"]),
    st.sampled_from(["carry", "return"]),
)


def year(rules: bytes, spent: Sequence[tuple[int, int, str, str]], *, final: bool) -> list[Outcome]:
    """Settle three months, one after another."""
    table = "id spent_on amount advanced_by organisation\n" + "\n".join(
        f"s{number} 2026-0{month}-10 {'-' * (amount < 0)}{abs(amount) // 100}."
        f"{abs(amount) % 100:02d} {by} {organisation}"
        for number, (month, amount, by, organisation) in enumerate(spent)
    )
    done: list[Outcome] = []
    for month in MONTHS:
        last = final and month == MONTHS[-1]
        done.append(settle(rules, spendings=table, period=month, previous=done, final=last))
    return done


def rules(terms: tuple[str, str, str], *, transfers: str = "hub") -> bytes:
    funding, minimum, surplus = terms
    return agreement(
        parties="a 1, b 2, c 3, d 4 until 2026-02-15, e 5, x -",
        settlement=f'funding = "{funding}"\nminimum_transfer = "{minimum}"\n'
        f'surplus = "{surplus}"\ntransfers = "{transfers}"',
        contributions="" if transfers == "direct" else "a 2026-01-05 30.00, b 2026-02-05 25.00",
    )


def figures(outcome: Outcome) -> dict[str, dict[str, int]]:
    return {
        row["organisation"]: {name: cents(row[name]) for name in list(row)[2:]}
        for row in outcome.rows("positions.csv")
    }


def moved(outcome: Outcome) -> dict[str, int]:
    """What each party received, less what it paid."""
    sums = dict.fromkeys(PARTIES, 0)
    for row in outcome.rows("transfers.csv"):
        assert cents(row["amount"]) > 0
        assert row["from"] != row["to"]
        sums[row["from"]] -= cents(row["amount"])
        sums[row["to"]] += cents(row["amount"])
    return sums


@given(terms=TERMS, spent=SPENT, final=st.booleans())
def test_every_position_adds_up_and_follows_the_one_before(
    terms: tuple[str, str, str], spent: list[tuple[int, int, str, str]], final: bool
) -> None:
    before: dict[str, dict[str, int]] = {}
    for outcome in year(rules(terms), spent, final=final):
        now = figures(outcome)
        for party, at in now.items():
            earlier = before.get(party, {"closing": 0, "carried_out": 0})
            assert at["opening"] == earlier["closing"]
            assert at["carried_in"] == earlier["carried_out"]
            assert at["balance"] == (
                at["opening"] + at["contributed"] + at["advanced"]
                - at["cost_share"] - at["adjustments"]
            )  # fmt: skip
            assert at["balance"] == at["due"] + at["closing"]
            assert at["carried_in"] + at["due"] == at["transferred"] + at["carried_out"]
        gone = [at for party, at in before.items() if party not in now]
        assert not any(at["closing"] or at["carried_out"] for at in gone)
        before = now


@given(terms=TERMS, spent=SPENT, final=st.booleans())
def test_no_cent_appears_or_goes(
    terms: tuple[str, str, str], spent: list[tuple[int, int, str, str]], final: bool
) -> None:
    for outcome in year(rules(terms), spent, final=final):
        total = {
            name: sum(at[name] for at in figures(outcome).values())
            for name in ("balance", "opening", "contributed", "advanced", "cost_share")
        }
        lines = sum(cents(row["amount"]) for row in outcome.rows("lines.csv"))
        pool = cents(outcome.about["totals"]["spent_by_pool"])
        assert total["balance"] == total["opening"] + total["contributed"] - pool
        assert total["cost_share"] == lines == total["advanced"] + pool


@given(terms=TERMS, spent=SPENT, final=st.booleans())
def test_through_the_hub_everyone_pays_or_receives_exactly_what_its_position_says(
    terms: tuple[str, str, str], spent: list[tuple[int, int, str, str]], final: bool
) -> None:
    for outcome in year(rules(terms), spent, final=final):
        received = moved(outcome)
        for party, at in figures(outcome).items():
            if party != "a":
                assert received[party] == at["transferred"]
                assert at["carried_out"] == 0 or abs(at["carried_out"]) < cents(terms[1])
        assert all("a" in (row["from"], row["to"]) for row in outcome.rows("transfers.csv"))


@given(terms=TERMS, spent=SPENT)
def test_direct_transfers_pay_everyone_in_at_most_one_less_than_there_are_parties(
    terms: tuple[str, str, str], spent: list[tuple[int, int, str, str]]
) -> None:
    # A bridge without a pool: everything is advanced by someone, so that dues sum to zero.
    advanced = [
        (month, amount, by if by != "pool" else "b", organisation)
        for month, amount, by, organisation in spent
    ]
    bridge = ("bridge", terms[1], terms[2])
    for outcome in year(rules(bridge, transfers="direct"), advanced, final=True):
        at = figures(outcome)
        received = moved(outcome)
        assert {party: received[party] for party in at} == {
            party: each["transferred"] for party, each in at.items()
        }
        assert sum(each["transferred"] for each in at.values()) == 0
        assert sum(each["carried_out"] for each in at.values()) == 0
        paid = [party for party, each in at.items() if each["transferred"]]
        assert len(outcome.rows("transfers.csv")) <= max(0, len(paid) - 1)


@given(spent=SPENT, surplus=st.sampled_from(["carry", "return"]))
def test_a_final_settlement_carries_nothing_and_returns_all_if_so_agreed(
    spent: list[tuple[int, int, str, str]], surplus: str
) -> None:
    for at in figures(year(rules(("pool", "20.00", surplus)), spent, final=True)[-1]).values():
        assert at["carried_out"] == 0
        assert surplus == "carry" or at["closing"] == 0
