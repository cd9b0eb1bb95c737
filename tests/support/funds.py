"""Small funds as text: an agreement, a table of spendings, and what a settlement made of it.

A party is written as ``alfa 50`` (a participant with 50 inhabitants), ``alfa 50 until
2026-02-01``, ``alfa 50 from 2026-02-01`` or ``zorg -`` (an outsider). A table has a line of
column names and a line per row; ``-`` is an empty cell. Columns that a test is not about
are filled in. Shares and amounts come back as text, such as ``a 3.34, b 3.33, c 3.33``.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from ledger import facts, facts_files
from ledger.agreement import reading
from ledger.errors import WrongInput
from ledger.periods import Period
from reports.exports import settlement_files
from settlement import earlier_files, engine
from settlement.eras import in_order

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from settlement.results import Settlement

PER_HEAD: Final = '[[key]]\ncode = "heads"\nkind = "measure"\nmeasure = "inhabitants"\n'
"""A key by inhabitants: what most tests fall back to."""

FILLED: Final = {
    "id": "s1",
    "spent_on": "2026-01-15",
    "amount": "10.00",
    "category": "rent",
    "case": "",
    "organisation": "a",
}


def agreement(
    keys: str = PER_HEAD,
    *,
    parties: str = "a 1, b 1, c 1",
    assignment: str = "",
    holder: str = "a",
    version: int = 1,
    valid: str = "from 2026-01-01",
    settlement: str = "",
    contributions: str = "",
    ladder: str = "",
    more: str = "",
) -> bytes:
    """Return an agreement file.

    Args:
        keys: Their TOML, without repeating :data:`PER_HEAD` where that is a fallback only.
        parties: Separated by commas.
        assignment: TOML; if empty the first key weighs everything.
        holder: The account holder.
        version: Number of the version.
        valid: ``from DATE`` or ``from DATE until DATE``.
        settlement: TOML of the ``[settlement]`` table.
        contributions: Separated by commas, each ``PARTY DATE AMOUNT``.
        ladder: TOML.
        more: TOML of other tables.
    """
    if 'code = "heads"' not in keys:
        keys += PER_HEAD
    first = keys.split('code = "', 1)[1].split('"', 1)[0]
    pieces = [
        'schema = 1\n[fund]\ncode = "fund"\nname = "Fund"\n',
        'currency = "EUR"\ntimezone = "Europe/Amsterdam"\n',
        f'[agreement]\nversion = {version}\napproval = "all"\naccount_holder = "{holder}"\n'
        + _days(valid.split(), prefix="valid_"),
        f"[settlement]\n{settlement}\n",
        *map(_party, parties.split(",")),
        *(_contribution(*text.split()) for text in contributions.split(",") if text.strip()),
        keys,
        assignment,
        f'[[assignment]]\nkey = "{first}"\n',
        ladder,
        more,
    ]
    return "\n".join(pieces).encode()


def _party(text: str) -> str:
    code, inhabitants, *days = text.split()
    takes_part = "false" if inhabitants == "-" else "true"
    measures = "" if inhabitants == "-" else f"measures = {{ inhabitants = {inhabitants} }}\n"
    return (
        f'[[party]]\ncode = "{code}"\nname = "{code}"\nkind = "other"\n'
        f"participant = {takes_part}\n" + _days(days) + measures
    )


def _days(words: Sequence[str], *, prefix: str = "") -> str:
    pairs = zip(words[::2], words[1::2], strict=True)
    return "".join(f"{prefix}{word} = {day}\n" for word, day in pairs)


def _contribution(party: str, day: str, amount: str) -> str:
    return f'[[contribution]]\nparty = "{party}"\ndue_on = {day}\namount = "{amount}"\n'


def table(text: str, *, filled: dict[str, str] | None = None) -> bytes:
    """Return an aligned table as CSV; columns that it lacks are filled in."""
    header, *lines = [line.split() for line in text.strip().splitlines()]
    more = {column: value for column, value in (filled or {}).items() if column not in header}
    return as_csv(
        [*header, *more],
        [["" if cell == "-" else cell for cell in line] + [*more.values()] for line in lines],
    )


def as_csv(header: Sequence[str], rows: Sequence[Sequence[str]], *, delimiter: str = ",") -> bytes:
    """Return rows as CSV."""
    for row in rows:
        assert len(row) == len(header), f"{row} does not fit {header}"
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    return sink.getvalue().encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A settlement as it was written: its files by name, and the settlement itself."""

    files: dict[str, bytes]
    settlement: Settlement
    working: engine.Working

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of one of its tables."""
        return list(csv.DictReader(io.StringIO(self.files[name].decode(), newline="")))

    @property
    def about(self) -> dict[str, Any]:
        """What ``settlement.json`` says."""
        about: dict[str, Any] = json.loads(self.files["settlement.json"])
        return about

    def cells(self, spending: str) -> str:
        """Return who bears how much of a spending."""
        rows = self.rows("allocations.csv")
        return ", ".join(
            f"{row['organisation']} {row['amount']}" for row in rows if row["spending"] == spending
        )

    def weights(self, spending: str) -> str:
        """Return the exact shares of a spending."""
        (line,) = (row for row in self.rows("lines.csv") if row["spending"] == spending)
        return ", ".join(
            f"{row['organisation']} {row['numerator']}/{row['denominator']}"
            for row in self.rows("vectors.csv")
            if row["vector"] == line["vector"]
        )

    def positions(self, *columns: str) -> dict[str, str]:
        """Return these columns of every position."""
        return {
            row["organisation"]: " ".join(row[column] for column in columns)
            for row in self.rows("positions.csv")
        }

    @property
    def adjustments(self) -> list[str]:
        """The lines of the ladder: step, organisation, amount."""
        return [" ".join(row.values()) for row in self.rows("adjustments.csv")]

    @property
    def transfers(self) -> list[str]:
        """The transfers: from, to, amount."""
        return [" ".join(row.values()) for row in self.rows("transfers.csv")]


def settle(
    *agreements: bytes,
    spendings: str | bytes,
    savings: str | bytes = "",
    period: str | None = None,
    previous: Sequence[Outcome] = (),
    final: bool = False,
    received: dict[str, int] | None = None,
    set_apart: Collection[str] = (),
) -> Outcome:
    """Settle from the bytes of files, as the command line does.

    Args:
        agreements: Versions of one fund.
        spendings: A table, or the bytes of a file.
        savings: A table with ``spending party amount``, or bytes; nothing for none.
        period: Two dates, from and until.
        previous: Earlier settlements.
        final: Whether the fund is closed.
        received: What each party paid in, in cents; ``None`` for what was due.
        set_apart: Ids of disputed spendings.
    """
    if isinstance(spendings, str):
        spendings = table(spendings, filled=FILLED)
    if isinstance(savings, str) and savings:
        savings = table(savings)
    days = None if period is None else Period(*map(date.fromisoformat, period.split()))
    asked = order(
        agreements,
        spendings,
        savings if isinstance(savings, bytes) else None,
        period=days,
        previous=[outcome.files for outcome in previous],
        final=final,
    )
    settlement, working = engine.settle(
        replace(asked, received=received, set_apart=frozenset(set_apart))
    )
    return Outcome(files=written(settlement), settlement=settlement, working=working)


def order(
    agreements: Sequence[bytes],
    spendings: bytes,
    savings: bytes | None,
    *,
    period: Period | None,
    previous: Sequence[dict[str, bytes]] = (),
    final: bool = False,
) -> engine.Order:
    """Return what is asked of the engine, read from bytes."""
    versions = reading.read_fund(
        [(f"agreement-{number}.toml", content) for number, content in enumerate(agreements, 1)]
    )
    parties = tuple(party.code for party in in_order(versions))
    rows = facts_files.spendings("spendings.csv", spendings, parties=parties)
    runs = tuple(
        earlier_files.read(f"run-{number}", files, fund=versions[-1].fund.code, parties=parties)
        for number, files in enumerate(previous, 1)
    )
    saved = facts.no_savings()
    if savings is not None:
        booked = {spending for run in runs for spending in run.lines.position_of}
        saved = facts_files.savings("savings.csv", savings, of=rows, parties=parties, booked=booked)
    return engine.Order(
        agreements=versions, spendings=rows, savings=saved, period=period, runs=runs, final=final
    )


def written(settlement: Settlement) -> dict[str, bytes]:
    """Return the files of a settlement, by name."""
    return {name: b"".join(pieces) for name, pieces in settlement_files.files(settlement)}


def refusal(*agreements: bytes, spendings: str | bytes, **asked: Any) -> str:
    """Return what is said where nothing is settled; fail if something is."""
    with pytest.raises(WrongInput) as caught:
        settle(*agreements, spendings=spendings, **asked)
    return str(caught.value)
