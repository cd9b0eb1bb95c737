"""Agreement files in, checked agreements out."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ledger.agreement.schema import Agreement

if TYPE_CHECKING:
    from collections.abc import Sequence


def read_fund(files: Sequence[tuple[str, bytes]]) -> tuple[Agreement, ...]:
    """Read the versions of one fund, oldest first."""
    versions = [read(name, content) for name, content in files]
    return tuple(sorted(versions, key=lambda version: version.agreement.valid_from))


def read(name: str, content: bytes) -> Agreement:
    """Read one agreement file."""
    del name
    table = tomllib.loads(content.decode(), parse_float=Decimal)
    return Agreement.model_validate(_frozen(table))


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return {name: _frozen(each) for name, each in value.items()}
    return value
