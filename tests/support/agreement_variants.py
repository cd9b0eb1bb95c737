"""The same agreement with one thing changed: every member, every entry, every order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import BaseModel

from ledger.agreement import reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.agreement.schema import Agreement

_TOML = Path(__file__).parent / "full_agreement.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A value with one member of one part changed."""

    member: str  # "Party.iban"
    how: str
    value: Any


def full_agreement() -> Agreement:
    """Return an agreement in which every member is set somewhere."""
    return reading.read(_TOML.name, _TOML.read_bytes())


def variants(part: BaseModel) -> Iterator[Variant]:
    """Yield a part with one thing changed, for all that can be changed."""
    for name, info in type(part).model_fields.items():
        member = f"{type(part).__name__}.{name}"
        choices = _choices(info.annotation)
        for each in _values(member, getattr(part, name), choices):
            changed = part.model_copy(update={name: each.value})
            yield Variant(member=each.member, how=each.how, value=changed)
        if not info.is_required() and info.default is None and getattr(part, name) is not None:
            absent = part.model_copy(update={name: None})
            yield Variant(member=member, how="left out", value=absent)


def _choices(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _values(member: str, value: Any, choices: tuple[Any, ...]) -> Iterator[Variant]:
    if isinstance(value, BaseModel):
        yield from variants(value)
    elif isinstance(value, tuple):
        yield from _lists(member, value)
    elif isinstance(value, dict):
        yield from _tables(member, value)
    else:
        for other in choices or _others(value):
            if other != value:
                yield Variant(member=member, how=f"{value} becomes {other}", value=other)


def _lists(member: str, value: tuple[Any, ...]) -> Iterator[Variant]:
    for place, entry in enumerate(value):
        before, after = value[:place], value[place + 1 :]
        for each in _values(member, entry, ()):
            changed = (*before, each.value, *after)
            yield Variant(member=each.member, how=f"{place}: {each.how}", value=changed)
        yield Variant(member=member, how=f"without {place}", value=(*before, *after))
        yield Variant(member=member, how=f"{place} twice", value=(*before, entry, entry, *after))
    if len(value) > 1:
        yield Variant(member=member, how="turned round", value=value[::-1])
        yield Variant(member=member, how="last first", value=(value[-1], *value[:-1]))


def _tables(member: str, value: dict[str, Any]) -> Iterator[Variant]:
    for entry, found in value.items():
        for each in _values(member, found, ()):
            changed = {**value, entry: each.value}
            yield Variant(member=member, how=f"{entry}: {each.how}", value=changed)
        without = {name: other for name, other in value.items() if name != entry}
        yield Variant(member=member, how=f"without {entry}", value=without)


def _others(value: Any) -> tuple[Any, ...]:
    match value:
        case bool():
            return (not value,)
        case int():
            return (value + 1,)
        case Fraction():
            return (value / 3, value + Fraction(1, 10**9))
        case date():
            return (value + timedelta(days=1), value - timedelta(days=40))
        case str():
            return (f"{value}9",)
        case _:
            return ()
