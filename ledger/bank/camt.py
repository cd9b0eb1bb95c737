"""Statements of account as banks send them: camt.053, read into exact values.

Versions 02 and 08 of the message are those that Dutch banks send; others of the family
differ in what is not read here. Elements are found by their local names. Only what the
bank has *booked* is an entry; the rest is counted. What stands here of people lives in
memory only: ``kept`` decides what stays.

Source:
    ISO 20022, Bank to Customer Statement, camt.053.001.02 and .08.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lxml.etree import QName

from ledger.bank import entries, xmlfile
from ledger.bank.balances import Balances, balances
from ledger.bank.values import instant, squeezed
from ledger.bank.xmlfile import text
from ledger.errors import Mistake, WrongInput, shortened

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from zoneinfo import ZoneInfo

    from lxml.etree import _Element

    from ledger.bank.entries import Entry

MISTAKES_MAX: Final = 1000
"""How many mistakes of one file are named; of the rest only the number."""

_FAMILY: Final = re.compile(
    r"\{(urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.[0-9]{2})\}Document"
)
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_MESSAGE: Final = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:([^}]+)\}Document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a bank says about one account over some days.

    Args:
        account: Its IBAN, or the bank's own number where it has none.
        identification: The bank's name for the statement.
        number: The statement's place among those of the account; ``None`` if not given.
        page: From 1, where a statement comes in parts.
        balances: What stood on the account before and after, as far as the bank says.
        last_day: The day of the closing balance, else of the last entry.
        entries: What was booked, in the order of the file.
        passed_over: How many entries are not booked yet, or of nothing.
    """

    account: str
    identification: str
    number: int | None
    page: int
    balances: Balances
    last_day: date
    entries: tuple[Entry, ...]
    passed_over: int

    @property
    def turnover_cents(self) -> int:
        """What the entries add up to."""
        return sum(entry.amount_cents for entry in self.entries)


def read(
    name: str, content: bytes, *, timezone: ZoneInfo, accounts: Collection[str] | None = None
) -> tuple[Statement, ...]:
    """Read the statements of a file.

    Args:
        name: What the file is called in messages.
        content: Its bytes.
        timezone: Of the fund: instants become days there.
        accounts: The only accounts to read; what the file holds of others is not looked
            at. Without them, all accounts.

    Returns:
        The statements in the order of the file.

    Raises:
        WrongInput: The file is no camt.053, is cut short, has entries that are not euros
            and whole cents, or does not add up; or has no statement of the accounts.
    """
    only = None if accounts is None else frozenset(map(squeezed, accounts))
    reading = _Reading(name=name, timezone=timezone, only=only)
    namespace = _namespace(name, content)
    tags = [f"{{{namespace}}}{tag}" for tag in ("Acct", "Ntry", "Stmt")]
    for element in xmlfile.elements(name, content, tags):
        reading.take(element)
    if not reading.statements and not reading.mistakes:
        raise WrongInput([Mistake(name, _nothing(reading))])
    return reading.found()


def _nothing(reading: _Reading) -> str:
    if not reading.accounts:
        return "holds no statement; export the statements of the account from the bank"
    others = ", ".join(sorted(map(shortened, reading.accounts)))
    wanted = " or ".join(sorted(reading.only or ()))
    return f"holds no statement of {wanted}, only of {others}"


def _namespace(name: str, content: bytes) -> str:
    tag, line = xmlfile.root_tag(name, content)
    if found := _FAMILY.fullmatch(tag):
        return found[1]
    other = _MESSAGE.fullmatch(tag)
    what = f"a {other[1]} message" if other else f"<{shortened(tag.rpartition('}')[2])}>"
    raise WrongInput(
        [
            Mistake(
                f"{name}:{line}",
                f"is {what}; a statement of account is camt.053, version 02 or 08: ask the bank "
                "for that",
            )
        ]
    )


@dataclass(slots=True, kw_only=True)
class _Reading:
    """How far a file was read; what is of one statement begins anew with the next."""

    name: str
    timezone: ZoneInfo
    only: frozenset[str] | None
    statements: list[Statement] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    accounts: set[str] = field(default_factory=set)
    account: str | None = None
    entries: list[Entry] = field(default_factory=list)
    count: int = 0
    passed_over: int = 0
    wrong: bool = False

    def take(self, element: _Element) -> None:
        """Read one element that is whole."""
        parent = element.getparent()
        kind = QName(element).localname
        if kind == "Stmt":
            self._end(element)
        elif parent is not None and QName(parent).localname == "Stmt":
            if kind == "Acct":
                self._begin(element)
            else:
                self._entry(element, parent)
                xmlfile.drop(element)

    def found(self) -> tuple[Statement, ...]:
        """Return the statements, or all that is wrong with the file."""
        if self.mistakes:
            more = len(self.mistakes) - MISTAKES_MAX
            rest = [Mistake(self.name, f"{more} more mistakes")] if more > 0 else []
            raise WrongInput([*self.mistakes[:MISTAKES_MAX], *rest])
        return tuple(self.statements)

    def _begin(self, account: _Element) -> None:
        number = text(account, "Id/IBAN") or text(account, "Id/Othr/Id")
        if number:
            self.account = squeezed(number)
            self.accounts.add(self.account)

    def _entry(self, element: _Element, statement: _Element) -> None:
        self.count += 1
        if not self._wanted() or self.account is None:
            return
        try:
            found = entries.entry(element, account=self.account, timezone=self.timezone)
        except ValueError as error:
            self._refuse(element, f"statement {_called(statement)}, entry {self.count}: {error}")
            return
        if found is None:
            self.passed_over += 1
        else:
            self.entries.append(found)

    def _end(self, element: _Element) -> None:
        if self._wanted() and not self.wrong:
            try:
                self.statements.append(self._statement(element))
            except ValueError as error:
                self._refuse(element, f"statement {_called(element)} {error}")
        self.account, self.entries, self.count = None, [], 0
        self.passed_over, self.wrong = 0, False
        xmlfile.drop(element)

    def _statement(self, element: _Element) -> Statement:
        if self.account is None:
            raise ValueError(
                "does not say whose it is; the account (Acct/Id) stands before entries"
            )
        found = balances(element, self.entries, timezone=self.timezone)
        return Statement(
            account=self.account,
            identification=text(element, "Id") or "",
            number=_number(element, "ElctrncSeqNb") or _number(element, "LglSeqNb"),
            page=_number(element, "StmtPgntn/PgNb") or 1,
            balances=found,
            last_day=self._last_day(element, found),
            entries=tuple(self.entries),
            passed_over=self.passed_over,
        )

    def _last_day(self, element: _Element, found: Balances) -> date:
        booked = [entry.booked_on for entry in self.entries]
        closing = [found.closed_on] if found.closed_on else []
        opening = [found.opened_on] if found.opened_on else []
        if days := [*booked, *closing] or opening:
            return max(days)
        made = text(element, "CreDtTm")
        if not made:
            raise ValueError("has no balance, no entries and no day; CreDtTm says when it was made")
        return instant(made, timezone=self.timezone)

    def _wanted(self) -> bool:
        return self.only is None or self.account is None or self.account in self.only

    def _refuse(self, element: _Element, what: str) -> None:
        self.wrong = True
        self.mistakes.append(Mistake(f"{self.name}:{element.sourceline}", what))


def _called(statement: _Element) -> str:
    return shortened(text(statement, "Id") or "without Id")


def _number(element: _Element, path: str) -> int | None:
    written = text(element, path)
    return int(written) if written and _NUMBER.fullmatch(written) else None
