"""The files of a draw: ``draw.json``, which holds all to repeat it, and the list to test.

A draw is read back by drawing it again: what does not follow from its population, its aim
and its seed to the last byte is refused.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger import canonical_json
from ledger.errors import Mistake, WrongInput
from ledger.money import as_text
from ledger.periods import Period
from reports.sampling import asked, numbers
from reports.sampling import draw as drawing
from reports.sampling import plan as planning
from reports.sampling import population as populations
from reports.sampling.asked import Source
from reports.sampling.plan import Aim

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.sampling.draw import Draw, Extension, Item
    from reports.sampling.population import Population

POPULATION: Final = "population.csv"
DRAW: Final = "draw.json"
LIST: Final = "draw.csv"
EVALUATION: Final = "evaluation.json"
DOSSIER: Final = "dossier.pdf"
LIST_COLUMNS: Final = (
    "stratum",
    *populations.COLUMNS,
    "points",
    "right_amount",
    "kind",
    "note",
)
"""Of the list to test; the last three are filled in."""

_SCHEMA: Final = 1


def of_draw(draw: Draw, source: Source) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a draw: name, and bytes.

    Args:
        draw: The draw.
        source: What was drawn from.
    """
    yield POPULATION, draw.population.content()
    yield DRAW, document(draw, source)
    yield LIST, to_test(draw)


def document(draw: Draw, source: Source) -> bytes:
    """Return ``draw.json``: canonical JSON, the same for the same draw."""
    return _encoded(
        {
            "schema": _SCHEMA,
            "of": {
                "name": source.name,
                "fund": source.fund,
                "from": source.start and source.start.isoformat(),
                "until": source.until and source.until.isoformat(),
            },
            "population": _population(draw.population),
            "aim": {
                "confidence": asked.percent_text(draw.aim.confidence),
                "tolerance": asked.tolerance_text(draw.aim.tolerance, of_items=draw.of_items),
                "errors": draw.aim.errors,
                "expected_error": asked.percent_text(draw.aim.expected),
                "units": draw.aim.units,
            },
            "tolerance": asked.size_text(draw.tolerance, of_items=draw.of_items),
            "seed": draw.seed,
            "method": draw.method,
            "numbers": numbers.RANKING if draw.of_items else numbers.SCHEME,
            "line": _line(draw),
            "extensions": [_extension(each) for each in draw.extensions],
            "items": [_item(item, of_items=draw.of_items) for item in draw.items],
        }
    )


