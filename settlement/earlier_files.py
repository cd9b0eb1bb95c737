"""Earlier settlements from the files that they wrote: read, and checked to be unchanged.

Source:
    The formats, What ``overbrug settle`` writes.
"""

from __future__ import annotations

import hashlib
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from ledger import csvfile, money
from ledger.errors import Mistake, WrongInput
from ledger.periods import Period
from settlement.earlier import BookedLines, BookedLink, EarlierRun
from settlement.eras import Weights, whole
from settlement.results import Adjustment, Previous

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

FILES: Final = {
    "lines.csv": ("spending", "booked_on", "amount", "key", "vector", "late"),
    "vectors.csv": ("vector", "organisation", "numerator", "denominator"),
    "allocations.csv": ("spending", "organisation", "amount", "key"),
    "adjustments.csv": ("step", "organisation", "amount"),
    "positions.csv": ("organisation", "cost_share", "carried_out", "closing"),
}
MARK: Final = "settlement.json"
"""The file that only a folder with a settlement holds."""


class _Days(BaseModel):
    start: date = Field(alias="from")
    until: date


class _Link(BaseModel):
    spending: str
    link: Literal["reverses", "refunds", "replaces"]
    to: str


class _Step(BaseModel):
    step: int
    kind: Literal["floor", "cap", "risk-pool"]
    pool: int | None


class _Rounding(BaseModel):
    organisation: str
    since_start: str


class _Previous(_Days):
    sha256: str

    @property
    def period(self) -> Period:
        return Period(self.start, self.until)


class _Version(BaseModel):
    version: int
    sha256_without_end: str


class _Of(BaseModel):
    fund: str
    period: _Days


class About(_Of):
    """What is read back of ``settlement.json``."""

    agreements: tuple[_Version, ...]
    account_holder: str
    has_period: bool
    final: bool
    previous: tuple[_Previous, ...]
    rounding: tuple[_Rounding, ...]
    links: tuple[_Link, ...]
    set_apart: tuple[str, ...] = ()
    ladder: tuple[_Step, ...]
    unplaced: str
    untaken: str
    sha256: dict[str, str]

    @property
    def unplaced_cents(self) -> int:
        """What nobody could take of caps."""
        return _wide_cents(self.unplaced)

    @property
    def untaken_cents(self) -> int:
        """What nobody could give to floors."""
        return _wide_cents(self.untaken)

    def fingerprint(self) -> str:
        """Return what changes when a figure does, and not with a date or a comparison."""
        files = {name: self.sha256[name] for name in FILES}
        read_back = self.model_copy(update={"sha256": files})
        # Where nothing was set apart the fingerprint is what it was before anything could be.
        text = read_back.model_dump_json(exclude=None if self.set_apart else {"set_apart"})
        return hashlib.sha256(text.encode()).hexdigest()


def read(
    name: str, files: Mapping[str, bytes], *, fund: str, parties: tuple[str, ...]
) -> EarlierRun:
    """Read an earlier settlement.

    Args:
        name: What its folder is called in messages.
        files: Its files by name: those of :data:`FILES` and ``settlement.json``.
        fund: Code of the fund that is settled now.
        parties: Codes of all parties, in their order.

    Raises:
        WrongInput: The folder holds no settlement of this fund, or its files were changed.
    """
    about = _about(name, files, fund)
    try:
        return _read(name, files, about, parties)
    except (KeyError, ValueError, ZeroDivisionError) as error:
        raise WrongInput(
            [Mistake(name, f"is not what overbrug settle wrote: {error}; restore its files")]
        ) from None


def _read(
    name: str, files: Mapping[str, bytes], about: About, parties: tuple[str, ...]
) -> EarlierRun:
    tables = {
        file: csvfile.read(
            f"{name}/{file}", files[file], required=columns, filled=(), known=columns
        )
        for file, columns in FILES.items()
    }
    _check_parties(name, tables, parties)
    lines, positions = _lines(tables, parties), tables["positions.csv"]
    return EarlierRun(
        name=name,
        sha256=about.fingerprint(),
        period=Period(about.period.start, about.period.until),
        final=about.final,
        account_holder=about.account_holder,
        has_period=about.has_period,
        agreements={each.version: each.sha256_without_end for each in about.agreements},
        previous=tuple(Previous(before.period, before.sha256) for before in about.previous),
        lines=lines,
        links=tuple(_link(each, lines) for each in about.links),
        set_apart=frozenset(about.set_apart),
        adjustments=_adjustments(tables["adjustments.csv"], about.ladder),
        unplaced_cents=about.unplaced_cents,
        untaken_cents=about.untaken_cents,
        since_start={each.organisation: Fraction(each.since_start) for each in about.rounding},
        figures_cents={
            column: {
                _text(positions, "organisation", row): cents
                for row, cents in enumerate(_numbers(positions, column, _wide_cents).tolist())
            }
            for column in ("cost_share", "carried_out", "closing")
        },
    )


