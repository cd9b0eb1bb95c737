"""Laws of the bank: what holds for any files, lines and books.

Whatever statements overlap, are sent again or come in another order, the same lines are
kept; matches are never a guess and do not depend on any order; and what the journal and
the bank say differs by exactly what the reconciliation shows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ledger.bank import camt, continuity, kept, matching
from ledger.bank.items import STRANGER, Item, Kind
from ledger.bank.kept import Extract, Line, LineKey
from ledger.bank.matching import Match, Rule
from ledger.bank.reconciliation import Books, Movement, reconcile
from ledger.money import Cents, as_text
from tests.support.bank_files import LOCAL, OTHER, POOL, RULES, entry, file, payment, statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

FIRST = date(2026, 1, 1)
DAYS = 6
WORDS = ("", "huur van Jo", "OVB-2026-17")


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


# --- the same lines, however they come -----------------------------------------------------


@dataclass(frozen=True)
class Booked:
    """What the bank booked once."""

    on: int
    cents: int
    named: bool  # whether the bank gives it a reference
    text: str
    parts: tuple[int, ...]


BOOKED = st.lists(
    st.builds(
        Booked,
        on=st.integers(0, DAYS - 1),
        cents=st.integers(-30, 30).filter(bool).map(lambda each: each * 100),
        named=st.booleans(),
        text=st.sampled_from(WORDS),
        parts=st.sampled_from([(), (1,), (1, 2)]),
    ),
    max_size=12,
)
SPANS = st.tuples(st.integers(0, DAYS - 1), st.integers(1, DAYS)).map(
    lambda each: (each[0], min(DAYS, each[0] + each[1]))
)


def one_entry(at: int, booked: Booked) -> str:
    """Write an entry; a batch is split so that its parts add up."""
    rest = booked.cents - sum(booked.parts)
    parts = [*booked.parts, rest] if booked.parts and rest else [booked.cents]
    role = "payer" if booked.cents > 0 else "payee"
    return entry(
        f"{day(booked.on)} {as_text(booked.cents)}",
        f"R{at}" if booked.named else "",
        *(payment(as_text(part), text=booked.text, **{role: OTHER}) for part in parts),
    )


def sent(booked: Sequence[Booked], start: int, until: int) -> bytes:
    """Return a statement of some days as the bank would send it."""
    before = sum(each.cents for each in booked if each.on < start)
    inside = [(at, each) for at, each in enumerate(booked) if start <= each.on < until]
    after = before + sum(each.cents for _, each in inside)
    opens, closes = (
        f"OPBD {as_text(before)} {day(start)}",
        f"CLBD {as_text(after)} {day(until - 1)}",
    )
    return file(
        statement(
            *(one_entry(at, each) for at, each in inside),
            name=f"{start}-{until}",
            number="",
            balances=f"{opens}, {closes}",
        ),
        valid=False,
    )


def imported(booked: Sequence[Booked], spans: Sequence[tuple[int, int]]) -> list[Line]:
    """Return the lines that are kept after importing these statements one by one."""
    lines: list[Line] = []
    for start, until in spans:
        (found,) = camt.read("bank.xml", sent(booked, start, until), timezone=LOCAL)
        lines += kept.added([line.key for line in lines], kept.lines(found, by=RULES))
    return lines


def extracted(booked: Sequence[Booked], spans: Sequence[tuple[int, int]]) -> list[Extract]:
    """Return what is kept of these statements themselves."""
    return [
        kept.extract(found)
        for start, until in spans
        for found in camt.read("bank.xml", sent(booked, start, until), timezone=LOCAL)
    ]


@given(booked=BOOKED, spans=st.lists(SPANS, max_size=6), random=st.randoms(use_true_random=False))
def test_statements_that_overlap_or_repeat_bring_each_line_once(
    booked: list[Booked], spans: list[tuple[int, int]], random: Random
) -> None:
    shuffled = [*spans, *spans, (0, DAYS)]
    random.shuffle(shuffled)

    whole = imported(booked, [(0, DAYS)])
    assert Counter(imported(booked, shuffled)) == Counter(whole)
    assert len({line.key for line in whole}) == len(whole)
    assert sum(line.amount_cents for line in whole) == sum(each.cents for each in booked)
    by_day = imported(booked, [(number, number + 1) for number in range(DAYS)])
    assert Counter(by_day) == Counter(whole)


@given(booked=BOOKED)
def test_nothing_that_people_wrote_is_kept(booked: list[Booked]) -> None:
    said = " ".join(map(str, imported(booked, [(0, DAYS)])))

    assert "Jo" not in said
    debits = [line for line in imported(booked, [(0, DAYS)]) if line.amount_cents < 0]
    assert all(line.iban is None for line in debits)


@given(booked=BOOKED, spans=st.lists(SPANS, max_size=4), left_out=st.integers(1, DAYS - 2))
def test_a_day_that_no_statement_tells_of_is_found_missing_where_money_moved(
    booked: list[Booked], spans: list[tuple[int, int]], left_out: int
) -> None:
    by_day = [(number, number + 1) for number in range(DAYS) if number != left_out]
    told = [*(span for span in spans if not span[0] <= left_out < span[1]), *by_day]
    lines, extracts = imported(booked, told), extracted(booked, told)
    missing = sum(each.cents for each in booked if each.on == left_out)

    standing = continuity.standing(extracts, lines)
    assert bool(continuity.gaps(extracts, standing, day=day(DAYS - 1))) == bool(missing)


@given(booked=BOOKED, spans=st.lists(SPANS, max_size=4))
def test_statements_that_tell_of_every_day_leave_no_gap_and_stand_where_the_bank_says(
    booked: list[Booked], spans: list[tuple[int, int]]
) -> None:
    days = [(number, number + 1) for number in range(0, DAYS, 2)]
    told = [*spans, *days, (1, DAYS)]
    extracts = extracted(booked, told)
    standing = continuity.standing(extracts, imported(booked, told))

    for number in range(DAYS):
        assert continuity.gaps(extracts, standing, day=day(number)) == ()
        assert standing.on(day(number)) == sum(each.cents for each in booked if each.on <= number)


# --- matches are never a guess -------------------------------------------------------------

LineRow = tuple[int, int, str | None, str | None, str]
ItemRow = tuple[int, int, Kind, str | None, str | None, str | None]
AMOUNTS = (-3000, -2000, -1000, 1000, 2000)
LINES = st.lists(
    st.tuples(
        st.integers(0, 14),
        st.sampled_from(AMOUNTS),
        st.sampled_from([None, None, "a", "b"]),
        st.sampled_from([None, None, "R1", "R2"]),
        st.sampled_from(["", "t"]),
    ),
    max_size=8,
)
ITEMS = st.lists(
    st.tuples(
        st.integers(0, 14),
        st.sampled_from(AMOUNTS),
        st.sampled_from([Kind.SPENDING, Kind.SPENDING, Kind.PAYMENT]),
        st.sampled_from([None, None, "a", "b", STRANGER]),
        st.sampled_from([None, None, "R1", "R2", "B"]),
        st.sampled_from([None, "t"]),
    ),
    max_size=8,
)


def some_lines(rows: Sequence[LineRow]) -> list[Line]:
    return [
        Line(
            key=LineKey(
                account=POOL,
                booked_on=day(on),
                reference=f"L{at}",
                entry_cents=cents,
                ordinal=1,
                part=1,
            ),
            amount_cents=Cents(cents),
            fingerprint=text or f"of L{at}",
            iban=iban if cents > 0 else None,
            names=name,
            statement="",
        )
        for at, (on, cents, iban, name, text) in enumerate(rows)
    ]


def some_items(
    rows: Sequence[ItemRow],
) -> list[Item]:
    return [
        Item(
            id=f"i{at}",
            kind=kind if cents < 0 else Kind.REFUND,
            amount_cents=cents,
            on=day(on),
            sequence=at,
            reference=name,
            iban=iban if cents > 0 else None,
            fingerprint=text,
        )
        for at, (on, cents, kind, iban, name, text) in enumerate(rows)
    ]


def may_be(line: Line, item: Item, days: int = matching.WINDOW_DAYS) -> bool:
    """Whether a line may be an item by amount, account and day; said once more."""
    opposite = item.iban in {None, line.iban} or (item.iban == STRANGER and line.iban is None)
    near = abs((line.booked_on - item.on).days) <= days
    return line.names is None and line.amount_cents == item.amount_cents and opposite and near


@given(rows=LINES, expected=ITEMS, random=st.randoms(use_true_random=False))
def test_matching_does_not_depend_on_any_order(
    rows: list[LineRow],
    expected: list[ItemRow],
    random: Random,
) -> None:
    lines, items = some_lines(rows), some_items(expected)
    before = matching.match(lines, items)

    random.shuffle(lines)
    random.shuffle(items)
    assert matching.match(lines, items) == before


@given(rows=LINES, expected=ITEMS)
def test_every_line_and_item_is_matched_once_to_the_cent_or_stays_open(
    rows: list[LineRow],
    expected: list[ItemRow],
) -> None:
    lines, items = some_lines(rows), some_items(expected)
    by_key, by_id = {line.key: line for line in lines}, {item.id: item for item in items}
    found = matching.match(lines, items)

    matched = [match.line for match in found.matches]
    assert sorted([*matched, *(line.key for line in found.open_lines)]) == sorted(by_key)
    named = [name for match in found.matches for name in match.items]
    assert sorted([*named, *(item.id for item in found.open_items)]) == sorted(by_id)
    for match in found.matches:
        line, parts = by_key[match.line], [by_id[name] for name in match.items]
        assert line.amount_cents == sum(item.amount_cents for item in parts)
        if line.names:
            assert {item.reference for item in parts} == {line.names}
        if match.rule in {Rule.DAY, Rule.NEAR}:
            assert may_be(line, parts[0], 0 if match.rule is Rule.DAY else matching.WINDOW_DAYS)
        if len(parts) > 1:
            assert match.rule in {Rule.REFERENCE, Rule.BATCH}
            assert len({item.reference for item in parts}) == 1


@given(rows=LINES, expected=ITEMS)
def test_no_match_had_another_choice_and_no_open_pair_is_without_one(
    rows: list[LineRow],
    expected: list[ItemRow],
) -> None:
    lines, items = some_lines(rows), some_items(expected)
    by_key, by_id = {line.key: line for line in lines}, {item.id: item for item in items}
    found = matching.match(lines, items)

    for match in found.matches:
        days = {Rule.DAY: 0, Rule.NEAR: matching.WINDOW_DAYS}.get(match.rule)
        if days is not None:
            line, item = by_key[match.line], by_id[match.items[0]]
            assert not any(may_be(line, other, days) for other in found.open_items)
            assert not any(may_be(other, item, days) for other in found.open_lines)
    shared = Counter(item.reference for item in items if item.reference)
    for line in found.open_lines:
        may = [item for item in found.open_items if may_be(line, item)]
        if len(may) == 1 and max(shared.values(), default=0) < 2:
            assert sum(may_be(other, may[0]) for other in found.open_lines) > 1


# --- the journal beside the bank -----------------------------------------------------------


@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 9),  # the day at the bank
            st.integers(-50, 50).filter(bool),
            st.lists(st.integers(0, 9), max_size=3),  # the days at which the journal has parts
            st.booleans(),  # whether somebody gave a reason
        ),
        max_size=8,
    ),
    under_way=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 50)), max_size=3),
    opening=st.integers(-20, 20),
    on=st.integers(0, 9),
)
def test_the_journal_is_the_bank_with_what_is_under_way_and_without_the_differences(
    rows: list[tuple[int, int, list[int], bool]],
    under_way: list[tuple[int, int]],
    opening: int,
    on: int,
) -> None:
    lines = some_lines([(at, cents, None, None, "") for at, cents, _, _ in rows])
    movements = [
        Movement(id=f"u{at}", on=day(number), amount_cents=cents)
        for at, (number, cents) in enumerate(under_way)
    ]
    matches: list[Match] = []
    reasons: dict[LineKey | str, str] = {}
    for line, (_, cents, booked, reason) in zip(lines, rows, strict=True):
        parts = [1] * (len(booked) - 1) + [cents - len(booked) + 1]
        names = tuple(f"{line.key.reference}-{at}" for at in range(len(booked)))
        for name, number, part in zip(names, booked, parts, strict=False):
            movements.append(Movement(id=name, on=day(number), amount_cents=part))
        if booked:
            matches.append(Match(line=line.key, items=names, rule=Rule.NEAR))
        if reason:
            reasons[line.key] = "known"
    whole = Extract(
        account=POOL, identification="S", number=None, page=1, opening_cents=opening,
        opened_on=FIRST, closing_cents=opening + sum(line.amount_cents for line in lines),
        turnover_cents=sum(line.amount_cents for line in lines),
        first_day=min((line.booked_on for line in lines), default=day(9)), last_day=day(9),
    )  # fmt: skip
    books = Books(
        extracts=[whole], lines=lines, movements=movements, matches=matches, reasons=reasons
    )

    found = reconcile(books, day=day(on))
    assert found.gaps == ()
    assert found.bank_cents == opening + sum(cents for at, cents, _, _ in rows if at <= on)
    assert found.journal_cents == (
        found.bank_cents + found.under_way_cents - found.differences_cents
    )
    open_lines = [
        cents for at, cents, booked, reason in rows if at <= on and not booked and not reason
    ]
    assert found.reconciles == (not open_lines and not opening)
    assert found.unexplained == tuple(each for each in found.differences if not each.explained)
