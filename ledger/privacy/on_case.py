"""Everything on record about one case, for whoever it is about.

It is found by following the references between tables, from the case file down, so that a
table that is added is in it too.

Source:
    AVG, article 15 (access).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select, tuple_

from ledger import funds, store
from ledger.privacy import restricting
from ledger.tables import Event, Person
from ledger.tables.base import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ForeignKeyConstraint, Table
    from sqlmodel import Session

_EVENT: Final = store.table(Event)
_PERSON: Final = store.table(Person)
_START: Final = "case_file"
_CHUNK: Final = 200

Rows = dict[str, list[dict[str, Any]]]


def of(session: Session, fund: str, case: str) -> dict[str, Any]:
    """Return every row about a case by table, and who did what; amounts in cents.

    Salts, hashes and packed cells are left out: they say nothing of anybody.

    Raises:
        UnknownCase: There is no such case.
    """
    known = funds.known(session, fund)
    fund_id, number = known.id, restricting.number_of(session, known, case)
    found = _followed(session, fund_id, number)
    sequences = {row["sequence"] for rows in found.values() for row in rows if "sequence" in row}
    return {
        "fund": fund,
        "case": case,
        "tables": {
            name: [_plain(row) for row in rows] for name, rows in sorted(found.items()) if rows
        },
        "acts": [_plain(each) for each in _acts(session, fund_id, sorted(sequences))],
    }


def _followed(session: Session, fund_id: int, number: int) -> Rows:
    """Return the case file, and all rows that refer to a row that is in it already.

    What was corrected may stand with another case now: rows of another case are not followed.
    """
    found: Rows = {}
    seen: set[tuple[str, Any]] = set()
    start = METADATA.tables[_START]
    queue = [(_START, _rows(session, start, ["sequence"], fund_id, [(number,)]))]
    while queue:
        name, new = queue.pop(0)
        table = METADATA.tables[name]
        fresh = [
            row
            for row in new
            if _key(table, row) not in seen and row.get("case_number", number) == number
        ]
        seen |= {_key(table, row) for row in fresh}
        found.setdefault(name, []).extend(fresh)
        if fresh:
            queue += _children(session, fund_id, name, fresh)
    decided = [(row["sequence"],) for row in found.get("acceptance", ())]
    decisions = METADATA.tables["acceptance_decision"]  # on more findings than these
    found[decisions.name] = _rows(session, decisions, ["sequence"], fund_id, sorted({*decided}))
    return found


def _children(
    session: Session, fund_id: int, name: str, rows: Sequence[dict[str, Any]]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for table, key in _references(name):
        pairs = [
            (each.parent.name, each.column.name)
            for each in key.elements
            if each.parent.name != "fund_id"
        ]
        wanted = [tuple(row[to] for _, to in pairs) for row in rows]
        yield table.name, _rows(session, table, [at for at, _ in pairs], fund_id, wanted)


def _references(name: str) -> Iterator[tuple[Table, ForeignKeyConstraint]]:
    for table in METADATA.sorted_tables:
        for key in sorted(table.foreign_key_constraints, key=lambda each: str(each.name)):
            if key.referred_table.name == name:
                yield table, key


def _rows(
    session: Session,
    table: Table,
    columns: Sequence[str],
    fund_id: int,
    wanted: Sequence[tuple[Any, ...]],
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for first in range(0, len(wanted), _CHUNK):
        asked = select(table).where(
            table.c.fund_id == fund_id,
            tuple_(*(table.c[name] for name in columns)).in_(wanted[first : first + _CHUNK]),
        )
        asked = asked.order_by(*table.primary_key)
        found += [dict(row._mapping) for row in session.connection().execute(asked)]  # noqa: SLF001 - its name in the library
    return found


def _key(table: Table, row: dict[str, Any]) -> tuple[str, Any]:
    return table.name, tuple(row[each.name] for each in table.primary_key)


def _acts(session: Session, fund_id: int, sequences: Sequence[int]) -> Iterator[dict[str, Any]]:
    for first in range(0, len(sequences), _CHUNK):
        asked = (
            select(_EVENT.c.sequence, _EVENT.c.at, _EVENT.c.kind, _PERSON.c.handle)
            .join(_PERSON, _PERSON.c.id == _EVENT.c.actor_id)
            .where(
                _EVENT.c.fund_id == fund_id,
                _EVENT.c.sequence.in_(sequences[first : first + _CHUNK]),
            )
            .order_by(_EVENT.c.sequence)
        )
        for row in session.connection().execute(asked):
            yield {"sequence": row.sequence, "at": row.at, "kind": row.kind, "who": row.handle}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as JSON can hold it, without what is empty and without bytes."""
    return {
        name: value.isoformat()
        if isinstance(value, date | datetime)
        else str(value)
        if isinstance(value, UUID)
        else value
        for name, value in row.items()
        if value is not None and not isinstance(value, bytes) and name != "fund_id"
    }
