"""Agreement files in, checked agreements out, or every mistake that they have."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from ledger.agreement import checks, tomlfile
from ledger.agreement.schema import Agreement
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def read(name: str, content: bytes) -> Agreement:
    """Read one agreement file.

    Args:
        name: What the file is called in messages.
        content: Its bytes: TOML in UTF-8, with or without a byte order mark.

    Raises:
        WrongInput: It is no agreement; every mistake is named, with what would be right.
    """
    return tomlfile.read(name, content, model=Agreement, checks=checks.mistakes)


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
