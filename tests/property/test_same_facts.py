"""The same facts said differently give the same settlement."""

from __future__ import annotations

import csv
import io
import re
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.periods import Period
from settlement import engine
from tests.support.funds import agreement, as_csv, order, settle, written
from tests.support.random_funds import PERIODS, RandomFund, fund

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = st.integers(0, 10**9)
ROWS = st.integers(0, 40)
FEW = settings(max_examples=max(8, settings().max_examples // 5))
FIGURES = (
    "lines.csv", "vectors.csv", "allocations.csv", "adjustments.csv", "positions.csv",
    "transfers.csv",
)  # fmt: skip


def settled(facts: RandomFund) -> list[dict[str, bytes]]:
    """Settle all periods of a fund; return the files of each."""
    done: list[dict[str, bytes]] = []
    for period in PERIODS:
        asked = order(
            facts.agreements, facts.spendings, facts.savings,
            period=Period(*period), previous=done,
        )  # fmt: skip
        done.append(written(engine.settle(asked)[0]))
    return done


def figures(facts: RandomFund) -> list[dict[str, str]]:
    """Settle all periods; return what the tables say."""
    return [{name: files[name].decode() for name in FIGURES} for files in settled(facts)]


def with_rows(content: bytes, change: Callable[[list[list[str]]], list[list[str]]]) -> bytes:
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    return as_csv(header, change(rows))


def shuffled(content: bytes, chance: Random) -> bytes:
    return with_rows(content, lambda rows: chance.sample(rows, len(rows)))


def respelled(facts: RandomFund, change: Callable[[str], str]) -> RandomFund:
    """Change the text of every file in the same way."""
    return RandomFund(
        agreements=[change(text.decode()).encode() for text in facts.agreements],
        spendings=change(facts.spendings.decode()).encode(),
        savings=change(facts.savings.decode()).encode(),
    )


@FEW
@given(seed=SEEDS, rows=ROWS, category=st.booleans())
def test_the_order_of_rows_changes_no_byte_of_any_file(
    seed: int, rows: int, category: bool
) -> None:
    terms = 'rounding = "category"' if category else ""
    facts = fund(seed, rows, ladder=True, settlement=terms)
    chance = Random(seed + 1)  # noqa: S311 - the same order every time
    other = RandomFund(
        agreements=facts.agreements[::-1],
        spendings=shuffled(facts.spendings, chance),
        savings=shuffled(facts.savings, chance),
    )
    assert settled(other) == settled(facts)


def quoted(content: bytes) -> bytes:
    sink = io.StringIO(newline="")
    rows = csv.reader(io.StringIO(content.decode(), newline=""))
    csv.writer(sink, quoting=csv.QUOTE_ALL).writerows(rows)
    return sink.getvalue().encode()


@given(cents=st.lists(st.integers(1, 99), min_size=20, max_size=60))
def test_nested_by_category_the_order_of_rows_decides_no_cent(cents: list[int]) -> None:
    rules = agreement(parties="a 1, b 2, c 4, d 6", settlement='rounding = "category"')
    rows = [f"s{at:02d} 0.{cent:02d} c{(at * 7) % 5}" for at, cent in enumerate(cents)]
    header = "id amount category"
    there, back = (settle(rules, spendings="\n".join([header, *way])) for way in (rows, rows[::-1]))
    assert there.files == back.files


SPELLINGS: dict[str, Callable[[bytes], bytes]] = {
    "semicolons": lambda content: content.replace(b",", b";"),
    "byte order mark": lambda content: b"\xef\xbb\xbf" + content,
    "windows line ends": lambda content: content.replace(b"\n", b"\r\n"),
    "no last line end": lambda content: content.removesuffix(b"\n"),
    "all quoted": quoted,
    "columns turned round": lambda content: b"\n".join(
        b",".join(line.split(b",")[::-1]) for line in content.split(b"\n")
    ),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@FEW
@given(seed=SEEDS, rows=ROWS)
def test_the_spelling_of_the_tables_changes_no_byte_of_any_file(
    spelling: str, seed: int, rows: int
) -> None:
    facts = fund(seed, rows)
    spelled = SPELLINGS[spelling]
    other = RandomFund(facts.agreements, spelled(facts.spendings), spelled(facts.savings))
    assert settled(other) == settled(facts)


@FEW
@given(seed=SEEDS, rows=ROWS, factor=st.sampled_from([2, 7, 10**9]))
def test_measures_times_a_constant_give_the_same_cents(seed: int, rows: int, factor: int) -> None:
    facts = fund(seed, rows, ladder=True)

    def times(found: re.Match[bytes]) -> bytes:
        return b"inhabitants = %d" % (int(found[1]) * factor)

    other = RandomFund(
        agreements=[re.sub(rb"inhabitants = (\d+)", times, text) for text in facts.agreements],
        spendings=facts.spendings,
        savings=facts.savings,
    )  # fmt: skip
    assert figures(other) == figures(facts)


@FEW
@given(seed=SEEDS, rows=ROWS, factor=st.sampled_from([3, 100]))
def test_savings_times_a_constant_give_the_same_cents_where_no_key_is_capped(
    seed: int, rows: int, factor: int
) -> None:
    facts = fund(seed, rows)
    uncapped = [text.replace(b"capped = true", b"capped = false") for text in facts.agreements]

    def times(rows: list[list[str]]) -> list[list[str]]:
        cents = [int(amount.replace(".", "")) * factor for _, _, amount in rows]
        return [
            [spending, party, f"{'-' * (amount < 0)}{abs(amount) // 100}.{abs(amount) % 100:02d}"]
            for (spending, party, _), amount in zip(rows, cents, strict=True)
        ]

    plain = RandomFund(uncapped, facts.spendings, facts.savings)
    other = RandomFund(uncapped, facts.spendings, with_rows(facts.savings, times))
    assert figures(other) == figures(plain)


@FEW
@given(seed=SEEDS, rows=ROWS)
def test_parties_with_other_names_in_the_same_order_bear_the_same_cents(
    seed: int, rows: int
) -> None:
    facts = fund(seed, rows, ladder=True)

    def renamed(text: str) -> str:
        # Names that sort the other way round, so that only the order of the agreement can count.
        return re.sub(
            r"\b([pnx])(\d)\b", lambda at: f"{'zyx'['pnx'.index(at[1])]}q{9 - int(at[2])}", text
        )

    expected = [{name: renamed(text) for name, text in files.items()} for files in figures(facts)]
    assert figures(respelled(facts, renamed)) == expected


@FEW
@given(seed=SEEDS, rows=ROWS)
def test_one_more_outsider_changes_nobodys_cents(seed: int, rows: int) -> None:
    facts = fund(seed, rows, ladder=True)
    outsider = (
        b'[[party]]\ncode = "more"\nname = "More"\nkind = "other"\nparticipant = false\n'
        b"measures = { inhabitants = 1000000 }\n"
    )

    def saved(rows: list[list[str]]) -> list[list[str]]:
        return rows + [[spending, "more", "9999.00"] for spending in sorted({r[0] for r in rows})]

    other = RandomFund(
        agreements=[text + outsider for text in facts.agreements],
        spendings=facts.spendings,
        savings=with_rows(facts.savings, saved),
    )
    assert figures(other) == figures(facts)
