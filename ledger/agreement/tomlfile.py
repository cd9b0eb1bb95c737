"""TOML that people sign: bytes in, a checked model out, or every mistake that it has.

The agreement is read this way, and the effect catalogue: unknown members are refused,
numbers stay exact, and all mistakes come at once.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from ledger.agreement import sentences
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BYTES_MAX: Final = 5_000_000
MISTAKES_MAX: Final = 1_000

_Model = TypeVar("_Model", bound=BaseModel)


def read(
    name: str,
    content: bytes,
    *,
    model: type[_Model],
    checks: Callable[[_Model], Iterator[tuple[tuple[str | int, ...], str]]],
) -> _Model:
    """Read one file.

    Args:
        name: What the file is called in messages.
        content: Its bytes: TOML in UTF-8, with or without a byte order mark.
        model: Its shape, named as people call the file.
        checks: Yields what is wrong between its members: the path of a member (names, and
            positions from 0) and what would be right.

    Raises:
        WrongInput: It does not fit; every mistake is named, with what would be right.
    """
    table = _table(name, content, called=sentences.called(model))
    try:
        read_ = model.model_validate(_frozen(table))
    except ValidationError as error:
        mistakes = sentences.mistakes(name, table, error, model=model)
        raise WrongInput(mistakes[:MISTAKES_MAX]) from None
    found = [Mistake(f"{name}: {sentences.path(table, loc)}", what) for loc, what in checks(read_)]
    if found:
        raise WrongInput(found[:MISTAKES_MAX])
    return read_


def _table(name: str, content: bytes, *, called: str) -> dict[str, Any]:
    """Read TOML; numbers with a dot stay exact."""
    a_file = f"{'an' if called[0] in 'aeiou' else 'a'} {called}"
    if len(content) > BYTES_MAX:
        raise WrongInput([Mistake(name, f"is larger than {BYTES_MAX} bytes; is this {a_file}?")])
    if not content.strip():
        raise WrongInput([Mistake(name, f"is empty; write {a_file}")])
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise WrongInput([Mistake(f"{name}:{line}", "is not UTF-8; save it as UTF-8")]) from None
    except (RecursionError, MemoryError):
        raise WrongInput([Mistake(name, f"is nested too deeply for {a_file}")]) from None
    except (ValueError, ArithmeticError) as error:
        raise WrongInput([_no_toml(name, str(error))]) from None


def _no_toml(name: str, what: str) -> Mistake:
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", what)
    where = f"{name}:{place[1]}" if place and place[1] else name
    words = what[: place.start()] if place else what
    column = f" (column {place[2]})" if place and place[2] else ""
    return Mistake(where, f"is not TOML{column}: {words[:1].lower()}{words[1:]}")


def _frozen(value: Any) -> Any:
    """Turn lists into tuples: what was signed never changes."""
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return {name: _frozen(each) for name, each in value.items()}
    return value
