"""Tables on papers: rows with raw figures; the template writes them.

Every table has a caption, headers with a scope, and a total that ties to another page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ledger.texts import MINUS
from reports import figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

    from reports.accounts import Account
    from reports.words import Words

GROUPS_MAX: Final = 9
"""Rows of a table of groups; what is left is one row, so that the column adds up."""

LARGEST: Final = 10
_WIDTH: Final = 92  # characters that fit beside each other in a small table
_LABEL: Final = 30
_NAME: Final = 34
_LONG: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: ``kind`` is name, text, quiet, code, figure, count, money, difference or percent.

    A figure is written already.
    """

    title: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; ``None`` in a row leaves a cell empty, 0 in a sparse one is a dash."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: tuple[Any, ...] | None = None
    sparse: bool = False
    small: bool = False
    in_euro: bool = True
    marked: frozenset[int] = field(default_factory=frozenset)

    @property
    def has_short_names(self) -> bool:
        """Whether the names of its rows need not be broken."""
        return all(len(row[0]) <= _NAME for row in self.rows)

    @property
    def is_long(self) -> bool:
        """Whether it may be broken over pages, between rows."""
        return sum(-(-len(row[0]) // _NAME) for row in self.rows) > _LONG


@dataclass(frozen=True, slots=True)
class Term:
    """A row of a sum: its operator, its name, what is added or taken off."""

    operator: str
    name: str
    cents: int
    is_result: bool = False


def balance(account: Account, words: Words) -> tuple[Term, ...]:
    """Return the sum of a position, each adjustment of the ladder by itself."""
    position = account.position
    lines = [
        Term(
            MINUS if each.amount_cents > 0 else "+", words.adjustment(each), abs(each.amount_cents)
        )
        for each in account.adjustments
    ]
    cents = position.balance_cents
    sign = "balance" if not cents else "balance_credit" if cents > 0 else "balance_debit"
    return (
        Term("", words("sum.opening"), position.opening_cents),
        Term("+", words("sum.contributed"), position.contributed_cents),
        Term("+", words("sum.advanced"), position.advanced_cents),
        Term(MINUS, words("sum.cost_share"), position.cost_share_cents),
        *lines,
        Term("=", words(f"sum.{sign}"), cents, is_result=True),
    )


def payment(account: Account, words: Words) -> tuple[Term, ...]:
    """Return how a balance becomes what is paid now."""
    position = account.position
    carried = [
        Term("+", words("pay.carried_in"), position.carried_in_cents),
        Term(MINUS, words("pay.carried_out"), position.carried_out_cents),
    ]
    if not position.carried_in_cents and not position.carried_out_cents:
        carried = []
    due = [Term("=", words("pay.due"), position.due_cents)] if carried else []
    return (
        Term("", words("sum.balance"), position.balance_cents),
        Term(MINUS, words("pay.closing"), position.closing_cents),
        *due,
        *carried,
        Term(
            "=", words(f"pay.{_PAID[account.outcome]}"), position.transferred_cents, is_result=True
        ),
    )


_PAID: Final = {
    "pays": "pays",
    "receives": "receives",
    "holder_pays": "holder",
    "holder_receives": "holder",
    "carries_claim": "zero",
    "carries_debt": "zero",
    "stays": "zero",
    "nothing": "zero",
}


def by_key(account: Account, lines: pd.DataFrame, words: Words) -> Table:
    """Return an organisation's share per key, with how the key divides."""
    sums = figures.by_key(account.settled, lines)
    rows = tuple(
        (words.shortened(code), words.key(account.settled, code), *_sums(row))
        for code, row in _rows(sums)
    )
    return Table(
        caption=words("share.by_key"),
        columns=(
            Column(title=words("share.key"), kind="name"),
            Column(title=words("share.divides"), kind="quiet"),
            *_sum_columns(words),
        ),
        rows=rows,
        total=(words("share.total"), None, *_together(lines)),
    )


def by_group(account: Account, lines: pd.DataFrame, words: Words) -> Table:
    """Return an organisation's share per category group, across keys where they fit."""
    crossed = figures.by_group_and_key(account.settled, lines)
    sums = figures.by_group(lines)
    if not _fits(crossed, words):
        rows = [(words.group(account.settled, name), *_sums(row)) for name, row in _rows(sums)]
        return Table(
            caption=words("share.by_group"),
            columns=(Column(title=words("share.group"), kind="name"), *_sum_columns(words)),
            rows=tuple(_percent_of_rest(row) for row in shortened(rows, words, summed=(1, 2, 4))),
            total=(words("share.total"), *_together(lines)),
            small=True,
        )
    keys = [str(key) for key in crossed.columns]
    rows = [
        (words.group(account.settled, name), count, *each, sum(each))
        for name, count, each in zip(
            crossed.index, sums["lines"].tolist(), crossed.to_numpy().tolist(), strict=True
        )
    ]
    totals = tuple(int(crossed[key].sum()) for key in keys)
    return Table(
        caption=words("share.by_group_and_key"),
        columns=(
            Column(title=words("share.group"), kind="name"),
            Column(title=words("share.lines"), kind="count"),
            *(Column(title=words.shortened(key), kind="money") for key in keys),
            Column(title=words("share.share"), kind="money"),
        ),
        rows=tuple(shortened(rows, words, summed=range(1, len(keys) + 3))),
        total=(words("share.total"), len(lines), *totals, sum(totals)),
        sparse=True,
        small=True,
    )


def by_month(lines: pd.DataFrame, words: Words) -> Table:
    """Return an organisation's share per month in which it counts."""
    rows = ((words.month(month), *_sums(row)) for month, row in _rows(figures.by_month(lines)))
    return Table(
        caption=words("share.by_month"),
        columns=(Column(title=words("share.month"), kind="name"), *_sum_columns(words)),
        rows=tuple(rows),
        total=(words("share.total"), *_together(lines)),
        small=True,
    )


def largest(account: Account, lines: pd.DataFrame, words: Words) -> Table:
    """Return the lines of which an organisation bears most, and what the others add up to."""
    shown = figures.largest(lines, LARGEST)
    rows: list[tuple[Any, ...]] = [
        (
            words.shortened(row.spending),
            words.short_month(row.month),
            words.group(account.settled, row.group),
            words.shortened(row.key),
            row.amount_cents,
            Fraction(row.numerator, row.denominator),
            row.share_cents,
        )
        for row in shown.itertuples()
    ]
    amount, share = int(lines["amount_cents"].sum()), int(lines["share_cents"].sum())
    if left := len(lines) - len(shown):
        rest = (
            amount - int(shown["amount_cents"].sum()),
            None,
            share - int(shown["share_cents"].sum()),
        )
        rows.append((words.plural("largest.rest", left), None, None, None, *rest))
    return Table(
        caption=words("largest.caption"),
        columns=(
            Column(title=words("largest.spending"), kind="code"),
            Column(title=words("share.month"), kind="text"),
            Column(title=words("share.group"), kind="text"),
            Column(title=words("share.key"), kind="quiet"),
            Column(title=words("summary.amount"), kind="money"),
            Column(title=words("share.percent"), kind="percent"),
            Column(title=words("share.share"), kind="money"),
        ),
        rows=tuple(rows),
        total=(words("share.total"), None, None, None, amount, None, share),
        small=True,
    )


def per_organisation(everyone: Sequence[Account], words: Words, *, own: str | None) -> Table:
    """Return the cost share of every organisation: the figures of the chart."""
    shares = [each.position.cost_share_cents for each in everyone]
    parts = parts_of(shares)
    return Table(
        caption=words("chart.caption"),
        columns=(
            Column(title=words("chart.organisation"), kind="name"),
            Column(title=words("sum.cost_share"), kind="money"),
            Column(title=words("share.percent"), kind="percent"),
        ),
        rows=tuple(
            (each.party.name, cents, part)
            for each, cents, part in zip(everyone, shares, parts, strict=True)
        ),
        total=(words("summary.total"), sum(shares), None if None in parts else Fraction(1)),
        small=True,
        marked=frozenset(at for at, each in enumerate(everyone) if each.position.party == own),
    )


def budget(account: Account, words: Words) -> Table:
    """Return contribution, cost share, budget and forecast beside each other."""
    last = words.day(account.settled.period.last_day)
    figured = [
        (words("budget.contributed"), account.position.contributed_cents),
        (words("budget.so_far", day=last), account.year_cost_cents),
    ]
    if account.budgets:
        authorised = sum(each.amount for each in account.budgets)
        figured.append((words("budget.budget"), authorised))
    if account.forecast_cents is not None:
        figured.append((words("budget.forecast", year=account.year), account.forecast_cents))
    return Table(
        caption=words("budget.caption"),
        columns=(
            Column(title=words("budget.year"), kind="name"),
            *(Column(title=title, kind="money") for title, _ in figured),
        ),
        rows=((str(account.year), *(cents for _, cents in figured)),),
    )


def parts_of(cents: Iterable[int]) -> list[Fraction | None]:
    """Return each amount as a part of all; of amounts that came back there is no part."""
    each = list(cents)
    whole = sum(each) if min(each, default=0) >= 0 else 0
    return [part_of(one, whole) for one in each]


def part_of(cents: int, total: int) -> Fraction | None:
    """Return a part of a total; ``None`` where it is none, as where money came back."""
    part = Fraction(cents, total) if total else None
    return part if part is not None and 0 <= part <= 1 else None


def _rows(sums: pd.DataFrame) -> Iterator[tuple[Any, pd.Series]]:
    yield from sums.iterrows()


def _sums(row: pd.Series) -> tuple[int, int, Fraction | None, int]:
    amount, share = int(row["amount_cents"]), int(row["share_cents"])
    return int(row["lines"]), amount, part_of(share, amount), share


def _sum_columns(words: Words) -> tuple[Column, ...]:
    return (
        Column(title=words("share.lines"), kind="count"),
        Column(title=words("share.amount"), kind="money"),
        Column(title=words("share.percent"), kind="percent"),
        Column(title=words("share.share"), kind="money"),
    )


def _together(lines: pd.DataFrame) -> tuple[int, int, Fraction | None, int]:
    amount, share = int(lines["amount_cents"].sum()), int(lines["share_cents"].sum())
    return len(lines), amount, part_of(share, amount), share


def _fits(crossed: pd.DataFrame, words: Words) -> bool:
    if len(crossed.columns) <= 1:
        return False
    widths = [
        max(len(words.amount(int(crossed[key].sum()))), *map(len, str(key).split("-"))) + 2
        for key in crossed.columns
    ]
    everything = len(words.amount(int(crossed.to_numpy().sum())))
    return _LABEL + sum(widths) + everything <= _WIDTH


def shortened(
    rows: Sequence[tuple[Any, ...]], words: Words, *, summed: Sequence[int]
) -> list[tuple[Any, ...]]:
    """Return the first rows and one with the sums of the others.

    Args:
        rows: The largest first.
        words: In the language of the reader.
        summed: Positions of the columns that are added up.
    """
    if len(rows) <= GROUPS_MAX + 1:
        return list(rows)
    left = rows[GROUPS_MAX:]
    rest: list[Any] = [words.plural("share.rest", len(left)), *(None for _ in rows[0][1:])]
    for column in summed:
        rest[column] = sum(row[column] or 0 for row in left)
    return [*rows[:GROUPS_MAX], tuple(rest)]


def _percent_of_rest(row: tuple[Any, ...]) -> tuple[Any, ...]:
    name, lines, amount, _, share = row
    return name, lines, amount, part_of(share, amount), share
