"""What the board withdrew: an entry of a catalogue of effects, or a measure of the agreement."""

from __future__ import annotations

from sqlmodel import SQLModel

from ledger.tables.base import fund_key, key_part, number, of_fund
from ledger.tables.sealed import sealed_salt, sealed_text


class EffectWithdrawal(SQLModel, table=True):
    """That an effect of a version of the catalogue counts no more, and can be picked no more.

    Which effect it is tells what was picked on the spendings of its picks, so it may be
    erased, as the reason may, with the salt of both. That one is withdrawn once only, the act
    sees to (``ledger.savings.withdrawals``): sealed values cannot be unique.
    """

    __tablename__ = "effect_withdrawal"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("catalogue", to="catalogue.version"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    catalogue: int
    effect: str | None = sealed_text()
    salt: bytes | None = sealed_salt()
    reason: str | None = sealed_text()


class WithdrawnPick(SQLModel, table=True):
    """A pick whose effect was withdrawn: what it was expected to save counts no more."""

    __tablename__ = "withdrawn_pick"
    __table_args__ = (
        of_fund("sequence", to="effect_withdrawal.sequence"),
        of_fund("pick", to="effect_pick.sequence"),
    )

    fund_id: int = fund_key()
    pick: int = key_part()
    sequence: int = number()  # of the withdrawal


class MeasureWithdrawal(SQLModel, table=True):
    """That a party's measure in a version of the agreement was wrong, and what takes its place.

    The text that was signed stays; of one measure the last row counts.
    """

    __tablename__ = "measure_withdrawal"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("version", to="agreement.version"),
        of_fund("party", to="party.code"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    version: int
    party: str
    measure: str
    number: str  # exact: a whole number, or a fraction in lowest terms
    salt: bytes | None = sealed_salt()
    reason: str | None = sealed_text()
