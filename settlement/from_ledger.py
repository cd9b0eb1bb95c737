"""The facts of a fund, from its ledger, as the engine takes them.

The same engine settles files and ledgers: this page only lays rows out in columns. Facts
count up to a sequence of the fund's trail, so that what is recorded meanwhile changes
nothing. What decides no figure and may be erased (payee, professional, receipt) is left
out, and a case goes by its number, so that an erasure changes no fingerprint. Only the domain
of a spending may be erased and decide something: it is read where an agreement asks for it.

Source:
    The settlement rules, Agreement between the organisations (frozen facts).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import LargeBinary, String, bindparam, cast, null, select, type_coerce

from ledger import facts, store
from ledger.coded import Coded, coded
from ledger.savings.withdrawals import is_withdrawn
from ledger.tables import CaseFile, Contribution, Particulars, Saving, Spending, sealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from ledger.agreement.schema import Agreement
    from ledger.facts import Savings, Spendings
    from ledger.periods import Period

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_CASE: Final = store.table(CaseFile)
_SAVING: Final = store.table(Saving)
_CONTRIBUTION: Final = store.table(Contribution)
_TEXTS: Final = ("id", "category", "organisation", "home", "advanced_by", "vat_use")
_DAYS: Final = ("spent_on", "recorded_on", "booked_on")
_NUMBERS: Final = ("sequence", "amount_cents", "vat_cents", "reverses", "refunds", "replaces")
_CASE_NUMBER: Final = "case_number"


class Reads(Enum):
    """What is read of that which may be erased."""

    LEAST = "least"
    DOMAINS = "domains"
    ALL = "all"
    """Domains and pseudonyms: what settlements rested on before these were sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFacts:
    """All facts of a fund up to a sequence; ``sequence`` runs beside the spendings."""

    spendings: Spendings
    sequence: NDArray[np.int64]
    savings: Savings

    def rows_of_sequences(self, sequences: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of spendings by their sequences, all of which must be there."""
        return _places(self.sequence, sequences)


def reads(agreements: Iterable[Agreement]) -> Reads:
    """Return what versions of an agreement ask for."""
    asks = any(rule.domain for version in agreements for rule in version.assignment)
    return Reads.DOMAINS if asks else Reads.LEAST


def read(
    session: Session,
    fund_id: int,
    *,
    frozen: int,
    parties: Sequence[str],
    of: Reads = Reads.LEAST,
) -> LedgerFacts:
    """Read all facts of a fund.

    Args:
        session: That sees one moment.
        fund_id: The fund.
        frozen: Sequence up to which facts count.
        parties: Codes of all parties, in their order.
        of: What is read of that which may be erased.
    """
    texts, numbers = _columns(session, fund_id, frozen, of)
    texts["case"] = _cases(session, fund_id, numbers.pop(_CASE_NUMBER), of)
    days = {name: ordinals(texts.pop(name)) for name in _DAYS}
    order = facts.canonical_order(texts["id"], days)
    texts = {
        name: Coded(codes=each.codes[order], values=each.values) for name, each in texts.items()
    }
    sequence, *rest = (numbers[name][order] for name in _NUMBERS)
    amounts, vat, *links = rest
    has_vat = vat != _NONE
    texts |= _linked(sequence, texts["id"], dict(zip(facts.LINKS, links, strict=True)))
    spendings = facts.from_columns(
        "ledger",
        texts=texts,
        days={name: day[order] for name, day in days.items()},
        amount_cents=amounts,
        vat=(np.where(has_vat, vat, 0), has_vat),
    )
    return LedgerFacts(
        spendings=spendings,
        sequence=sequence,
        savings=_savings(session, fund_id, frozen, sequence, parties),
    )


def up_to(
    session: Session,
    fund_id: int,
    facts: LedgerFacts,
    *,
    frozen: int,
    parties: Sequence[str],
    of: Reads,
) -> LedgerFacts:
    """Return the facts of a fund as they were at an earlier sequence, as :func:`read` would.

    Args:
        session: That sees one moment.
        fund_id: The fund.
        facts: Its facts up to a later sequence.
        frozen: Sequence up to which facts count.
        parties: Codes of all parties, in the order of then.
        of: What was asked for then.
    """
    known = facts.sequence <= frozen
    sequence = facts.sequence[known]
    spendings = facts.spendings.only(known)
    if of is Reads.LEAST:
        nothing = Coded(codes=np.full(len(spendings), -1, dtype=np.int64), values=())
        spendings = replace(spendings, texts={**spendings.texts, "domain": nothing})
    return LedgerFacts(
        spendings=spendings,
        sequence=sequence,
        savings=_savings(session, fund_id, frozen, sequence, parties),
    )


def received(session: Session, fund_id: int, period: Period, *, frozen: int) -> dict[str, int]:
    """Return what each party paid in during a period, in cents, by the day it was received."""
    asked = select(_CONTRIBUTION.c.party, _CONTRIBUTION.c.amount_cents).where(
        _CONTRIBUTION.c.fund_id == fund_id,
        _CONTRIBUTION.c.sequence <= frozen,
        _CONTRIBUTION.c.received_on >= period.start,
        _CONTRIBUTION.c.received_on < period.until,
    )
    sums: dict[str, int] = {}
    for party, cents in session.connection().execute(asked):
        sums[party] = sums.get(party, 0) + cents
    return sums


_NONE: Final = np.iinfo(np.int64).min  # a number that is absent


def _columns(
    session: Session, fund_id: int, frozen: int, of: Reads
) -> tuple[dict[str, Coded], dict[str, NDArray[np.int64]]]:
    """Read the columns of all spendings, texts coded and numbers as they are."""
    names, numbers = (*_TEXTS, "domain", *_DAYS), (*_NUMBERS, _CASE_NUMBER)
    domain = null() if of is Reads.LEAST else _PARTICULARS.c.domain
    asked = (
        select(
            *(_SPENDING.c[name] for name in _TEXTS),
            type_coerce(domain, LargeBinary).label("domain"),
            *(day_as_text(session, _SPENDING.c[name]).label(name) for name in _DAYS),
            *(_SPENDING.c[name] for name in numbers),
        )
        .select_from(_SPENDING)
        .where(
            _SPENDING.c.fund_id == bindparam("fund_id"), _SPENDING.c.sequence <= bindparam("frozen")
        )
    )
    if of is not Reads.LEAST:
        asked = asked.outerjoin(_PARTICULARS, _of_fund(_PARTICULARS, _SPENDING.c.sequence))
    pieces: dict[str, list[pa.Array]] = {name: [] for name in (*names, *numbers)}
    opened = sealed.opener(_PARTICULARS.c.domain, session.connection().dialect)
    for rows in store.stream(session, asked, {"fund_id": fund_id, "frozen": frozen}):
        for name, values in zip(pieces, zip(*rows, strict=True), strict=True):
            kind = pa.string() if name in names else pa.int64()
            told = [opened(each) for each in values] if name == "domain" else values
            pieces[name].append(pa.array(told, kind))
    return (
        {name: coded(_whole(pieces[name], pa.string())) for name in names},
        {
            name: pc.fill_null(_whole(pieces[name], pa.int64()), _NONE).to_numpy()
            for name in numbers
        },
    )


def _cases(session: Session, fund_id: int, numbers: NDArray[np.int64], of: Reads) -> Coded:
    """Return the cases of spendings by their number, or by their pseudonym as far as it is there.

    A case whose pseudonym was erased still is one case.
    """
    there, position = np.unique(numbers, return_inverse=True)
    without = int(there[:1].tolist() == [_NONE])  # sorted, those without a case come first
    names: dict[int, str] = {}
    if of is Reads.ALL:
        asked = select(_CASE.c.sequence, _CASE.c.reference).where(_CASE.c.fund_id == fund_id)
        rows = session.connection().execute(asked)
        names = {row.sequence: row.reference for row in rows if row.reference is not None}
    values = tuple(names.get(each, f"#{each}") for each in there[without:].tolist())
    return Coded(codes=position.reshape(-1).astype(np.int64) - without, values=values)


def day_as_text(session: Session, column: Any) -> Any:
    """Return a column of days read as text: SQLite keeps it so, PostgreSQL writes it so."""
    if session.connection().dialect.name == "sqlite":
        return type_coerce(column, String)
    return cast(column, String)


def _of_fund(table: Any, number: ColumnElement[int]) -> ColumnElement[bool]:
    matches: ColumnElement[bool] = (table.c.fund_id == _SPENDING.c.fund_id) & (
        table.c.sequence == number
    )
    return matches


def _whole(pieces: Sequence[pa.Array], kind: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array(pieces, kind)


def ordinals(days: Coded) -> NDArray[np.int64]:
    """Return ISO days as proleptic ordinals."""
    values = [date.fromisoformat(day).toordinal() for day in days.values]
    return np.array([*values, 0], dtype=np.int64)[days.codes]


def _linked(
    sequence: NDArray[np.int64], ids: Coded, links: Mapping[str, NDArray[np.int64]]
) -> dict[str, Coded]:
    """Turn links from sequences of spendings into their ids."""
    found = {}
    for name, targets in links.items():
        codes = np.full(len(sequence), -1, dtype=np.int64)
        there = np.flatnonzero(targets != _NONE)
        codes[there] = ids.codes[_places(sequence, targets[there])]
        found[name] = Coded(codes=codes, values=ids.values)
    return found


def _places(sequence: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each of these stands among the sequences of all rows."""
    order = np.argsort(sequence, kind="stable")
    at = np.searchsorted(sequence, wanted, sorter=order)
    places = order[np.minimum(at, len(order) - 1)] if len(order) else at
    assert (sequence[places] == wanted).all(), "what is pointed to is on record"
    return np.asarray(places, dtype=np.int64)


def _savings(
    session: Session,
    fund_id: int,
    frozen: int,
    sequence: NDArray[np.int64],
    parties: Sequence[str],
) -> Savings:
    asked = select(_SAVING.c.spending, _SAVING.c.party, _SAVING.c.amount_cents).where(
        _SAVING.c.fund_id == fund_id,
        _SAVING.c.sequence <= frozen,
        ~is_withdrawn(fund_id, _SAVING.c.sequence, frozen=frozen),
    )
    position = {code: at for at, code in enumerate(parties)}
    rows = [
        (spending, position[party], cents)
        for spending, party, cents in session.connection().execute(asked)
    ]
    if not rows:
        return facts.no_savings()
    spending, party, cents = np.array(rows, dtype=np.int64).T
    return facts.added_up(_places(sequence, spending), party, cents, len(parties))
