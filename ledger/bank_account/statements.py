"""Importing statements of the pool's account: what is new is kept, once and in little.

A file is not stored. The same file again, a month after its days, statements in another
order or in other pieces bring nothing that is there.

Source:
    The design, Privacy by design, Bank files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ledger import funds, people, store, trail
from ledger.bank import camt, kept
from ledger.bank_account import matches, on_record, owners, payments, rows
from ledger.errors import Conflict, Mistake, WrongInput
from ledger.tables import BankLine, BankStatement, Event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.bank.camt import Statement
    from ledger.bank.kept import Extract, Line, LineKey, Rules
    from ledger.funds import Known
    from ledger.trail import Trail

MAY_KEEP: Final = people.MAY_KEEP
"""Which roles keep the books of the account."""

_EVENT: Final = store.table(Event)


class OtherKey(Conflict):
    """The key is not the one under which earlier statements were imported."""

    slug = "other-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import brought.

    Args:
        statements: How many are new.
        new: Lines that were not on record.
        known: Lines that were.
        passed_over: Entries that are not booked yet, or of nothing.
        matched: Lines, also of earlier imports, of which is known since now what they are.
        received: Those of them that were taken as contributions.
        open: Lines of the fund that nobody knows what they are, and nobody explained.
    """

    statements: int
    new: int
    known: int
    passed_over: int
    matched: int
    received: int
    open: int


def import_statement(
    session: Session, fund: str, name: str, content: bytes, *, key: bytes, act: Act
) -> Imported:
    """Import the statements of the pool's account that a file holds, all of it or nothing.

    Args:
        session: Of the act.
        fund: Code of the fund.
        name: What the file is called in messages.
        content: Its bytes: camt.053.
        key: The fund's secret for hashes (``ledger.bank.kept``).
        act: Who imports, and when.

    Raises:
        WrongInput: The file is no statement of the pool's account, or has mistakes.
        NoPoolAccount: The agreement does not say which account is the pool's.
        RoleNeeded: Whoever acts is not of finance.
        OtherKey: Lines on record can be told apart from new ones under another key only.
    """
    known = funds.known(session, fund)
    told = _read(known, name, content)
    _refuse_to_come(name, told, act.day(known.timezone))
    end = trail.lock(session, fund)
    people.require(session, known.id, act, roles_=MAY_KEEP, on=act.day(known.timezone))
    _refuse_other_key(session, known.id, key)
    by = kept.rules(
        key,
        participants=owners.participants(known.agreements),
        references=payments.quoted(session, known),
    )
    new = _new(session, known.id, told, by)
    _write(end, act, new, key)
    renewed = matches.renew(session, fund, act=act)
    return Imported(
        statements=len(new.extracts),
        new=len(new.lines),
        known=new.known,
        passed_over=sum(each.passed_over for each in told),
        matched=renewed.matched,
        received=renewed.received,
        open=renewed.open,
    )


def _read(known: Known, name: str, content: bytes) -> Sequence[Statement]:
    """Return the statements of accounts that were the pool's by then."""
    accounts = owners.pool_accounts(known.agreements)
    found = camt.read(name, content, timezone=ZoneInfo(known.timezone), accounts=[*accounts])
    told = [each for each in found if accounts[each.account].since <= each.last_day]
    if not told:
        since = accounts[found[0].account].since
        raise WrongInput(
            [
                Mistake(
                    name,
                    f"ends before {since}, when {found[0].account} became the pool's account; "
                    "export it from that day on",
                )
            ]
        )
    return told


def _refuse_to_come(name: str, told: Sequence[Statement], today: date) -> None:
    """Refuse days that no bank has seen: they would hide that a statement is missing."""
    tomorrow = today + timedelta(days=1)
    found = [
        Mistake(
            name, f"statement {each.identification} runs to {each.last_day}, which is still to come"
        )
        for each in told
        if each.last_day > tomorrow
    ]
    if found:
        raise WrongInput(found)


@dataclass(slots=True)
class _New:
    """What a file brings that is not on record, in its order."""

    extracts: list[Extract] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    known: int = 0


def _new(session: Session, fund_id: int, told: Sequence[Statement], by: Rules) -> _New:
    new, extracts = _New(), set(on_record.statements(session, fund_id))
    seen: set[LineKey] = set()
    for statement in told:
        extract, lines = kept.extract(statement), kept.lines(statement, by=by)
        if extract not in extracts:
            extracts.add(extract)
            new.extracts.append(extract)
        days = (extract.first_day, extract.last_day)
        there = on_record.keys(session, fund_id, extract.account, days) | seen
        added = kept.added(there, lines)
        seen.update(line.key for line in added)
        new.lines += added
        new.known += len(lines) - len(added)
    return new


def _write(end: Trail, act: Act, new: _New, key: bytes) -> None:
    """Write statements and lines in one event; where nothing is new, none."""
    if not new.extracts and not new.lines:
        return
    place = (end.fund_id, end.sequence + 1)
    extracts = rows.numbered(*place, map(rows.of_extract, new.extracts))
    lines = rows.numbered(*place, map(rows.of_line, new.lines))
    root = rows.root(
        [("bank_statement", rows.STATEMENT, extracts), ("bank_line", rows.LINE, lines)]
    )
    body = {
        "statements": len(extracts),
        "lines": len(lines),
        "root": root.hex(),
        "key": kept.mark(key),
    }
    end.write([end.append(act, "bank.imported", body)])
    store.insert(end.session, BankStatement, extracts)
    store.insert(end.session, BankLine, lines)


def _refuse_other_key(session: Session, fund_id: int, key: bytes) -> None:
    """Refuse a key under which lines without a reference of the bank would come twice."""
    asked = (
        select(_EVENT.c.body)
        .where(_EVENT.c.fund_id == fund_id, _EVENT.c.kind == "bank.imported")
        .order_by(_EVENT.c.sequence.desc())
        .limit(1)
    )
    last: Any = session.connection().execute(asked).scalar_one_or_none()
    if last is None or json.loads(last)["key"] == kept.mark(key):
        return
    derived = (
        select(on_record.LINE.c.line)
        .where(
            on_record.LINE.c.fund_id == fund_id,
            on_record.LINE.c.reference.startswith(kept.DERIVED, autoescape=True),
        )
        .limit(1)
    )
    if session.connection().execute(derived).first() is not None:
        raise OtherKey(
            "the key is not the one of earlier imports, so lines without a reference of the bank "
            "would come twice; put back the key file of then",
            fund=fund_id,
        )
