"""An item: one value, sealed with a key of its own, which a bucket's key wraps.

What is stored says all about itself but for the bucket's key: a byte for the format, the
number of the bucket, the wrapped key of the item, and the ciphertext. So a value moves to
another bucket by its first bytes alone, and is gone, wherever copies of it lie, once the key
of its bucket is.

Source:
    RFC 3394 (AES key wrap); NIST SP 800-38D (AES-GCM): a key of one value seals once, so that
    its nonce may be zero.
"""

from __future__ import annotations

import secrets
import struct
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

if TYPE_CHECKING:
    from ledger.sealing.keys import Bucket

KEY_BYTES: Final = 32
"""Of the key of an item, and of a bucket: AES-256."""

_FORMAT: Final = 1
_START: Final = struct.Struct(">BI")
_WRAPPED: Final = KEY_BYTES + 8  # RFC 3394 adds one block of 64 bits
HEADER: Final = _START.size + _WRAPPED
"""Of how many bytes a move to another bucket changes the first."""

_TAG: Final = 16
_ONCE: Final = bytes(12)
_BOUND: Final = bytes([_FORMAT])  # what the ciphertext is bound to


class Damaged(ValueError):
    """The bytes are no sealed value, or not as they were sealed."""


def seal(plain: bytes, bucket: Bucket) -> bytes:
    """Return a value sealed in a bucket."""
    key = secrets.token_bytes(KEY_BYTES)
    wrapped = aes_key_wrap(bucket.key, key)
    return start(bucket.number) + wrapped + AESGCM(key).encrypt(_ONCE, plain, _BOUND)


def start(number: int) -> bytes:
    """Return what every value of a bucket begins with."""
    return _START.pack(_FORMAT, number)


def bucket_of(sealed: bytes) -> int:
    """Return the number of the bucket that a value is sealed in.

    Raises:
        Damaged: They are the bytes of no sealed value.
    """
    if len(sealed) < HEADER + _TAG:
        raise Damaged(f"{len(sealed)} bytes are too few for a sealed value")
    return number_of(sealed)


def number_of(begin: bytes) -> int:
    """Return the number of the bucket of a value that begins like this.

    Raises:
        Damaged: No sealed value does.
    """
    format_, number = _START.unpack_from(begin)
    if format_ != _FORMAT:
        raise Damaged(f"{format_} is no format of sealed values")
    return int(number)


def opened(sealed: bytes, bucket: Bucket) -> bytes:
    """Return the value that was sealed.

    Raises:
        Damaged: It is not as it was sealed, or the key is that of another bucket.
    """
    try:
        return AESGCM(_item_key(sealed, bucket)).decrypt(_ONCE, sealed[HEADER:], _BOUND)
    except InvalidTag:
        raise Damaged("the value is not as it was sealed") from None


def moved(sealed: bytes, old: Bucket, new: Bucket) -> bytes:
    """Return a value in another bucket: wrapped anew, its ciphertext as it was.

    Raises:
        Damaged: The key of the item is not as it was wrapped.
    """
    return start(new.number) + aes_key_wrap(new.key, _item_key(sealed, old)) + sealed[HEADER:]


def _item_key(sealed: bytes, bucket: Bucket) -> bytes:
    try:
        return aes_key_unwrap(bucket.key, sealed[_START.size : HEADER])
    except InvalidUnwrap:
        raise Damaged("the key of the value is not as it was wrapped") from None
