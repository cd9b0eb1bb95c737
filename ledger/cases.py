"""Cases: pseudonyms with a check character. Who the resident is stays with the organisation.

A case is on record from the act that first names it, and bears that act's number. Its
pseudonym is sealed; a keyed hash finds it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select
from stdnum.iso7064 import mod_37_36

from ledger import store
from ledger.sealing import ring
from ledger.tables import CaseFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlmodel import Session

    from ledger.orders import Order

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no characters that look alike
LENGTH: Final = 7
_CASE: Final = store.table(CaseFile)
_CHUNK: Final = 5_000
_KNOWN: Final = select(_CASE.c.reference_hash, _CASE.c.sequence).where(
    _CASE.c.fund_id == bindparam("fund_id"),
    _CASE.c.reference_hash.in_(bindparam("hashes", expanding=True)),
)


def new_reference(random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return a pseudonym for a case, such as ``7KQ2-M9XA``: its last character checks the rest.

    Args:
        random: Gives so many bytes that nobody can guess.

    Source:
        ISO/IEC 7064, MOD 37,36: it finds every single wrong character and every two that
        changed places.
    """
    # 256 is a multiple of 32, so no character is likelier than another.
    made = "".join(ALPHABET[byte % len(ALPHABET)] for byte in random(LENGTH))
    whole = made + mod_37_36.calc_check_digit(made)
    return f"{whole[:4]}-{whole[4:]}"


def is_sound(reference: str) -> bool:
    """Whether the check character of a pseudonym fits the rest of it."""
    return bool(mod_37_36.is_valid(reference.replace("-", "").upper()))


@dataclass(slots=True, kw_only=True)
class Numbers:
    """The numbers of cases by their reference; new ones are opened by the act that names them."""

    fund_id: int
    fund: str
    known: dict[str, int]
    opened: list[dict[str, Any]] = field(default_factory=list)

    def number(self, order: Order, sequence: int) -> int | None:
        """Return the number of an order's case, which the order opens if it is the first."""
        if order.case is None:
            return None
        return self.of(order.case, sequence, holder=order.organisation, home=order.home)

    def of(self, reference: str, sequence: int, *, holder: str, home: str | None) -> int:
        """Return the number of a case, opened now if it is not on record."""
        if reference not in self.known:
            self.known[reference] = sequence
            self.opened.append(
                {
                    "fund_id": self.fund_id,
                    "sequence": sequence,
                    "reference": reference,
                    "holder": holder,
                    "home": home,
                }
            )
        return self.known[reference]

    def write(self, session: Session) -> None:
        """Write the cases that were opened."""
        if self.opened:
            keys = ring.of(session.connection())
            for case in self.opened:
                case["reference_hash"] = keys.of_case(self.fund, case["reference"])
            store.insert(session, CaseFile, self.opened)


def numbers(
    session: Session, fund_id: int, references: Iterable[str | None], *, fund: str
) -> Numbers:
    """Return the numbers of those of these cases that are on record.

    Args:
        session: Of the act.
        fund_id: The fund.
        references: Pseudonyms.
        fund: Its code.
    """
    known: dict[str, int] = {}
    wanted = sorted({reference for reference in references if reference is not None})
    connection = session.connection()
    keys = ring.of(connection)
    for first in range(0, len(wanted), _CHUNK):
        hashes = {keys.of_case(fund, each): each for each in wanted[first : first + _CHUNK]}
        asked = {"fund_id": fund_id, "hashes": [*hashes]}
        for row in connection.execute(_KNOWN, asked):
            known[hashes[row.reference_hash]] = row.sequence
    return Numbers(fund_id=fund_id, fund=fund, known=known)
