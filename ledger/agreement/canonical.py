"""The canonical form of an agreement or a catalogue, and its SHA-256: what is signed.

The canonical form is JSON with sorted members and no spaces, UTF-8. Amounts are texts with
two decimals, shares and measures fractions in lowest terms, dates ISO; members that were
left out have their default or ``null``, but for those that came later (``schema.LATER``), which
stand there only if given. Lists keep their order, because the order of
parties, keys, assignments and tiers decides figures. Comments, white space and the way in
which a number was written do not count.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from ledger.agreement.schema import LATER
from ledger.agreement.values import MONEY
from ledger.money import as_text

if TYPE_CHECKING:
    from ledger.agreement.schema import Agreement


def sha256(signed: BaseModel) -> str:
    """Return the SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical_json(signed)).hexdigest()


def canonical_json(signed: BaseModel) -> bytes:
    """Return the canonical form."""
    return json.dumps(
        plain(signed), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def plain(value: Any) -> Any:
    """Return a part of it as texts, whole numbers, lists and dictionaries."""
    match value:
        case BaseModel():
            return {
                info.alias or name: plain_member(name, getattr(value, name))
                for name, info in type(value).model_fields.items()
                if info.json_schema_extra != LATER or getattr(value, name) not in (None, ())
            }
        case tuple():
            return [plain(each) for each in value]
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case Fraction():
            return str(value)
        case date():
            return value.isoformat()
        case _:
            return value


def plain_member(name: str, value: Any) -> Any:
    """Return a member in plain form; amounts are texts with two decimals."""
    return as_text(value) if name in MONEY and isinstance(value, int) else plain(value)


def sha256_without_end(agreement: Agreement) -> str:
    """Return the fingerprint of a version but for its end, which comes with the next version."""
    terms = agreement.agreement.model_copy(update={"valid_until": None})
    return sha256(agreement.model_copy(update={"agreement": terms}))
