"""The ring: the keys that a process has at hand, and the file that they come from.

Whoever seals has locked the head of a fund, and asks then whether the file changed
(:meth:`Ring.refresh`): whoever erases holds the heads of all funds while it ends a bucket and
moves what is in it, so that nothing is sealed in a bucket that is about to be destroyed.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ledger.errors import Conflict
from ledger.sealing import items, keys, terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy import Connection, Dialect

    from ledger.sealing.keys import Bucket, Keys


class OtherKeys(Conflict):
    """The key file is not that of this database, or an older copy of it."""

    slug = "other-keys"


class NoKeys(Conflict):
    """There is no key file at hand."""

    slug = "no-keys"


class NotAsSealed(Conflict):
    """A value is not as it was sealed."""

    slug = "not-as-sealed"


class Source(Protocol):
    """The key file."""

    def stamp(self) -> object:
        """Return what is another whenever the file is."""

    def read(self) -> Keys:
        """Return what the file holds; it is made where there is none."""

    def change(self, change: Callable[[Keys], Keys]) -> Keys:
        """Change the file, while nobody else does; return what it holds then."""

    def today(self) -> date:
        """Return which day it is."""


@dataclass(slots=True, kw_only=True, eq=False)
class Ring:
    """Seals and opens values with the keys of a file, which is read when one is needed.

    Args:
        source: The file.
        place: Of the database, by which its buckets are known.
    """

    source: Source
    place: str
    _stamp: object = None
    _month: str = ""
    _keys: Keys | None = None
    _by_number: dict[int, Bucket] = field(default_factory=dict)
    _sealing: dict[int, Bucket] = field(default_factory=dict)
    _derived: dict[str, bytes] = field(default_factory=dict)

    def refresh(self) -> None:
        """Read the file again if it changed, or the month did."""
        month = terms.month(self.source.today(), 0)
        if self._keys is None or month != self._month or self.source.stamp() != self._stamp:
            self._month = month
            self._load()

    @property
    def keys(self) -> Keys:
        """What the file held when it was last read."""
        return self._keys or self._load()

    def seal(self, plain: bytes, months: int, *, since: date | None = None) -> bytes:
        """Return a value sealed.

        Args:
            plain: The value.
            months: How long it is kept.
            since: From which day on; ``None`` for today.
        """
        if since is not None:
            return items.seal(plain, self._bucket(terms.month(since, months)))
        if months not in self._sealing:
            self._sealing[months] = self._bucket(terms.month(self.source.today(), months))
        return items.seal(plain, self._sealing[months])

    def open(self, sealed: bytes) -> bytes | None:
        """Return a value; ``None`` where the key of its bucket was destroyed.

        Raises:
            OtherKeys: The file knows no such bucket.
            NotAsSealed: The value is not as it was sealed.
        """
        try:
            bucket = self.bucket(items.bucket_of(sealed))
            return None if bucket is None else items.opened(sealed, bucket)
        except items.Damaged as error:
            raise NotAsSealed(
                f"a sealed value cannot be opened: {error}; run overbrug verify"
            ) from None

    def bucket(self, number: int) -> Bucket | None:
        """Return a bucket; ``None`` where its key was destroyed.

        Raises:
            OtherKeys: The file knows no such bucket.
        """
        there = self.keys
        if number not in self._by_number and number not in there.destroyed:
            there = self._load()  # another process may have made it meanwhile
        found = self._by_number.get(number)
        if found is None and number not in there.destroyed:
            raise OtherKeys(
                f"the key file has no key of bucket {number}, in which something is sealed: it is "
                "that of another database, or an older copy; put the right one back",
                bucket=number,
            )
        return found

    def change(self, change: Callable[[Keys], Keys]) -> Keys:
        """Change the file, and go on with what it holds then."""
        self.source.change(change)
        return self._load()

    def of_case(self, fund: str, reference: str) -> bytes:
        """Return the keyed hash by which a case is looked up.

        Args:
            fund: Code of the fund.
            reference: The pseudonym.
        """
        return self._hashed(f"case:{fund}", reference)

    def of_receipt(self, fund: str, reference: str) -> bytes:
        """Return the keyed hash by which it is known that a receipt was brought before.

        Args:
            fund: Code of the fund.
            reference: Where the receipt is kept.
        """
        return self._hashed(f"receipt:{fund}", reference)

    def _hashed(self, purpose: str, text: str) -> bytes:
        if purpose not in self._derived:
            self._derived[purpose] = keys.derived(self.keys, purpose)
        return hmac.digest(self._derived[purpose], text.encode(), "sha256")

    def _load(self) -> Keys:
        self._stamp = self.source.stamp()
        self._keys = self.source.read()
        self._by_number = {each.number: each for each in self._keys.buckets}
        self._sealing.clear()
        self._derived.clear()
        return self._keys

    def _bucket(self, month: str) -> Bucket:
        found = self.keys.of_month(month, self.place)
        if found is None:
            keys_ = self.change(lambda there: there.with_month(month, self.place))
            found = keys_.of_month(month, self.place)
            assert found is not None, "it was just made"
        return found


def attach(dialect: Dialect, ring: Ring | None) -> None:
    """Have an engine seal and open with a ring; it travels with the engine's dialect."""
    dialect.overbrug_ring = ring  # type: ignore[attr-defined]


def at_hand(bound: Connection | Dialect) -> Ring | None:
    """Return the ring of an engine, of which a connection or the dialect is at hand, if any."""
    found: Ring | None = getattr(getattr(bound, "dialect", bound), "overbrug_ring", None)
    return found


def of(bound: Connection | Dialect) -> Ring:
    """Return the ring of an engine.

    Raises:
        NoKeys: It has none.
    """
    found = at_hand(bound)
    if found is None:
        raise NoKeys("what is sealed can be read and written with the key file only")
    return found
