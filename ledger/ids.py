"""Ids: UUIDv7, made by whoever records, so that a retry can bear the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from ledger.errors import Conflict

if TYPE_CHECKING:
    from uuid import UUID


class SameIdOtherContent(Conflict):
    """The id is on record with other content."""

    slug = "same-id-other-content"


def new_id() -> UUID:
    """Return an id that sorts by the moment it was made."""
    return uuid7()
