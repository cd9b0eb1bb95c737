"""Ids: UUIDv7, made by whoever records, so that a retry can bear the same one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from uuid_utils.compat import uuid7

from ledger.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION_7: Final = 0x7 << 76
_VARIANT: Final = 0b10 << 62
_RANDOM: Final = (0xFFF << 64) | ((1 << 62) - 1)  # the bits that chance decides


class SameIdOtherContent(Conflict):
    """The id is on record with other content."""

    slug = "same-id-other-content"


def new_id() -> UUID:
    """Return an id that sorts by the moment it was made."""
    return uuid7()


def made_at(at: datetime, random: Callable[[int], bytes]) -> UUID:
    """Return the id that a device would make at an instant, given its chance.

    Args:
        at: The instant, aware.
        random: Gives so many bytes.

    Source:
        RFC 9562, 5.7: UUID version 7.
    """
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    chance = int.from_bytes(random(10)) & _RANDOM
    return UUID(int=milliseconds << 80 | _VERSION_7 | _VARIANT | chance)
