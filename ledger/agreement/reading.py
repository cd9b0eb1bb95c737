"""Agreement files in, checked agreements out, or every mistake that they have."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from ledger.agreement import checks, sentences
from ledger.agreement.schema import Agreement
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BYTES_MAX: Final = 5_000_000
MISTAKES_MAX: Final = 1_000


def read(name: str, content: bytes) -> Agreement:
    """Read one agreement file.

    Args:
        name: What the file is called in messages.
        content: Its bytes: TOML in UTF-8, with or without a byte order mark.

    Raises:
        WrongInput: It is no agreement; every mistake is named, with what would be right.
    """
    table = _table(name, content)
    try:
        agreement = Agreement.model_validate(_frozen(table))
    except ValidationError as error:
        raise WrongInput(sentences.mistakes(name, table, error)[:MISTAKES_MAX]) from None
    found = [
        Mistake(f"{name}: {sentences.path(table, loc)}", what)
        for loc, what in checks.mistakes(agreement)
    ]
    if found:
        raise WrongInput(found[:MISTAKES_MAX])
    return agreement


def read_fund(files: Sequence[tuple[str, bytes]]) -> tuple[Agreement, ...]:
    """Read the versions of one fund, oldest first.

    Args:
        files: Name and bytes of each file, in any order.

    Raises:
        WrongInput: A file has mistakes, or the versions do not fit together.
    """
    versions: list[tuple[str, Agreement]] = []
    mistakes: list[Mistake] = []
    for name, content in files:
        try:
            versions.append((name, read(name, content)))
        except WrongInput as wrong:
            mistakes += wrong.mistakes
    if mistakes:
        raise WrongInput(mistakes)
    versions.sort(key=lambda named: named[1].agreement.valid_from)
    refuse_misfits(versions)
    return tuple(version for _, version in versions)


def refuse_misfits(versions: Sequence[tuple[str, Agreement]]) -> None:
    """Refuse versions that do not follow each other.

    Args:
        versions: Name and agreement of each, oldest first.

    Raises:
        WrongInput: Two of them are of different funds, overlap or leave a gap, or the
            later one has no higher number.
    """
    mistakes = [each for pair in pairwise(versions) for each in _misfits(*pair)]
    if mistakes:
        raise WrongInput(mistakes)


def _misfits(earlier: tuple[str, Agreement], later: tuple[str, Agreement]) -> Iterator[Mistake]:
    """Yield what keeps a version from following another."""
    (_, old), (name, new) = earlier, later
    if old.fund.code != new.fund.code:
        yield Mistake(
            f"{name}: fund.code",
            f"is {new.fund.code!r}; the other version of this fund has {old.fund.code!r}",
        )
    if new.agreement.version <= old.agreement.version:
        yield Mistake(
            f"{name}: agreement.version",
            f"is {new.agreement.version}; a version that follows {old.agreement.version} "
            "has a higher number",
        )
    end, start = old.agreement.valid_until, new.agreement.valid_from
    if end is None or end > start:
        yield Mistake(
            f"{earlier[0]}: agreement.valid_until",
            f"overlaps with the version that is valid from {start}; "
            f"write valid_until = {max(start, old.agreement.valid_from + timedelta(days=1))}",
        )
    elif end < start:
        yield Mistake(
            f"{name}: agreement.valid_from",
            f"leaves a gap: no version is valid from {end} until {start}; "
            "give the version in between, or let the dates meet",
        )


def _table(name: str, content: bytes) -> dict[str, Any]:
    """Read TOML; numbers with a dot stay exact."""
    if len(content) > BYTES_MAX:
        raise WrongInput(
            [Mistake(name, f"is larger than {BYTES_MAX} bytes; is this an agreement?")]
        )
    if not content.strip():
        raise WrongInput([Mistake(name, "is empty; write an agreement")])
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise WrongInput([Mistake(f"{name}:{line}", "is not UTF-8; save it as UTF-8")]) from None
    except (RecursionError, MemoryError):
        raise WrongInput([Mistake(name, "is nested too deeply for an agreement")]) from None
    except (ValueError, ArithmeticError) as error:
        raise WrongInput([_no_toml(name, str(error))]) from None


def _no_toml(name: str, what: str) -> Mistake:
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", what)
    where = f"{name}:{place[1]}" if place and place[1] else name
    words = what[: place.start()] if place else what
    column = f" (column {place[2]})" if place and place[2] else ""
    return Mistake(where, f"is not TOML{column}: {words[:1].lower()}{words[1:]}")


def _frozen(value: Any) -> Any:
    """Turn lists into tuples: an agreement never changes."""
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return {name: _frozen(each) for name, each in value.items()}
    return value
