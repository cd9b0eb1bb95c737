"""Keep the books of a run a second time: from its lines and cells to who pays whom.

Written from the settlement rules, Positions and Transfers, for one version of an agreement
and transfers through the account holder. The ladder is read from what the run wrote; its
own laws are checked elsewhere. All amounts are cents.
"""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.reference.weights import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.reference.weights import Table


def vectors(files: Mapping[str, bytes]) -> dict[str, dict[str, Fraction]]:
    """Return the exact shares that a run wrote, by the number of the vector."""
    shares: dict[str, dict[str, Fraction]] = {}
    for row in table(files["vectors.csv"]):
        share = Fraction(int(row["numerator"]), int(row["denominator"]))
        shares.setdefault(row["vector"], {})[row["organisation"]] = share
    return shares


def cents(text: str) -> int:
    """Return an amount that has two decimals, in cents."""
    assert text[-3] == ".", text
    return int(text.replace(".", ""))


def positions(
    agreement: bytes,
    spendings: bytes,
    files: Mapping[str, bytes],
    *,
    period: tuple[date, date],
    previous: Mapping[str, bytes] | None,
    final: bool,
) -> dict[str, dict[str, int]]:
    """Return every party's position, from the lines and cells that the run wrote."""
    terms = tomllib.loads(agreement.decode())
    lines = {line["spending"]: line for line in table(files["lines.csv"])}
    before = (
        {row["organisation"]: row for row in table(previous["positions.csv"])} if previous else {}
    )
    holder = terms["agreement"]["account_holder"]
    found = {}
    for party in terms["party"]:
        code = party["code"]
        opening = cents(before[code]["closing"]) if code in before else 0
        carried_in = cents(before[code]["carried_out"]) if code in before else 0
        cost = _sum(files, "allocations.csv", code)
        adjusted = _sum(files, "adjustments.csv", code)
        contributed = sum(
            cents(each["amount"])
            for each in terms.get("contribution", [])
            if each["party"] == code and period[0] <= each["due_on"] < period[1]
        )
        advanced = sum(
            cents(row["amount"])
            for row in table(spendings)
            if row["id"] in lines and _advancer(row) == code
        )
        balance = opening + contributed + advanced - cost - adjusted
        leaves = not _takes_part(party, period[1])
        settlement = terms.get("settlement", {})
        everything = (
            settlement.get("funding") == "bridge"
            or leaves
            or (final and settlement.get("surplus") == "return")
        )
        due = balance if everything else min(balance, advanced)
        asked = carried_in + due
        least = cents(settlement.get("minimum_transfer", "0.00"))
        carried = code != holder and abs(asked) < least and not final and not leaves
        found[code] = {
            "cost_share": cost,
            "adjustments": adjusted,
            "contributed": contributed,
            "advanced": advanced,
            "balance": balance,
            "opening": opening,
            "due": due,
            "carried_in": carried_in,
            "transferred": 0 if carried else asked,
            "carried_out": asked if carried else 0,
            "closing": balance - due,
        }
    days = [period[0] + timedelta(days=at) for at in range((period[1] - period[0]).days)]
    return {
        party["code"]: found[party["code"]]
        for party in terms["party"]
        if any(found[party["code"]].values())
        or party["code"] == holder
        or any(_takes_part(party, day) for day in days)
    }


def transfers(
    positions_: Mapping[str, Mapping[str, int]], holder: str
) -> list[tuple[str, str, int]]:
    """Return who pays whom through the account holder."""
    return [
        (holder, code, each["transferred"])
        if each["transferred"] > 0
        else (code, holder, -each["transferred"])
        for code, each in positions_.items()
        if code != holder and each["transferred"]
    ]


def exact_cost_shares(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return every party's exact cost share, half to even at six decimals."""
    shares = vectors(files)
    sums: dict[str, Fraction] = {}
    for line in table(files["lines.csv"]):
        for party, share in shares[line["vector"]].items():
            sums[party] = sums.get(party, Fraction(0)) + cents(line["amount"]) * share
    return {party: six_decimals(total / 100) for party, total in sums.items()}


def six_decimals(value: Fraction) -> str:
    """Print a fraction with six decimals, half to even; nothing has no sign."""
    with localcontext() as context:
        context.prec = 400
        number = Decimal(value.numerator) / Decimal(value.denominator)
        number = number.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)
        return f"{number or abs(number):f}"


def _advancer(row: dict[str, str]) -> str:
    by = row.get("advanced_by") or "pool"
    return row["organisation"] if by == "professional" else by


def _takes_part(party: dict[str, Any], day: date) -> bool:
    begin, end = party.get("from", date.min), party.get("until", date.max)
    return bool(party["participant"] and begin <= day < end)


def _sum(files: Mapping[str, bytes], name: str, party: str) -> int:
    rows: Table = table(files[name])
    return sum(cents(row["amount"]) for row in rows if row["organisation"] == party)
