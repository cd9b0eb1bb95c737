"""Sealing: what may have to be erased lies in the database as sealed values only.

Revision: 0007, after 0006. What is there is sealed with the key file, as if its act had done
so. On PostgreSQL a change of a column's type writes its table anew, so that no page of it
holds the plain values any more; on SQLite ``migrations.running.clean`` does.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from alembic import op

from ledger import store
from ledger.sealing import ring, terms
from ledger.tables.base import UtcInstant
from migrations import finality

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SALT: Final = ("BYTEA", terms.BOOKS)
_NAME: Final = ("VARCHAR", terms.BOOKS)
_TEXT: Final = ("TEXT", terms.BOOKS)
_WHY: Final = ("TEXT", terms.JUSTIFICATION)
SEALED: Final[Mapping[str, Mapping[str, tuple[str, int]]]] = {
    "case_file": {"reference": _NAME},
    "particulars": {
        "salt": _SALT,
        "domain": _NAME,
        **dict.fromkeys(("payee", "professional"), _TEXT),
        **dict.fromkeys(("purpose", "effect", "departs_from", "receipt"), _WHY),
        "reason": _TEXT,
    },
    "effect_pick": {"salt": _SALT, "effect": _NAME},
    "proposal": {"salt": _SALT, "unreconciled": _TEXT},
    "approval": {"salt": _SALT, "reason": _TEXT},
    "reservation": {"salt": _SALT},
    "bank_reason": {"salt": _SALT, "reason": _TEXT},
    "effect_withdrawal": {"salt": _SALT, "effect": _NAME, "reason": _TEXT},
    "measure_withdrawal": {"salt": _SALT, "reason": _TEXT},
}
"""By table and column: of which type it was, and for how many months it is sealed."""

_HASHED: Final = {"case_file": ("reference_hash",)}
_WAS_UNIQUE: Final = {
    "case_file": ("uq_case_file_fund_id_reference", "fund_id, reference"),
    "effect_withdrawal": (
        "uq_effect_withdrawal_fund_id_catalogue_effect",
        "fund_id, catalogue, effect",
    ),
}
_HASH: Final = "reference_hash"
_IS_UNIQUE: Final = ("uq_case_file_fund_id_reference_hash", f"fund_id, {_HASH}")


def upgrade() -> None:
    """Go forward."""
    for table in SEALED:
        finality.thaw(table)
    op.add_column("case_file", sa.Column(_HASH, sa.LargeBinary(), nullable=True))
    for table in SEALED:
        _change_rows(table, _sealed)
    _make_unique(_WAS_UNIQUE, {"case_file": _IS_UNIQUE})
    for table, columns in SEALED.items():
        _retype(table, dict.fromkeys(columns, "BYTEA"), "decode({0}, 'hex')")
        finality.freeze_but_for_sealing(table, tuple(columns), _HASHED.get(table, ()))


def downgrade() -> None:
    """Go back: what was sealed lies there plain again."""
    for table, columns in SEALED.items():
        finality.thaw(table)
        _retype(table, {name: was for name, (was, _) in columns.items()}, "encode({0}, 'hex')")
        _change_rows(table, _opened)
    _make_unique({"case_file": _IS_UNIQUE}, _WAS_UNIQUE)
    op.drop_column("case_file", _HASH)
    for table, columns in SEALED.items():
        finality.freeze_but_for_erasing(table, *columns)


def _change_rows(table: str, change: Callable[[str, Any], dict[str, Any]]) -> None:
    """Change what is sealed in the rows of a table, piece by piece.

    Args:
        table: Its name.
        change: Returns the new values of a row.
    """
    connection = op.get_bind()
    key = sa.inspect(connection).get_pk_constraint(table)["constrained_columns"]
    there = sa.table(table, *map(sa.column, (*key, *SEALED[table])))
    event = sa.table(
        "event", sa.column("fund_id"), sa.column("sequence"), sa.column("at", UtcInstant())
    )
    fund = sa.table("fund", sa.column("id"), sa.column("code"))
    asked = (
        sa.select(there, event.c.at, fund.c.code)
        .join(event, (event.c.fund_id == there.c.fund_id) & (event.c.sequence == there.c.sequence))
        .join(fund, fund.c.id == there.c.fund_id)
    )
    pages = store.paged(connection, asked, [there.c[name] for name in key])
    for row in chain.from_iterable(pages):
        values = change(table, row)
        if values:
            changed = ", ".join(f"{name} = :{name}" for name in values)
            of_key = " AND ".join(f"{name} = :{name}" for name in key)
            statement = sa.text(f"UPDATE {table} SET {changed} WHERE {of_key}")  # noqa: S608
            connection.execute(statement, values | {name: getattr(row, name) for name in key})


def _sealed(table: str, row: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, (was, months) in SEALED[table].items():
        value = getattr(row, name)
        if value is None:
            continue
        keys = ring.of(op.get_bind())
        plain = bytes(value) if was == "BYTEA" else value.encode()
        sealed = keys.seal(plain, months, since=row.at.date())
        as_text = was != "BYTEA" and op.get_bind().dialect.name == "postgresql"
        found[name] = sealed.hex() if as_text else sealed
        if name == "reference":
            found[_HASH] = keys.of_case(row.code, value)
    return found


def _opened(table: str, row: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, (was, _) in SEALED[table].items():
        value = getattr(row, name)
        if value is not None:
            sealed = bytes.fromhex(value) if isinstance(value, str) else bytes(value)
            plain = ring.of(op.get_bind()).open(sealed)
            found[name] = plain if was == "BYTEA" or plain is None else plain.decode()
    return found


def _retype(table: str, types: Mapping[str, str], using: str) -> None:
    """Give columns of a table other types; on PostgreSQL the table is written anew in any case."""
    if op.get_bind().dialect.name == "sqlite":
        _remake(table, types=types)
        return
    salts = {name for name, (was, _) in SEALED[table].items() if was == "BYTEA"}
    changes = ", ".join(
        f"ALTER COLUMN {name} TYPE {type_} "
        f"USING {f'substr({name}, 1)' if name in salts else using.format(name)}"
        for name, type_ in types.items()
    )
    op.execute(f"ALTER TABLE {table} {changes}")


def _make_unique(was: Mapping[str, tuple[str, str]], now: Mapping[str, tuple[str, str]]) -> None:
    for table in sorted({*was, *now}):
        if op.get_bind().dialect.name == "sqlite":
            _remake(table, was=was.get(table), now=now.get(table))
            continue
        if table in was:
            op.drop_constraint(was[table][0], table)
        if table in now:
            op.create_unique_constraint(now[table][0], table, now[table][1].split(", "))


_CONSTRAINT: Final = ", \n\tCONSTRAINT"  # where those of a table begin in its description


def _unique(name: str, columns: str) -> str:
    return f"{_CONSTRAINT} {name} UNIQUE ({columns})"


def _remake(
    table: str,
    *,
    types: Mapping[str, str] | None = None,
    was: tuple[str, str] | None = None,
    now: tuple[str, str] | None = None,
) -> None:
    """Make a table of SQLite anew, as its own description says but for what changes."""
    connection = op.get_bind()
    described = "SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"
    found = connection.execute(sa.text(described), {"name": table}).all()
    (sql,) = (each.sql for each in found if each.type == "table")
    for name, type_ in (types or {}).items():
        kind = "BLOB" if type_ == "BYTEA" else type_
        sql, times = re.subn(rf"(\n\t{name}) \w+", rf"\1 {kind}", sql)
        assert times == 1, f"{table} has a column {name}"
    if was is not None:
        sql = sql.replace(_unique(*was), "")
    if now is not None:
        sql = sql.replace(_CONSTRAINT, _unique(*now) + _CONSTRAINT, 1)
    columns = ", ".join(each["name"] for each in sa.inspect(connection).get_columns(table))
    op.execute(re.sub(rf'TABLE "?{table}"?', f"TABLE {table}_made", sql, count=1))
    op.execute(f"INSERT INTO {table}_made ({columns}) SELECT {columns} FROM {table}")  # noqa: S608
    op.execute(f"DROP TABLE {table}")
    op.execute(f"ALTER TABLE {table}_made RENAME TO {table}")
    for each in found:
        if each.type == "index":
            op.execute(each.sql)
