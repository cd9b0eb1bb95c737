"""What programs send: JSON with fixed members, read strictly.

Amounts are texts such as ``"12.50"``: a JSON number has been a float somewhere. Unknown
members are mistakes, and so are members that stand twice.
"""

from __future__ import annotations

import json
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from ledger import ids, money, written
from ledger.errors import Mistake, WrongInput, shortened
from ledger.orders import Order

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_AMOUNTS: Final = {"amount": "amount_cents", "vat": "vat_cents"}


def _amount(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(  # noqa: TRY004 - pydantic hears a ValueError
            'is no text; write the amount between quotes, such as "12.50"'
        )
    return money.parse(value)


def _day(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(  # noqa: TRY004 - pydantic hears a ValueError
            'is no text; write the date between quotes, such as "2026-03-31"'
        )
    return written.day(value)


Amount = Annotated[int, BeforeValidator(_amount)]
Day = Annotated[date, BeforeValidator(_day)]


class OrderIn(BaseModel):
    """A spending to record: the columns of ``spendings.csv``, and its reasons."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    spent_on: Day
    amount: Amount
    category: str
    organisation: str
    id: str | None = None
    case: str | None = None
    recorded_on: Day | None = None
    booked_on: Day | None = None
    home: str | None = None
    domain: str | None = None
    professional: str | None = None
    payee: str | None = None
    advanced_by: str = "pool"
    reverses: str | None = None
    refunds: str | None = None
    replaces: str | None = None
    receipt: str | None = None
    vat: Amount | None = None
    vat_use: str = "unknown"
    purpose: str | None = None
    effect: str | None = None
    considered: str | None = None
    departs_from: str | None = None
    reason: str | None = None
    reservation: str | None = None
    no_bsn: list[str] | None = None

    def order(self) -> Order:
        """Return what is asked; without an id it gets a new one."""
        given: dict[str, Any] = {_AMOUNTS.get(name, name): value for name, value in self}
        given["no_bsn"] = None if self.no_bsn is None else tuple(self.no_bsn)
        return Order(**given | {"id": self.id or str(ids.new_id())})


def members(where: str, line: bytes) -> dict[str, Any]:
    """Read one object.

    Args:
        where: What it is called in messages, such as ``orders.jsonl:12``.
        line: JSON in UTF-8.

    Raises:
        WrongInput: It is none.
    """
    try:
        found = json.loads(line.rstrip().decode("utf-8"), object_pairs_hook=_once)
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        what = f"byte 0x{line[error.start]:02X} is not UTF-8; send it as UTF-8"
    except UnicodeEncodeError:
        what = "holds half of a character; send whole ones"
    except RecursionError:
        what = "is nested too deeply for an order"
    except json.JSONDecodeError as error:
        said = f"{error.msg[:1].lower()}{error.msg[1:]}"
        what = f"is no JSON (column {error.colno}): {said}; write one object a line"
    except ValueError as error:
        what = str(error)
    else:
        if isinstance(found, dict):
            return found
        what = 'is no object; write {"spent_on": "2026-03-31", …}'
    raise WrongInput([Mistake(where, what)])


def order(where: str, found: dict[str, Any]) -> Order:
    """Return the order that an object is.

    Args:
        where: What it is called in messages.
        found: Its members.

    Raises:
        WrongInput: It is no order; every mistake is named.
    """
    try:
        return OrderIn.model_validate(found).order()
    except ValidationError as error:
        raise WrongInput(
            Mistake(f"{where}: {each['loc'][0]}", _sentence(each))
            for each in error.errors(include_url=False)
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of an object, none of which may stand twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{shortened(twice)!r} stands there twice; keep one")
    return found


def _sentence(error: ErrorDetails) -> str:
    """Return what is wrong with a member, and what would be right."""
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            name = str(error["loc"][0])
            near = get_close_matches(name, OrderIn.model_fields, n=1)
            return "is no member of an order" + (f"; did you mean {near[0]}?" if near else "")
        case "value_error":
            return str(error["ctx"]["error"])
        case "string_type":
            return f"{shortened(str(error['input']))!r} is no text; write it between quotes"
        case _:
            return f"cannot be read: {error['msg']}"