def to_test(draw: Draw, filled: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """Return ``draw.csv``: an item a line, with room for what was found.

    Args:
        draw: The draw.
        filled: What stands in the last columns already, by the ids of items.
    """
    cells = filled or {}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(LIST_COLUMNS)
    for stratum in drawing.STRATA:
        for item in draw.of(stratum):
            points = str(len(item.points)) if item.points else ""
            found = cells.get(item.row.id, ("", "", ""))
            writer.writerow((stratum, *populations.cells(item.row), points, *found))
    return text.getvalue().encode()


def read(folder: str, files: Mapping[str, bytes]) -> tuple[Draw, Source]:
    """Read a draw back, by drawing it again.

    Args:
        folder: Where its files stand, for messages.
        files: ``population.csv`` and ``draw.json`` by name.

    Raises:
        WrongInput: One is missing or was changed, or the draw does not follow.
    """
    lacking = [name for name in (POPULATION, DRAW) if name not in files]
    if lacking:
        raise WrongInput([Mistake(f"{folder}/{name}", "is missing") for name in lacking])
    where = f"{folder}/{DRAW}"
    about = _parsed(where, files[DRAW])
    population = populations.read(f"{folder}/{POPULATION}", files[POPULATION])
    if (sha256 := population.sha256()) != about.population.sha256:
        raise WrongInput(
            [
                Mistake(
                    f"{folder}/{POPULATION}",
                    f"has SHA-256 {sha256}; what was drawn from has {about.population.sha256}",
                )
            ]
        )
    try:
        aim, source = about.aim.read(of_items=about.method == "items"), about.of.read()
        more, seed = [each.units for each in about.extensions], asked.seed(about.seed)
        draw = drawing.draw(population, aim, seed=seed, method=about.method, more=more)
    except ValueError as error:
        raise WrongInput([Mistake(where, str(error))]) from None
    if document(draw, source) != files[DRAW] or not _within(population, source):
        raise WrongInput(
            [Mistake(where, f"does not follow from {POPULATION} and its seed; draw anew")]
        )
    return draw, source


def _within(population: Population, source: Source) -> bool:
    """Whether what was drawn from lies in the days that it is said to be of."""
    if source.start is None or source.until is None:
        return True
    return all(row.booked_on in Period(source.start, source.until) for row in population.rows)


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class _Of(_Part):
    name: str
    fund: str | None
    start: str | None = None
    until: str | None

    def read(self) -> Source:
        start, until = (
            None if each is None else date.fromisoformat(each) for each in (self.start, self.until)
        )
        if start is None or until is None:
            start = until = None
        else:
            Period(start, until)  # says so where it ends before it begins
        return Source(name=self.name, fund=self.fund, start=start, until=until)


class _Aim(_Part):
    confidence: str
    tolerance: str
    errors: int
    expected_error: str
    units: int

    def read(self, *, of_items: bool) -> Aim:
        if not (0 <= self.errors < planning.UNITS_MAX and 0 <= self.units <= planning.UNITS_MAX):
            raise ValueError("names an impossible number of errors, or size")
        return Aim(
            confidence=asked.confidence(self.confidence),
            tolerance=asked.tolerance(self.tolerance, of_items=of_items),
            errors=self.errors,
            expected=asked.percent(self.expected_error),
            units=self.units,
        )


class _Population(_Part):
    sha256: str


class _Extension(_Part):
    units: Annotated[int, Field(ge=1, le=planning.UNITS_MAX)]


class _Document(_Part):
    of: _Of
    population: _Population
    aim: _Aim
    seed: str
    method: Literal["interval", "cell", "items"]
    extensions: Annotated[list[_Extension], Field(max_length=drawing.EXTENSIONS_MAX)]


def _parsed(where: str, content: bytes) -> _Document:
    try:
        told = json.loads(content)
        if isinstance(told, dict) and isinstance(told.get("of"), dict):
            told["of"]["start"] = told["of"].pop("from", None)
        return _Document.model_validate(told)
    except (ValueError, RecursionError) as error:
        what = "is no JSON" if not isinstance(error, ValidationError) else "lacks what a draw has"
        raise WrongInput([Mistake(where, f"{what}; draw anew")]) from None


def _population(population: Population) -> dict[str, Any]:
    return {
        "sha256": population.sha256(),
        "spendings": len(population.line),
        "amount": as_text(population.line_cents),
        "apart": len(population.apart),
        "apart_amount": as_text(population.apart_cents),
    }


def _line(draw: Draw) -> dict[str, Any]:
    """Return what was drawn from after the large ones were taken out."""
    strata = draw.strata
    return {
        "whole": len(strata.whole),
        "spendings": len(strata.line),
        "amount": as_text(strata.line_cents),
        "table": strata.plan and strata.plan.table,
        "units_planned": strata.plan.units if strata.plan else 0,
        "interval": _interval(strata.interval_cents),
        "start": None if draw.start_cents is None else as_text(draw.start_cents),
        "units": draw.units,
    }


def _interval(cents: int) -> str | None:
    """Return an interval; ``None`` where items are drawn, which have none."""
    return as_text(cents) if cents else None


def _extension(each: Extension) -> dict[str, Any]:
    return {
        "units": each.units,
        "interval": _interval(each.interval_cents),
        "start": None if each.start_cents is None else as_text(each.start_cents),
    }


def _item(item: Item, *, of_items: bool) -> dict[str, Any]:
    return {
        "id": item.row.id,
        "stratum": item.stratum,
        "amount": as_text(item.row.amount_cents),
        "points": [asked.size_text(point, of_items=of_items) for point in item.points],
    }


def _encoded(told: dict[str, Any]) -> bytes:
    canonical_json.assert_canonical(told)
    return (canonical_json.text(told) + "\n").encode()
