"""Run migrations on the connection that the caller gives, or on OVERBRUG_DATABASE_URL."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from alembic import context
from alembic.util import CommandError

from ledger import store
from ledger.tables.base import METADATA
from migrations import running

if TYPE_CHECKING:
    from sqlalchemy import Connection


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _migrate() -> None:
    """Bring the database to the asked revision, in one transaction."""
    given = context.config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    url = os.environ.get("OVERBRUG_DATABASE_URL")
    if not url:
        raise CommandError("set OVERBRUG_DATABASE_URL to the database, such as sqlite:///FILE")
    engine = store.open_engine(url)
    with running.changing(engine) as connection:
        _run(connection)
    engine.dispose()


_migrate()