def _lines(tables: Mapping[str, csvfile.CsvFile], parties: tuple[str, ...]) -> BookedLines:
    table, vectors = tables["lines.csv"], _vectors(tables["vectors.csv"], parties)
    ids = [_text(table, "spending", row) for row in range(table.rows)]
    position_of = {spending: row for row, spending in enumerate(ids)}
    key, vector = table.columns["key"], table.columns["vector"]
    return BookedLines(
        position_of=position_of,
        booked_on=_numbers(table, "booked_on", lambda text: date.fromisoformat(text).toordinal()),
        amount_cents=_numbers(table, "amount", money.parse),
        key=key.codes,
        keys=key.values,
        vector=vector.codes,
        vectors=[vectors[number] for number in vector.values],
        cells_cents=_cells(tables["allocations.csv"], position_of, parties),
    )


def _link(link: _Link, lines: BookedLines) -> BookedLink:
    at = lines.position_of[link.spending]
    return BookedLink(
        spending=link.spending,
        kind=link.link,
        to=link.to,
        booked_on=int(lines.booked_on[at]),
        amount_cents=int(lines.amount_cents[at]),
    )


def fund_and_period(content: bytes) -> tuple[str, Period] | None:
    """Return of which fund and period a ``settlement.json`` is; ``None`` if it is none."""
    try:
        about = _Of.model_validate_json(content)
        return about.fund, Period(about.period.start, about.period.until)
    except ValueError:
        return None


def _about(name: str, files: Mapping[str, bytes], fund: str) -> About:
    missing = [file for file in (*FILES, MARK) if file not in files]
    if missing:
        raise WrongInput(
            Mistake(name, f"has no {file}; name a folder that overbrug settle wrote")
            for file in missing
        )
    try:
        about = About.model_validate_json(files[MARK])
    except ValidationError as error:
        raise WrongInput(
            Mistake(
                f"{name}/{MARK}",
                f"is not what overbrug settle wrote: {_place(wrong['loc'])}{wrong['msg'].lower()}",
            )
            for wrong in error.errors()
        ) from None
    if about.fund != fund:
        raise WrongInput(
            [Mistake(f"{name}/{MARK}", f"is of fund {about.fund}; this is fund {fund}")]
        )
    changed = [
        file for file in FILES if hashlib.sha256(files[file]).hexdigest() != about.sha256.get(file)
    ]
    if changed:
        raise WrongInput(
            Mistake(
                f"{name}/{file}",
                "was changed after it was written; restore it, what is booked never moves",
            )
            for file in changed
        )
    return about


def _place(path: tuple[int | str, ...]) -> str:
    return "".join(f"{part}: " for part in [".".join(map(str, path))] if part)


def _check_parties(
    name: str, tables: Mapping[str, csvfile.CsvFile], parties: tuple[str, ...]
) -> None:
    unknown = {
        party
        for file in ("vectors.csv", "allocations.csv", "adjustments.csv", "positions.csv")
        for party in tables[file].columns["organisation"].values
        if party not in parties
    }
    if unknown:
        raise WrongInput(
            Mistake(
                name,
                f"{party} has figures there but is no party of the agreements given; "
                "give the earlier version too",
            )
            for party in sorted(unknown)
        )


def _vectors(table: csvfile.CsvFile, parties: tuple[str, ...]) -> dict[str, Weights]:
    shares: dict[str, list[Fraction]] = {}
    for row in range(table.rows):
        of_vector = shares.setdefault(_text(table, "vector", row), [Fraction(0)] * len(parties))
        of_vector[parties.index(_text(table, "organisation", row))] = Fraction(
            int(_text(table, "numerator", row)), int(_text(table, "denominator", row))
        )
    return {vector: whole(ratios) for vector, ratios in shares.items()}


def _cells(
    table: csvfile.CsvFile, position_of: Mapping[str, int], parties: tuple[str, ...]
) -> NDArray[np.int64]:
    cells = np.zeros((len(position_of), len(parties)), dtype=np.int64)
    spendings, organisations = table.columns["spending"], table.columns["organisation"]
    row_of = np.array([position_of[spending] for spending in spendings.values], dtype=np.int64)
    column_of = np.array([parties.index(code) for code in organisations.values], dtype=np.int64)
    if table.rows:
        cells[row_of[spendings.codes], column_of[organisations.codes]] = _numbers(
            table, "amount", money.parse
        )
    return cells


def _adjustments(table: csvfile.CsvFile, steps: Sequence[_Step]) -> tuple[Adjustment, ...]:
    of_step = {step.step: step for step in steps}
    return tuple(
        Adjustment(
            step=(step := int(_text(table, "step", row))),
            kind=of_step[step].kind,
            pool=of_step[step].pool,
            party=_text(table, "organisation", row),
            amount_cents=cents,
        )
        for row, cents in enumerate(_numbers(table, "amount", _wide_cents).tolist())
    )


def _numbers(table: csvfile.CsvFile, column: str, read: Any) -> NDArray[np.int64]:
    coded = table.columns[column]
    return np.array([*map(read, coded.values), 0], dtype=np.int64)[coded.codes]


def _wide_cents(text: str) -> int:
    """Read a figure of a whole settlement, which may be larger than one spending."""
    whole_, _, decimals = text.partition(".")
    return int(whole_ + decimals)


def _text(table: csvfile.CsvFile, column: str, row: int) -> str:
    coded = table.columns[column]
    return str(coded.values[coded.codes[row]])
