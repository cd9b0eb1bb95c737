"""Savings: the catalogue of effects, what was picked from it, and what came of it."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - the table reads it at run time

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field, SQLModel

from ledger.tables.base import cents, digest, fund_key, key_part, number, of_fund, one_of
from ledger.tables.sealed import sealed_salt, sealed_text


class Catalogue(SQLModel, table=True):
    """A version of the effect catalogue, as the file that people read."""

    __tablename__ = "catalogue"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        CheckConstraint("version >= 1", name="version"),
    )

    fund_id: int = fund_key()
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sequence: int = number()
    valid_from: date
    sha256: bytes = digest()  # of the canonical form
    document: str = Field(sa_type=Text)  # TOML


class EffectPick(SQLModel, table=True):
    """That a spending is expected to avoid an event: an effect picked from the catalogue.

    Within a case an effect counts once per horizon: the first pick carries the saving,
    later ones refer to it. Which effect it is may be erased, with its salt.
    """

    __tablename__ = "effect_pick"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("spending", to="spending.sequence"),
        of_fund("catalogue", to="catalogue.version"),
        of_fund("carried_by", to="effect_pick.sequence"),
        Index("ix_effect_pick_spending", "fund_id", "spending"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    spending: int = number()
    catalogue: int
    picked_on: date
    carried_by: int | None = number(default=None)
    salt: bytes | None = sealed_salt()
    effect: str | None = sealed_text()


class Saving(SQLModel, table=True):
    """What a spending is expected to save a party; several rows for a pair add up."""

    __tablename__ = "saving"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("spending", to="spending.sequence"),
        of_fund("party", to="party.code"),
        Index("ix_saving_spending", "fund_id", "spending"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    line: int = key_part()  # within the act, from 1
    spending: int = number()
    party: str
    amount_cents: int = cents()


class Observation(SQLModel, table=True):
    """What came of an effect: recorded beside what was expected, never over it."""

    __tablename__ = "observation"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("pick", to="effect_pick.sequence"),
        one_of("outcome", "yes", "partly", "no", "unknown"),
        Index("ix_observation_pick", "fund_id", "pick"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    pick: int = number()
    observed_on: date
    outcome: str
