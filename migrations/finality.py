"""What keeps rows final: triggers that refuse to change or delete them, on both databases.

Altering a SQLite table in a batch makes it anew, without its triggers: freeze it again.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

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
    differs = "IS DISTINCT FROM" if _on_postgresql() else "IS NOT"
    kept = [f"NEW.{name} {differs} OLD.{name}" for name in sorted(names - set(columns))]
    filled = [f"NEW.{name} IS NOT NULL" for name in columns]
    _refuse(table, "UPDATE", f"WHEN ({' OR '.join([*kept, *filled])})")
    keep(table)


def thaw(table: str) -> None:
    """Take away what keeps the rows of a table final, to freeze it anew within the migration."""
    names = ("update", "delete", *(("truncate",) if _on_postgresql() else ()))
    for name in names:
        on = f" ON {table}" if _on_postgresql() else ""
        op.execute(f"DROP TRIGGER {table}_no_{name}{on}")


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


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
