"""Examples of every rule, as tables: facts in, finding out. Tests run what the manual shows.

The agreement of the examples has one organisation, ``alfa``, which takes part in 2026, and
two categories: ``rent-arrears``, and ``furniture`` with a provision that comes first.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ledger import money
from ledger.agreement import reading
from ledger.agreement.schema import Lawfulness
from ledger.lawfulness import rules
from ledger.lawfulness.facts import Evidence, Facts, Like, Purchase, Rooms
from ledger.orders import Order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.lawfulness.found import Finding

_FILE: Final = Path(__file__).with_name("examples.toml")
_AGREEMENT: Final = b"""
schema = 1
[fund]
code = "example"
name = "Example"
currency = "EUR"
timezone = "Europe/Amsterdam"
[agreement]
version = 1
valid_from = 2026-01-01
valid_until = 2027-01-01
approval = "all"
account_holder = "alfa"
[[party]]
code = "alfa"
name = "Alfa"
kind = "municipality"
participant = true
[[party]]
code = "elsewhere"
name = "Elsewhere"
kind = "municipality"
participant = false
[[key]]
code = "even"
kind = "equal"
[[assignment]]
key = "even"
[[category]]
code = "rent-arrears"
[[category]]
code = "furniture"
prior_provision = "bijzondere bijstand"
"""
_DAY: Final = date(2026, 3, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Facts of which a rule finds something, or nothing.

    Args:
        rule: Its code.
        told: The facts as they stand in the table, by group.
        finds: The amount that fails, in cents; ``None`` where nothing does.
        says: The sentence in each language.
    """

    rule: str
    told: Mapping[str, Mapping[str, Any]]
    finds: int | None
    says: Mapping[str, str]

    def found(self) -> Finding | None:
        """Return what the rule finds when it runs."""
        return next((each for each in self.all_found() if each.rule == self.rule), None)

    def all_found(self) -> tuple[Finding, ...]:
        """Return what all rules find together."""
        terms = Lawfulness.model_validate(_as_read(self.told.get("terms", {})))
        if "evidence" in self.told:
            return rules.test_evidence(_evidence(self.told["evidence"], terms))
        if "purchase" in self.told:
            bought = {f"{name}_cents": _cents(each) for name, each in self.told["purchase"].items()}
            return rules.test_purchase(Purchase(terms=terms, **bought))
        return rules.test(_facts(self.told, terms))


def read() -> tuple[Example, ...]:
    """Return every example, in the order of the table."""
    found = tomllib.loads(_FILE.read_text(encoding="utf-8"))["example"]
    return tuple(
        Example(
            rule=each["rule"],
            told={name: group for name, group in each.items() if isinstance(group, dict)},
            finds=_cents(each["finds"]) if "finds" in each else None,
            says={language: each[language] for language in ("nl", "en") if language in each},
        )
        for each in found
    )


def _facts(told: Mapping[str, Mapping[str, Any]], terms: Lawfulness) -> Facts:
    like = dict(told.get("like", {}))
    count, cents = like.pop("close", (0, "0.00"))
    known = {name: _cents(each) for name, each in told.get("known", {}).items()}
    return Facts(
        order=_order(**told["order"]),
        agreement=reading.read("example", _AGREEMENT),
        terms=terms,
        rooms=Rooms(**{name: _cents(each) for name, each in told.get("rooms", {}).items()}),
        like=Like(close=(count, _cents(cents)), **like),
        **{"recorded_on": _DAY, **known},
    )


def _order(*, amount: str, **members: Any) -> Order:
    usual: dict[str, Any] = {"spent_on": _DAY, "category": "rent-arrears", "organisation": "alfa"}
    usual |= {"id": "b18", "purpose": "a roof"}
    return Order(amount_cents=_cents(amount), **usual | members)


def _evidence(told: Mapping[str, Any], terms: Lawfulness) -> Evidence:
    days = {"recorded_on": _DAY, "booked_on": _DAY, "on": _DAY}
    return Evidence(
        amount_cents=_cents(told["amount"]),
        receipts=tuple(map(_cents, told.get("receipts", ()))),
        terms=terms,
        **{name: told.get(name, day) for name, day in days.items()},
    )


def _as_read(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return members as an agreement is read: with tuples for lists."""
    return {name: tuple(each) if isinstance(each, list) else each for name, each in told.items()}


def _cents(told: Any) -> Any:
    """Return an amount in cents; what is none stays as it is."""
    return money.parse(told) if isinstance(told, str) else told
