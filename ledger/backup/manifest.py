"""What a backup says of itself."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger import canonical_json
from ledger.backup.heads import Head

FORMAT: Final = "overbrug-backup"
VERSION: Final = 1

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class HeadPart(_Part):
    """The head of a fund's trail."""

    fund: str
    sequence: _Count
    hash: Digest


class ColumnPart(_Part):
    """A column, and the kind of what it holds."""

    name: str
    kind: str


class TablePart(_Part):
    """A table: what its member must hold."""

    name: str
    columns: list[ColumnPart]
    rows: _Count
    sha256: Digest

    @property
    def member(self) -> str:
        """The name of its member."""
        return f"{self.name}.jsonl"


class Manifest(_Part):
    """What a backup says of itself."""

    format: Literal["overbrug-backup"] = FORMAT
    version: int = VERSION
    made_at: str
    made_by: str
    database: str
    revision: str
    heads: list[HeadPart]
    tables: list[TablePart]
    sha256: str = ""

    def sealed(self) -> Manifest:
        """Return it with the SHA-256 of all else that it says."""
        return self.model_copy(update={"sha256": self._digest()})

    @property
    def is_sealed(self) -> bool:
        """Whether it says what it said when it was made."""
        return self.sha256 == self._digest()

    @property
    def ends(self) -> tuple[Head, ...]:
        """The heads of all funds, by code."""
        return tuple(
            Head(each.fund, each.sequence, bytes.fromhex(each.hash)) for each in self.heads
        )

    @property
    def rows(self) -> int:
        """How many rows all tables have together."""
        return sum(table.rows for table in self.tables)

    def _digest(self) -> str:
        told = self.model_dump(exclude={"sha256"})
        canonical_json.assert_canonical(told)
        return hashlib.sha256(canonical_json.text(told).encode()).hexdigest()


def read(told: dict[str, Any]) -> Manifest | None:
    """Return a manifest; ``None`` where something is missing, added or changed."""
    try:
        found = Manifest.model_validate(told)
    except ValidationError:
        return None
    return found if found.is_sealed else None
