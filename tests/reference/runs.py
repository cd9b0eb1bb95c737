"""Runs of whole cases: settled by the engine, weighed and checked by others."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.periods import Period
from settlement import engine
from tests.reference.books import cents, vectors
from tests.reference.weights import Reference, Weighed, table
from tests.support.funds import order, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from types import ModuleType


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One period: what the engine wrote and what the reference weighed."""

    agreements: Sequence[bytes]
    spendings: bytes
    period: tuple[date, date]
    previous: Sequence[Mapping[str, bytes]]
    final: bool
    files: dict[str, bytes]
    weighed: list[Weighed]


def settle(
    agreements: Sequence[bytes],
    spendings: bytes,
    savings: bytes,
    *,
    period: tuple[date, date],
    previous: Sequence[dict[str, bytes]] = (),
    final: bool = False,
) -> Run:
    """Settle a period, and weigh it a second time."""
    settlement, _ = engine.settle(
        order(
            agreements, spendings, savings,
            period=Period(*period), previous=previous, final=final,
        )
    )  # fmt: skip
    reference = Reference(agreements, spendings, savings, period=period, previous=previous)
    return Run(
        agreements=agreements,
        spendings=spendings,
        period=period,
        previous=tuple(previous),
        final=final,
        files=written(settlement),
        weighed=reference.weigh(),
    )


def differences(run: Run) -> list[str]:
    """Name every line on which the engine and the reference differ."""
    lines, shares = table(run.files["lines.csv"]), vectors(run.files)
    here, there = [line["spending"] for line in lines], [each.spending for each in run.weighed]
    if here != there:
        return [f"the engine settled {here}, the reference {there}"]
    return [
        f"{each.spending}: the engine weighs by {line['key']} {shares[line['vector']]} "
        f"late {line['late']}, the reference by {each}"
        for line, each in zip(lines, run.weighed, strict=True)
        if (line["key"], shares[line["vector"]], line["late"] == "true")
        != (each.key, each.shares, each.late)
    ]


def violations(run: Run, oracle: ModuleType) -> dict[str, int]:
    """Let the oracle check the lines of the chain, every prefix included."""
    chain = {each.spending: each.shares for each in run.weighed if each.in_chain}
    allocated: dict[str, dict[str, int]] = {}
    for row in table(run.files["allocations.csv"]):
        if row["spending"] in chain:
            allocated.setdefault(row["spending"], {})[row["organisation"]] = cents(row["amount"])
    counts, worst, _ = oracle.check(
        [
            (line["spending"], cents(line["amount"]))
            for line in table(run.files["lines.csv"])
            if line["spending"] in chain
        ],
        chain,
        allocated,
        prefix=True,
        out=lambda _: None,
    )
    assert worst < 1
    return dict(counts)


def deviations(run: Run) -> dict[str, Fraction]:
    """Return how far the chain's cents are from exact, per party."""
    amounts = {line["spending"]: cents(line["amount"]) for line in table(run.files["lines.csv"])}
    cells = _cells(run.files)
    away: dict[str, Fraction] = {}
    for each in run.weighed:
        if each.in_chain:
            for party, share in each.shares.items():
                cell = cells.get(each.spending, {}).get(party, 0)
                off = cell - amounts[each.spending] * share
                away[party] = away.get(party, Fraction(0)) + off
    return away


def outside_the_chain(run: Run) -> list[str]:
    """Name every line outside the chain that is not divided as the rules say."""
    amounts = {line["spending"]: cents(line["amount"]) for line in table(run.files["lines.csv"])}
    cells = _cells(run.files)
    for files in run.previous:
        cells |= _cells(files)
    reversed_by = {
        row["id"]: row["reverses"] for row in table(run.spendings) if row.get("reverses")
    }
    order_ = order_of_parties(run.agreements)
    wrong = []
    for each in run.weighed:
        if each.in_chain:
            continue
        mine = cells.get(each.spending, {})
        if original := reversed_by.get(each.spending):
            expected = {party: -cell for party, cell in cells.get(original, {}).items()}
        else:
            expected = largest_remainder(amounts[each.spending], each.shares, order_)
        if mine != expected:
            wrong.append(f"{each.spending}: {mine}, expected {expected}")
    return wrong


def order_of_parties(agreements: Sequence[bytes]) -> list[str]:
    """Those of the last version, then parties only in earlier ones, newest version first."""
    versions = sorted(
        (tomllib.loads(text.decode()) for text in agreements),
        key=lambda version: version["agreement"]["valid_from"],
        reverse=True,
    )
    return list(dict.fromkeys(party["code"] for version in versions for party in version["party"]))


def largest_remainder(
    amount: int, shares: Mapping[str, Fraction], order_: list[str]
) -> dict[str, int]:
    """Divide one amount: floors first, odd cents to the largest fractions, in the order given."""
    sign = -1 if amount < 0 else 1
    exact = {party: abs(amount) * share for party, share in shares.items()}
    parts = {party: share.numerator // share.denominator for party, share in exact.items()}
    lucky = sorted(exact, key=lambda party: (parts[party] - exact[party], order_.index(party)))
    for party in lucky[: abs(amount) - sum(parts.values())]:
        parts[party] += 1
    return {party: sign * part for party, part in parts.items() if part}


def _cells(files: Mapping[str, bytes]) -> dict[str, dict[str, int]]:
    cells: dict[str, dict[str, int]] = {}
    for row in table(files["allocations.csv"]):
        cells.setdefault(row["spending"], {})[row["organisation"]] = cents(row["amount"])
    return cells
