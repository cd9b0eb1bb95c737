"""The keys that a key file holds, as a value: buckets, and which were destroyed. Pure.

A bucket belongs to the month in which the retention term of its values ends. Erasing one
value makes a later bucket of the same month, moves the others there, and destroys the old:
meanwhile that one is *ending*, nothing more is sealed in it.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ledger.sealing.items import KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_SECRET: Final = re.compile("[0-9a-f]{64}")
_MONTH: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_KIND: Final = "overbrug keys 1"
_NUMBER_MAX: Final = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A key that wraps the keys of values.

    Args:
        number: Drawn, so that the bucket of one key file is not taken for that of another.
        month: In which the term of its values ends, such as ``2033-01``.
        place: Of the database that seals in it, and alone may end it: the keys of a ledger
            are those of its copies too, and a file may hold those of several ledgers.
        key: Of AES.
        ending: Whether it is to be destroyed once nothing is sealed in it any more.
    """

    number: int
    month: str
    place: str
    key: bytes = field(repr=False)
    ending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What a key file holds.

    Args:
        secret: From which the keys of hashes are derived.
        buckets: Those whose key is there, the oldest first.
        destroyed: When the key of others was destroyed, by their number; instants as texts.
    """

    secret: bytes = field(repr=False)
    buckets: tuple[Bucket, ...] = ()
    destroyed: Mapping[int, str] = field(default_factory=dict)

    def of_month(self, month: str, place: str) -> Bucket | None:
        """Return the bucket in which a database seals values of a month, if there is one."""
        for each in self.buckets[::-1]:
            if (each.month, each.place, each.ending) == (month, place, False):
                return each
        return None

    def ending(self, place: str) -> frozenset[int]:
        """Return the numbers of the buckets of a database that are to be destroyed."""
        return frozenset(
            each.number for each in self.buckets if each.ending and each.place == place
        )

    def with_month(self, month: str, place: str) -> Keys:
        """Return these with a bucket in which a database can seal values of a month."""
        if self.of_month(month, place) is not None:
            return self
        number = _drawn({each.number for each in self.buckets} | {*self.destroyed})
        key = secrets.token_bytes(KEY_BYTES)
        made = Bucket(number=number, month=month, place=place, key=key)
        return replace(self, buckets=(*self.buckets, made))

    def to_end(self, numbers: Collection[int]) -> Keys:
        """Return these with some buckets to be destroyed, and others in their place."""
        marked = tuple(
            replace(each, ending=each.ending or each.number in numbers) for each in self.buckets
        )
        found = replace(self, buckets=marked)
        of = {(each.month, each.place) for each in marked if each.number in numbers}
        for month, place in sorted(of):
            found = found.with_month(month, place)
        return found

    def moved(self, numbers: Collection[int], place: str) -> Keys:
        """Return these with some buckets those of a database elsewhere."""
        return replace(
            self,
            buckets=tuple(
                replace(each, place=place) if each.number in numbers else each
                for each in self.buckets
            ),
        )

    def without(self, numbers: Collection[int], at: str) -> Keys:
        """Return these once the keys of some buckets, all of them ending, are destroyed.

        Args:
            numbers: Of the buckets.
            at: The instant, as a text.
        """
        ending = {each.number for each in self.buckets if each.ending}
        return self.expired(ending & {*numbers}, at)

    def expired(self, numbers: Collection[int], at: str) -> Keys:
        """Return these once the keys of some buckets are destroyed, with all that lies in them.

        Args:
            numbers: Of the buckets; their month is over, or nothing lies in them any more.
            at: The instant, as a text.
        """
        gone = {each.number for each in self.buckets if each.number in numbers}
        return replace(
            self,
            buckets=tuple(each for each in self.buckets if each.number not in gone),
            destroyed={**self.destroyed, **dict.fromkeys(sorted(gone), at)},
        )


def new() -> Keys:
    """Return keys for a database that has none."""
    return Keys(secret=secrets.token_bytes(KEY_BYTES))


def derived(keys: Keys, what: str) -> bytes:
    """Return a key of 32 bytes for a purpose: HMAC-SHA256 of its name under the secret."""
    return hmac.digest(keys.secret, what.encode(), "sha256")


def text(keys: Keys) -> str:
    """Return what a key file says: JSON, a bucket a line."""
    buckets = ",\n".join(f"  {json.dumps(_told(each))}" for each in keys.buckets)
    destroyed = json.dumps({str(number): at for number, at in keys.destroyed.items()})
    secret = keys.secret.hex()
    return (
        f'{{"kind": "{_KIND}",\n "secret": "{secret}",\n'
        f' "buckets": [\n{buckets}\n ],\n "destroyed": {destroyed}}}\n'
    )


def read(told: str) -> Keys:
    """Return the keys that a key file holds: of today, or of before there were buckets.

    Raises:
        ValueError: It is no key file.
    """
    if _SECRET.fullmatch(told.strip()):
        return Keys(secret=bytes.fromhex(told.strip()))
    if _KIND not in told:
        raise ValueError("it is no key file")
    try:
        found = json.loads(told)
        return Keys(
            secret=_key(found["secret"]),
            buckets=tuple(_bucket(each) for each in found["buckets"]),
            destroyed={_number(int(at)): str(on) for at, on in found["destroyed"].items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"it is no key file: {error}") from None


def _told(bucket: Bucket) -> dict[str, Any]:
    told = {
        "number": bucket.number,
        "month": bucket.month,
        "place": bucket.place,
        "key": bucket.key.hex(),
    }
    return {**told, "ending": True} if bucket.ending else told


def _bucket(told: dict[str, Any]) -> Bucket:
    if not _MONTH.fullmatch(told["month"]):
        raise ValueError(f"{told['month']!r} is no month")
    return Bucket(
        number=_number(told["number"]),
        month=told["month"],
        place=str(told["place"]),
        key=_key(told["key"]),
        ending=told.get("ending") is True,
    )


def _key(told: str) -> bytes:
    if not _SECRET.fullmatch(told):
        raise ValueError("a key is 64 hexadecimal digits")
    return bytes.fromhex(told)


def _number(told: int) -> int:
    if not 0 <= told < _NUMBER_MAX:
        raise ValueError(f"{told} is no number of a bucket")
    return told


def _drawn(taken: Collection[int]) -> int:
    while (number := secrets.randbelow(_NUMBER_MAX)) in taken:
        pass
    return number
