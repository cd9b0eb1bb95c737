"""Figures for papers: the lines of a settlement as pandas frames, summed but never divided anew.

Amounts are int64 cents. Exact shares are whole numbers of any size, in object columns. The
frames hold what another organisation may see and nothing else: no case, payee, day,
domain, effect or text ever enters them.

Source:
    The settlement rules, What others may see.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import pandas as pd

from ledger import money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ledger.agreement.schema import Agreement
    from settlement.results import Settlement

EXACT_DECIMALS: Final = 10
"""Decimals of an exact share in the fund's currency, in frames and attachments."""

OTHER: Final = "other"
"""The group of categories that the agreement puts in none."""

_EPOCH: Final = date(1970, 1, 1).toordinal()
_SCALE: Final = 10 ** (EXACT_DECIMALS - 2)  # cents to the last decimal of the currency


class Agreed(Protocol):
    """What rests on an agreement: the version in force, and all of them, oldest first."""

    @property
    def agreement(self) -> Agreement: ...  # noqa: D102 - see the class

    @property
    def agreements(self) -> tuple[Agreement, ...]: ...  # noqa: D102 - see the class


def every_line(settled: Settlement) -> pd.DataFrame:
    """Return the settled lines in canonical order, without any organisation's share.

    Returns:
        Columns ``spending``, ``month`` (the first day of the month in which it counts),
        ``group``, ``key``, ``amount_cents``, ``vector``, ``standing``, ``corrects_booked`` (an
        earlier settlement) and ``late``.
    """
    lines = settled.lines
    months = (lines.booked_on - _EPOCH).astype("datetime64[D]").astype("datetime64[M]")
    group = group_of(settled)
    return pd.DataFrame(
        {
            "spending": list(lines.spending),
            "month": months.astype("datetime64[s]"),
            "group": [group(category) for category in lines.category],
            "key": np.array(settled.keys, dtype=object)[lines.key],
            "amount_cents": lines.amount_cents,
            "vector": lines.vector,
            "standing": lines.standing,
            "corrects_booked": lines.corrects_booked,
            "late": lines.late,
        }
    )


