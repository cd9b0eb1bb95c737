"""Salted commitments: proof of a value that the trail itself does not show.

A commitment binds to named values without showing them. Each value has a salt of its own,
derived from one secret, so that one value can be shown and proved while the others stay
hidden. Where secret and values are erased, the commitment proves nothing any more, and the
chain that holds it stays whole.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from ledger import canonical_json

if TYPE_CHECKING:
    from collections.abc import Mapping

SALT_BYTES: Final = 16
"""How long a secret is: drawn by the act (``ledger.acts``), so that nobody can guess it."""

_BLOCK: Final = 64  # of SHA-256, in bytes
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
"""The pads of HMAC (RFC 2104), as tables of translation."""


def field_salt(salt: bytes, field: str) -> bytes:
    """Return the salt of one value: HMAC-SHA256 of its name under the secret."""
    return hmac.digest(salt, field.encode(), "sha256")


def of_value(salt_of_field: bytes, value: str | None) -> str:
    """Return the commitment to one value: SHA-256 of its salt and its canonical JSON."""
    return hashlib.sha256(salt_of_field + canonical_json.of_value(value)).hexdigest()


def of_fields(salt: bytes, values: Mapping[str, str | None]) -> str:
    """Return the commitment to all values together."""
    # As field_salt and together, but the secret is worked into HMAC once for all names, and
    # what needs no escaping is not searched for it: verification does little else.
    key = salt.ljust(_BLOCK, b"\0")
    inner, outer = (hashlib.sha256(key.translate(pad)) for pad in (_INNER, _OUTER))
    members = []
    for name in sorted(values):
        inside, outside = inner.copy(), outer.copy()
        inside.update(name.encode())
        outside.update(inside.digest())
        value = canonical_json.of_value(values[name])
        sealed = hashlib.sha256(outside.digest() + value).hexdigest()
        members.append(b'%s:"%s"' % (canonical_json.of_value(name), sealed.encode()))
    return hashlib.sha256(b"{%s}" % b",".join(members)).hexdigest()


def together(commitments: Mapping[str, str]) -> str:
    """Return the commitment to named commitments: SHA-256 of their canonical JSON."""
    return hashlib.sha256(canonical_json.text(commitments).encode()).hexdigest()
