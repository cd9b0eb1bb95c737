"""The tables of the lawfulness papers: rows with raw figures, every total tied to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.lawfulness.accounts import PAIRS, ROWS
from reports.tables import Column, Table
from settlement.landing import CRITERIA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.lawfulness.accounts import Account
    from reports.words import Words


def criteria(account: Account, words: Words) -> Table:
    """Return the rows of the model: errors and uncertainties per criterion."""
    sums = account.sums
    rows = [(code, words(f"law.row.{code}"), *_both(sums, criterion)) for code, criterion in ROWS]
    columns = list(zip(*(row[2:] for row in rows), strict=True))
    return Table(
        caption=words("law.criteria.caption"),
        columns=(
            Column(title="", kind="code"),
            Column(title=words("law.criteria.criterion"), kind="text"),
            Column(title=words("law.errors"), kind="money"),
            Column(title=words("law.uncertainties"), kind="money"),
            Column(title=words("summary.total"), kind="money"),
        ),
        rows=tuple(rows),
        total=("", words("law.criteria.total"), *(sum(column) for column in columns)),
        sparse=True,
    )


def _both(sums: Mapping[tuple[str, str], int], criterion: str | None) -> tuple[int, int, int]:
    if criterion is None:
        return 0, 0, 0
    errors, uncertainties = sums[criterion, "error"], sums[criterion, "uncertainty"]
    return errors, uncertainties, errors + uncertainties


def limit(account: Account, words: Words) -> tuple[tuple[str, int], ...]:
    """Return the base, the limit and what is held to it, by name; nothing without a limit."""
    test = account.test
    if test is None:
        return ()
    reserves = "with" if test.regime.with_reserves else "without"
    share = words.share(test.limit.share)
    decided = test.limit.decision
    rows = [
        (words(f"law.limit.base.{reserves}", year=account.of.year), test.limit.base_amount),
        (
            words("law.limit.decided", share=share, decision=decided)
            if decided
            else words("law.limit.share", share=share),
            test.limit_cents,
        ),
        *((words(f"law.limit.{each.of}"), each.cents) for each in test.sums),
    ]
    if test.limit.reporting_limit is not None:
        rows.append((words("law.limit.reporting"), test.limit.reporting_limit))
    return tuple(rows)


def reconciliation(account: Account, everyone: Sequence[Account], words: Words) -> Table:
    """Return how what fell on all organisations adds up to the fund's total.

    Who gets totals only sees the others together.
    """
    waiting = account.of.findings.not_allocated
    named = list(_named(account, everyone, words))
    rows = [(name, *_cells(sums)) for name, sums in named]
    if any(waiting.values()):
        rows.append((words("law.tie.waiting"), *_cells(waiting)))
    return Table(
        caption=words("law.tie.caption"),
        columns=(
            Column(title=words("chart.organisation"), kind="name"),
            *(
                Column(title=words(f"law.tie.{criterion}.{kind}"), kind="money")
                for criterion, kind in _shown()
            ),
            Column(title=words("summary.total"), kind="money"),
        ),
        rows=tuple(rows),
        total=(words("law.tie.fund"), *_cells(account.of.fund_sums)),
        sparse=True,
        small=True,
        marked=frozenset(
            at for at, (name, _) in enumerate(named) if account.party and name == account.name
        ),
    )


def _named(
    account: Account, everyone: Sequence[Account], words: Words
) -> Iterator[tuple[str, Mapping[tuple[str, str], int]]]:
    if not account.totals_only:
        yield from ((each.name, each.sums) for each in everyone)
        return
    yield account.name, account.sums
    others = [each for each in everyone if each.party != account.party]
    together = {pair: sum(each.sums[pair] for each in others) for pair in PAIRS}
    yield words("law.tie.others"), together


def _shown() -> Iterator[tuple[str, str]]:
    """Yield the columns: a budget that is exceeded is never unclear."""
    return (pair for pair in PAIRS if pair != (CRITERIA[0], "uncertainty"))


def _cells(sums: Mapping[tuple[str, str], int]) -> tuple[int, ...]:
    assert not sums[CRITERIA[0], "uncertainty"], "a budget that is exceeded is never unclear"
    return (*(sums[pair] for pair in _shown()), sum(sums.values()))
