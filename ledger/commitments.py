"""Salted commitments: proof of a value that the trail itself does not show.

A commitment binds to named values without showing them. Each value has a salt of its own,
derived from one secret, so that one value can be shown and proved while the others stay
hidden. Where secret and values are erased, the commitment proves nothing any more, and the
chain that holds it stays whole.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from ledger import canonical_json

if TYPE_CHECKING:
    from collections.abc import Mapping

SALT_BYTES: Final = 16


def new_salt() -> bytes:
    """Return a secret that nobody can guess."""
    return secrets.token_bytes(SALT_BYTES)


def field_salt(salt: bytes, field: str) -> bytes:
    """Return the salt of one value: HMAC-SHA256 of its name under the secret."""
    return hmac.digest(salt, field.encode(), "sha256")


def of_value(salt_of_field: bytes, value: str | None) -> str:
    """Return the commitment to one value: SHA-256 of its salt and its canonical JSON."""
    return hashlib.sha256(salt_of_field + canonical_json.of_value(value)).hexdigest()


def of_fields(salt: bytes, values: Mapping[str, str | None]) -> str:
    """Return the commitment to all values together."""
    return together({name: of_value(field_salt(salt, name), values[name]) for name in values})


def together(commitments: Mapping[str, str]) -> str:
    """Return the commitment to named commitments: SHA-256 of their canonical JSON."""
    return hashlib.sha256(canonical_json.text(commitments).encode()).hexdigest()
