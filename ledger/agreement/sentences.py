"""What does not fit the schema of a file, as sentences that say what would be right.

The path of a member names entries by their code where they have one, else by their number
in the file, from 1: ``key[agreed].shares.dordrecht``, ``contribution[3].amount``.
"""

from __future__ import annotations

import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel

from ledger.agreement import values
from ledger.errors import Mistake, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_KINDS: Final[tuple[tuple[object, str], ...]] = (
    (values.Amount, "an amount between quotes, such as '1234.50'"),
    (values.Exact, "a number, a decimal such as '0.25' or a fraction such as '1/3'"),
    (values.Day, "a date without quotes, such as 2026-01-01"),
    (values.Code, "a code between quotes of lower-case letters, digits and single hyphens"),
    (values.Cell, "a text between quotes that begins with a letter or a digit"),
    (values.Text, "a text between quotes of 1 to 200 characters"),
    (bool, "true or false, without quotes"),
    (int, "a whole number, without quotes"),
    (str, "a text between quotes"),
)
_PATTERNS: Final = {
    "country": "two capitals, such as 'NL'",
    "oin": "20 digits between quotes",
    "kvk": "8 digits between quotes",
    **dict.fromkeys(("price_year", "to_year"), "a year such as 2010, or '2010/11' between quotes"),
}


def called(model: type[BaseModel]) -> str:
    """Return what people call a file of this shape."""
    return model.__name__.lower()


def mistakes(
    name: str, table: dict[str, Any], error: ValidationError, *, model: type[BaseModel]
) -> list[Mistake]:
    """Return everything that is wrong with a file, in the order of its schema.

    Args:
        name: What the file is called in messages.
        table: What the file holds.
        error: What the schema said.
        model: The schema, named as people call the file.
    """
    found: dict[Mistake, None] = {}
    for each in error.errors(include_url=False):
        if each["type"] == "too_short" and each["input"]:
            continue  # it has items, none of which fits: each of them is named
        kind, loc = _member(model, each["loc"], table)
        sentence = (
            _unknown(model, loc)
            if each["type"] == "extra_forbidden"
            else _sentence(each, loc, kind)
        )
        found[Mistake(f"{name}: {path(table, loc)}", sentence)] = None
    return list(found)


def path(table: Any, loc: Sequence[str | int]) -> str:
    """Return the path of a member as people read it."""
    text = ""
    for step in loc:
        inner = _inside(table, step)
        if isinstance(step, int):
            code = inner.get("code") if isinstance(inner, dict) else None
            text += f"[{code if isinstance(code, str) and code else step + 1}]"
        else:
            text += f".{step}" if text else step
        table = inner
    return text


def _inside(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None


def _member(
    model: type[BaseModel], loc: tuple[str | int, ...], table: Any
) -> tuple[Any, tuple[str | int, ...]]:
    """Return the type of the member that is wrong, and its path without union tags."""
    kind: Any = model
    real: list[str | int] = []
    for step in loc:
        union = _union(kind)
        if union is not None and step in union:
            kind = union[str(step)]
            continue
        real.append(step)
        bare = _bare(kind)
        if isinstance(step, str) and isinstance(bare, type) and issubclass(bare, BaseModel):
            kind = _field(bare, step)
        else:
            arguments = [each for each in get_args(bare) if each is not Ellipsis]
            kind = arguments[-1] if arguments else object
    if (union := _union(kind)) is not None and isinstance(_at(table, real), dict):
        kind = union.get(str(_at(table, real).get("kind")), kind)
    return kind, tuple(real)


def _at(table: Any, loc: Sequence[str | int]) -> Any:
    for step in loc:
        table = _inside(table, step)
    return table


def _field(model: type[BaseModel], name: str) -> Any:
    """Return the annotation of a member, as it was written."""
    for field, info in model.model_fields.items():
        if (info.alias or field) == name:
            hint = model.__annotations__[field]
            known = vars(sys.modules[model.__module__])
            return eval(hint, known) if isinstance(hint, str) else hint  # noqa: S307 - ours
    return object


def _bare(kind: Any) -> Any:
    """Strip ``Annotated`` and ``| None`` off a type, but keep the types of the schema."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    arguments = [each for each in get_args(kind) if each is not type(None)]
    if type(None) in get_args(kind) and len(arguments) == 1:
        return _bare(arguments[0])
    return kind


def _union(kind: Any) -> dict[str, type[BaseModel]] | None:
    """Return the models of a union by kind, where a type is one."""
    models = get_args(_bare(kind))
    if not models or not all(isinstance(m, type) and issubclass(m, BaseModel) for m in models):
        return None
    return {
        tag: model for model in models for tag in get_args(model.model_fields["kind"].annotation)
    }


def _sentence(each: ErrorDetails, loc: tuple[str | int, ...], kind: Any) -> str:
    match each["type"]:
        case "missing":
            sentence = f"is missing; write {_expected(loc, kind)}"
        case "union_tag_invalid" | "union_tag_not_found":
            sentence = f"kind must be one of {', '.join(_union(kind) or ())}"
        case "value_error":
            sentence = str(each["ctx"]["error"])
        case "greater_than_equal":
            sentence = f"must be {each['ctx']['ge']} or more"
        case "less_than_equal":
            sentence = f"must be {each['ctx']['le']} or less"
        case _:
            sentence = f"{_shown(each['input'])} does not fit; write {_expected(loc, kind)}"
    return sentence


def _unknown(model: type[BaseModel], loc: tuple[str | int, ...]) -> str:
    """Say which members there are where an unknown one stands."""
    kind, _ = _member(model, loc[:-1], None)
    models = list((_union(kind) or {}).values()) or [_bare(kind)]
    names = sorted(
        {info.alias or name for each in models for name, info in each.model_fields.items()}
    )
    close = get_close_matches(str(loc[-1]), names, n=1)
    right = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
    return f"is no member of the {called(model)}; {right}"


def _expected(loc: tuple[str | int, ...], kind: Any) -> str:
    """Say what would be right, from the most telling to the least."""
    if loc and loc[-1] in _PATTERNS:
        return _PATTERNS[str(loc[-1])]
    if type(None) in get_args(kind):
        kind = next(each for each in get_args(kind) if each is not type(None))
    bare = _bare(kind)
    named = [words for form in (kind, bare) for known, words in _KINDS if form == known]
    return named[0] if named else _expected_form(loc, bare)


def _expected_form(loc: tuple[str | int, ...], bare: Any) -> str:
    form = get_origin(bare)
    if form is Literal:
        return " or ".join(repr(each) for each in get_args(bare))
    if form is tuple:
        return _expected_list(loc, get_args(bare)[0])
    if form is dict:
        return f"a table such as {loc[-1] if loc else 'shares'} = {{ name = value }}"
    if any(isinstance(step, int) for step in loc):
        return _inline(bare)
    return f"a [{'.'.join(map(str, loc))}] table"


def _inline(model: type[BaseModel]) -> str:
    return f"{{ {', '.join(f'{name} = …' for name in model.model_fields)} }}"


def _expected_list(loc: tuple[str | int, ...], inner: Any) -> str:
    if isinstance(inner, type) and issubclass(inner, BaseModel) and len(loc) > 1:
        return f"a list with one or more of {_inline(inner)}"
    if _union(inner) or isinstance(inner, type):
        return f"one or more [[{loc[-1]}]] tables"
    return f"a list with at least one item: {_expected((), inner)}"


def _shown(value: Any) -> str:
    return shortened(repr(value) if isinstance(value, str) else str(value))
