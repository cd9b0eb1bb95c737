"""What the files of a settlement promise to those who read them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from tests.support.funds import agreement, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

SAVED = '[[key]]\ncode = "saved"\nkind = "savings"\nlevel = "case"\nfallback = "heads"\n'
USAGE = '[[key]]\ncode = "use"\nkind = "usage"\nperiods = 1\nfallback = "heads"\n'
Q1, Q2 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01"
ABSENT = [None] * 13


def facts_sha256(*rows: Sequence[str | None]) -> str:
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def test_facts_are_hashed_as_one_array_a_line_spendings_first_then_savings() -> None:
    outcome = settle(
        agreement(SAVED, parties="b 1, a 1", holder="b"), period=Q2, savings="""
        spending  party  amount
        s3        a       2.00
        s3        b       1.50
        s3        a       0.25
        s1        a       7.00
        s2        a       9.00
        """,
        spendings="""
        id  spent_on    amount  category  case  organisation  vat    payee
        s3  2026-04-03   5.00   rent      k     a             0.5    Café"x"
        s2  2026-01-02   4.00   rent      -     a             -      -
        s1  2026-01-01   3      rent      k     b             -      -
        s4  2026-07-01   9.00   rent      k     b             -      -
        """,
    )  # fmt: skip
    # s1 is of an earlier quarter, yet its saving weighs in the case of s3. s2 has no part in
    # this settlement, and s4 is not known yet.
    columns = ["s1", "2026-01-01", "3.00", "rent", "k", "b", *ABSENT]
    settled = ["s3", "2026-04-03", "5.00", "rent", "k", "a", *ABSENT]
    settled[11], settled[17] = 'Café"x"', "0.50"
    assert outcome.about["facts_sha256"] == facts_sha256(
        columns, settled, ["s1", "a", "7.00"], ["s3", "b", "1.50"], ["s3", "a", "2.25"]
    )


def test_facts_that_only_a_usage_window_looks_at_are_hashed_too() -> None:
    outcome = settle(
        agreement(USAGE, parties="a 1, b 1", valid="from 2025-01-01"), period=Q1,
        spendings="id spent_on amount\ne0 2025-09-30 1.00\ne1 2025-10-01 2.00\ns1 2026-01-01 4.00",
    )  # fmt: skip
    assert outcome.about["facts_sha256"] == facts_sha256(
        ["e1", "2025-10-01", "2.00", "rent", None, "a", *ABSENT],
        ["s1", "2026-01-01", "4.00", "rent", None, "a", *ABSENT],
    )


def test_settlements_are_numbered_within_the_calendar_year() -> None:
    rules = agreement(valid="from 2025-01-01")
    spendings = "id spent_on amount\ns1 2025-12-15 3.00\ns2 2026-01-15 3.00\ns3 2026-04-15 3.00"
    last = settle(rules, period="2025-10-01 2026-01-01", spendings=spendings)
    first = settle(rules, period=Q1, spendings=spendings, previous=[last])
    second = settle(rules, period=Q2, spendings=spendings, previous=[first, last])
    assert [each.about["number"] for each in (last, first, second)] == [1, 1, 2]


def test_the_date_on_the_papers_is_the_periods_last_day() -> None:
    outcome = settle(agreement(), period=Q1, spendings="id amount\ns1 3.00")
    assert outcome.about["dated"] == "2026-03-31"


def test_per_assigned_key_spendings_and_amounts_are_told() -> None:
    keys = SAVED + '[[key]]\ncode = "even"\nkind = "equal"\n'
    assignment = '[[assignment]]\ncategory = ["food"]\nkey = "even"\n'
    outcome = settle(
        agreement(keys, assignment=assignment),
        spendings="id amount category\ns1 3.00 rent\ns2 4.00 food\ns3 5.00 rent\ns4 0.00 food",
    )
    assert outcome.about["keys"] == [
        {"key": "saved", "spendings": 2, "amount": "8.00"},
        {"key": "even", "spendings": 2, "amount": "4.00"},
    ]


def test_vectors_are_numbered_in_order_of_first_use_in_lowest_terms() -> None:
    keys = '[[key]]\ncode = "some"\nkind = "equal"\nparties = ["c", "b"]\n'
    assignment = '[[assignment]]\ncategory = ["food"]\nkey = "some"\n'
    outcome = settle(
        agreement("" + keys, parties="a 2, b 4, c 6", assignment=assignment + '[[assignment]]\n'
        'key = "heads"\n'),
        spendings="id amount category\ns1 1.00 food\ns2 1.00 rent\ns3 1.00 food",
    )  # fmt: skip
    assert [row["vector"] for row in outcome.rows("lines.csv")] == ["1", "2", "1"]
    assert [" ".join(row.values()) for row in outcome.rows("vectors.csv")] == [
        "1 b 1 2", "1 c 1 2", "2 a 1 6", "2 b 1 3", "2 c 1 2",
    ]  # fmt: skip


def test_columns_that_are_not_read_are_noted() -> None:
    outcome = settle(agreement(), spendings="id amount colour\ns1 3.00 red")
    assert outcome.about["notes"] == [{"note": "columns-not-read", "columns": "colour"}]


def test_nested_by_category_every_category_of_every_party_is_within_a_cent() -> None:
    rows = "".join(f"s{n:02d} 0.01 {'food' if n % 2 else 'rent'}\n" for n in range(24))
    nested, dated = (
        settle(
            agreement(settlement=f'rounding = "{rounding}"'),
            spendings=f"id amount category\n{rows}",
        )
        for rounding in ("category", "date")
    )
    # 12 cents of each category over three: four each, exactly, after all of them.
    for category in (0, 1):
        of_category = [nested.cells(f"s{n:02d}")[0] for n in range(24) if n % 2 == category]
        assert {party: of_category.count(party) for party in "abc"} == {"a": 4, "b": 4, "c": 4}
        # And after every three cents of one category everyone has paid one.
        threes = [set(of_category[first : first + 3]) for first in range(0, 12, 3)]
        assert threes == [{"a", "b", "c"}] * 4
    # By date alone it is every three cents of all.
    cells = [dated.cells(f"s{n:02d}")[0] for n in range(24)]
    assert [set(cells[first : first + 3]) for first in range(0, 24, 3)] == [{"a", "b", "c"}] * 8


def test_facts_that_only_a_replacement_looks_at_are_hashed_too() -> None:
    rules = agreement(USAGE, parties="a 1, b 1", valid="from 2025-01-01")
    hashes = set()
    for advance in ("10.00", "11.00"):
        spendings = f"""
            id  spent_on    amount   organisation  reverses  replaces
            e1  2025-10-15  {advance}  b             -         -
            s1  2026-01-15  10.00    a             -         -
            r1  2026-05-01  -10.00   a             s1        -
            n1  2026-05-01   8.00    a             -         s1
            """
        last = settle(rules, period="2025-10-01 2026-01-01", spendings=spendings)
        first = settle(rules, period=Q1, spendings=spendings, previous=[last])
        second = settle(rules, period=Q2, spendings=spendings, previous=[last, first])
        assert second.cells("n1") == "b 8.00"  # weighed by what e1 was
        hashes.add(second.about["facts_sha256"])
    # "All rows settled or used for weights": another e1 is another fact.
    assert len(hashes) == 2
