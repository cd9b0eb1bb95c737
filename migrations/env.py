"""Run migrations against the database that OVERBRUG_DATABASE_URL names."""

from __future__ import annotations

import os

from alembic import context
from sqlmodel import SQLModel, create_engine

URL = os.environ.get("OVERBRUG_DATABASE_URL", "sqlite://")

# Constraints that carry a name can be changed later, on SQLite too.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def migrate() -> None:
    """Bring the database to the asked revision, in one transaction."""
    engine = create_engine(URL)
    with engine.begin() as connection:
        context.configure(
            connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


migrate()
