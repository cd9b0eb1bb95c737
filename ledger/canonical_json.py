"""Canonical JSON (RFC 8785) of what the trail holds.

That is texts, whole numbers below 2**53, truth values, nothing, lists of these, and objects
whose members have ASCII names. For these the standard library writes canonical JSON when
members are sorted and no blanks stand between; tests hold it to a library that writes all
of RFC 8785, which takes five times as long.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)
_WHOLE_MAX: Final = 2**53


def text(value: str | int | bool | list[Any] | Mapping[str, Any] | None) -> str:  # noqa: FBT001
    """Return a value as canonical JSON."""
    return _ENCODER.encode(value)


def of_value(value: str | None) -> bytes:
    """Return a text, or nothing, as canonical JSON."""
    return b"null" if value is None else json.encoder.encode_basestring(value).encode()


def assert_canonical(value: Any) -> None:
    """Check that a value is one of those whose JSON is canonical here: else a mistake of ours."""
    match value:
        case dict():
            assert all(isinstance(name, str) and name.isascii() for name in value)
            for each in value.values():
                assert_canonical(each)
        case list():
            for each in value:
                assert_canonical(each)
        case int():
            assert -_WHOLE_MAX < value < _WHOLE_MAX
        case _:
            assert value is None or isinstance(value, str)
