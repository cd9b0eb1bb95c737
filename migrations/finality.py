"""What keeps rows final: triggers that refuse to change or delete them, on both databases.

Altering a SQLite table in a batch makes it anew, without its triggers: freeze it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from alembic import op

from ledger.sealing import items

if TYPE_CHECKING:
    from collections.abc import Sequence

BODY: Final = """
BEGIN
    RAISE EXCEPTION 'rows of % are final', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END """
"""What the triggers of PostgreSQL do."""

_REFUSE: Final = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $${BODY}$$
"""


def prepare() -> None:
    """Make what the triggers of PostgreSQL call."""
    if _on_postgresql():
        op.execute(_REFUSE)


def forget() -> None:
    """Undo :func:`prepare`."""
    if _on_postgresql():
        op.execute("DROP FUNCTION refuse_change()")


def freeze(*tables: str) -> None:
    """Make the database refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL) on tables."""
    for table in tables:
        _refuse(table, "UPDATE", "")
        keep(table)


def freeze_but_for_erasing(table: str, *columns: str) -> None:
    """Let the rows of a table only be erased: these columns may be set to NULL, all together.

    Args:
        table: Its name.
        columns: What an erasure empties; every other column is final.
    """
    names = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
    kept = [_differ(f"NEW.{name}", f"OLD.{name}") for name in sorted(names - set(columns))]
    filled = [f"NEW.{name} IS NOT NULL" for name in columns]
    _refuse(table, "UPDATE", f"WHEN ({' OR '.join([*kept, *filled])})")
    keep(table)


def freeze_but_for_sealing(
    table: str, sealed: Sequence[str], hashed: Sequence[str] = (), *, lapse: bool = False
) -> None:
    """Let the rows of a table only be erased, or what is sealed in them move to another bucket.

    An erasure sets all of these columns to NULL. A move changes the first bytes of sealed
    values, which say in which bucket they are and wrap their key, and nothing else.

    Args:
        table: Its name.
        sealed: Columns of sealed values.
        hashed: Columns that are erased with them, and do not move.
        lapse: Whether these may be set to NULL by themselves too, as when the key of what is
            sealed beside them is destroyed.
    """
    names = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
    kept = sorted(names - {*sealed, *hashed})
    tails = [f"substr(%s.{name}, {items.HEADER + 1})" for name in sealed]
    moved = [_differ(tail % "NEW", tail % "OLD") for tail in tails]
    changed = [_differ(f"NEW.{name}", f"OLD.{name}") for name in hashed]
    none_moved = f"NOT ({' OR '.join(_differ(f'NEW.{name}', f'OLD.{name}') for name in sealed)})"
    filled = [f"NEW.{name} IS NOT NULL" for name in (*sealed, *hashed)]
    final = [_differ(f"NEW.{name}", f"OLD.{name}") for name in kept]
    stays = f" AND NOT ({none_moved} AND {_all_null(hashed)})" if lapse else ""
    _refuse(
        table,
        "UPDATE",
        f"WHEN ({' OR '.join(final)} OR (({' OR '.join(filled)})"
        f" AND ({' OR '.join([*moved, *changed, none_moved])}){stays}))",
    )
    keep(table)


def thaw(table: str) -> None:
    """Take away what keeps the rows of a table, to freeze it again once it was altered."""
    acts, on = ["update", "delete"], ""
    if _on_postgresql():
        acts, on = [*acts, "truncate"], f" ON {table}"
    for act in acts:
        op.execute(f"DROP TRIGGER {table}_no_{act}{on}")


def keep(table: str) -> None:
    """Make the database refuse DELETE (and TRUNCATE on PostgreSQL): rows may change, and stay."""
    _refuse(table, "DELETE", "")
    if _on_postgresql():
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _refuse(table: str, verb: str, condition: str) -> None:
    name = f"{table}_no_{verb.lower()}"
    if _on_postgresql():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {condition} "
            "EXECUTE FUNCTION refuse_change()"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are final'); END"
        )


def _all_null(names: Sequence[str]) -> str:
    return " AND ".join(f"NEW.{name} IS NULL" for name in names)


def _differ(one: str, other: str) -> str:
    return f"{one} {'IS DISTINCT FROM' if _on_postgresql() else 'IS NOT'} {other}"


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