def of_party(settled: Settlement, lines: pd.DataFrame, party: str) -> pd.DataFrame:
    """Return the lines that an organisation has a share in, with that share.

    Args:
        settled: What was settled.
        lines: Its lines, as :func:`every_line` gives them.
        party: Code of the organisation.

    Returns:
        The columns of ``lines`` and ``numerator``, ``denominator``, ``exact`` (the exact
        share in units of the tenth decimal of the currency, half to even),
        ``floor_cents``, ``odd_cents`` and ``share_cents``.
    """
    column = [each.code for each in settled.parties].index(party)
    shares = [Fraction(vector[column], sum(vector)) for vector in settled.vectors]
    cells = settled.lines.cells_cents[:, column]
    weighs = np.array([bool(share) for share in shares], dtype=bool)
    mine = (weighs[settled.lines.vector] if shares else np.zeros(0, dtype=bool)) | (cells != 0)
    frame = lines[mine].reset_index(drop=True)
    of_line = [shares[at] for at in frame["vector"].tolist()]
    amounts = frame["amount_cents"].tolist()
    pairs = list(zip(amounts, of_line, strict=True))
    frame["numerator"] = pd.Series([share.numerator for share in of_line], dtype=object)
    frame["denominator"] = pd.Series([share.denominator for share in of_line], dtype=object)
    frame["exact"] = pd.Series([_exact(cents, share) for cents, share in pairs], dtype=object)
    frame["floor_cents"] = np.array(
        [cents * share.numerator // share.denominator for cents, share in pairs], dtype=np.int64
    )
    frame["share_cents"] = cells[mine]
    frame["odd_cents"] = frame["share_cents"] - frame["floor_cents"]
    return frame


def by_key(settled: Settlement, lines: pd.DataFrame) -> pd.DataFrame:
    """Add up lines per key, in the order of the agreement."""
    return _summed(lines, "key").reindex(_in_order(settled, lines["key"].unique()))


def by_group(lines: pd.DataFrame) -> pd.DataFrame:
    """Add up lines per category group, the largest first."""
    return _largest_first(_summed(lines, "group"))


def by_month(lines: pd.DataFrame) -> pd.DataFrame:
    """Add up lines per month, in order."""
    return _summed(lines, "month").sort_index()


def by_group_and_key(settled: Settlement, lines: pd.DataFrame) -> pd.DataFrame:
    """Add up an organisation's shares per category group and key; absent is 0 cents."""
    sums = lines.groupby(["group", "key"])["share_cents"].sum()
    crossed = sums.unstack(fill_value=0)  # noqa: PD010 - pivot_table goes through floats
    keys = _in_order(settled, lines["key"].unique())
    return crossed.reindex(columns=keys, index=by_group(lines).index).astype("int64")


def largest(lines: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return the lines of which an organisation bears most, by absolute amount."""
    order = np.argsort(-lines["share_cents"].abs().to_numpy(), kind="stable")
    return lines.iloc[order[:count]]


def corrections(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that take back or replace what an earlier settlement booked."""
    return lines[lines["corrects_booked"]]


def vat_cents(settled: Settlement) -> dict[str, int]:
    """Return the VAT in each party's cost share, as far as the spendings say.

    A line's VAT falls on parties as its cells do: cell x VAT / amount, by largest remainder,
    ties in the order of parties.

    Source:
        The settlement rules, Year-end and budgets (of which VAT).
    """
    lines, sums = settled.lines, [0] * len(settled.parties)
    for at in np.flatnonzero(lines.vat_cents).tolist():
        cells = [abs(cents) for cents in lines.cells_cents[at].tolist()]
        parts = money.split(money.Cents(int(lines.vat_cents[at])), cells)
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
    return {party.code: cents for party, cents in zip(settled.parties, sums, strict=True)}


def group_of(agreed: Agreed) -> Callable[[str], str]:
    """Return what tells the group of a category, the version in force first.

    A category that the agreement names without a group stands for itself. One that it does
    not name is ``other`` where the agreement has groups, for others may see no more than
    those; an agreement without any group leaves categories as they are.
    """
    named: dict[str, str] = {}
    for version in (agreed.agreement, *reversed(agreed.agreements)):
        for category in version.category:
            named.setdefault(category.code, category.group or category.code)
    grouped = any(each.group for version in agreed.agreements for each in version.category)
    return lambda category: named.get(category, OTHER if grouped else category)


def _exact(cents: int, share: Fraction) -> int:
    whole, rest = divmod(cents * share.numerator * _SCALE, share.denominator)
    return whole + (2 * rest > share.denominator or (2 * rest == share.denominator and whole % 2))


def _summed(lines: pd.DataFrame, column: str) -> pd.DataFrame:
    sums = ["amount_cents", *(["share_cents"] if "share_cents" in lines else [])]
    grouped = lines.groupby(column, sort=False)
    return grouped[sums].sum().assign(lines=grouped.size())


def _largest_first(frame: pd.DataFrame) -> pd.DataFrame:
    sums = frame["share_cents" if "share_cents" in frame else "amount_cents"].abs()
    order = sorted(zip(-sums, frame.index, strict=True))
    return frame.reindex([name for _, name in order])


def _in_order(settled: Settlement, used: Iterable[str]) -> list[str]:
    """Return keys in the order of the agreement, then those of earlier versions."""
    wanted = set(used)
    return [key for key in dict.fromkeys(_keys(settled)) if key in wanted]


def _keys(settled: Settlement) -> Iterator[str]:
    for version in (settled.agreement, *reversed(settled.agreements)):
        yield from (key.code for key in version.key)
    yield from settled.keys
