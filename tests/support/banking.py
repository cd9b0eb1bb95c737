"""A fund with bank accounts: statements in few words, imported into a real ledger.

``row("01-05 -10.00", "R1")`` is a line of 2026; a statement is rows with what stood on the
account before, and closes with what stood there after. ``a`` holds the pool.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import money, store
from ledger.bank_account import by_hand, reconciling, statements
from ledger.bank_account.by_hand import Target
from ledger.bank_account.rows import Place, place
from ledger.tables import BankLine, BankMatch, Contribution, Spending
from tests.support import funds, ledgers
from tests.support.bank_files import KEY, OTHER, POOL, entry, file, payment, statement

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from ledger.bank.reconciliation import Reconciliation
    from ledger.bank_account.statements import Imported
    from tests.support.ledgers import Ledger

IBANS: Final = {"a": POOL, "b": OTHER, "c": "NL63TRIO0212345678"}
SHOP: Final = "NL81RABO0312345678"
"""An account that is nobody's whom the agreement names."""


@dataclass(frozen=True)
class Row:
    """An entry of one payment, as the bank writes it."""

    cents: int
    xml: str


def row(told: str, reference: str = "", **paid: str) -> Row:
    """Return an entry; ``payer``, ``payee``, ``text`` and ``end_to_end`` are of its payment."""
    on, amount = told.split()
    parts = [payment(**paid)] if paid else []
    return Row(money.parse(amount), entry(f"2026-{on} {amount}", reference, *parts))


def sheet(
    *rows: Row,
    days: str = "01-01 03-31",
    opening: str = "0.00",
    account: str = POOL,
    name: str = "S1",
    number: str = "",
) -> str:
    """Return a statement of some days of 2026, with its balances."""
    first, last = days.split()
    closing = money.as_text(money.Cents(money.parse(opening) + sum(each.cents for each in rows)))
    return statement(
        *(each.xml for each in rows),
        account=account,
        name=name,
        number=number,
        balances=f"OPBD {opening} 2026-{first}, CLBD {closing} 2026-{last}",
    )


def agreement(ibans: dict[str, str] | None = None, **members: Any) -> bytes:
    """Return an agreement whose parties have accounts."""
    text = funds.agreement(**members).decode()
    for code, iban in (IBANS if ibans is None else ibans).items():
        party = f'code = "{code}"\nname = "{code}"\nkind = "other"\n'
        assert party in text
        text = text.replace(party, f'{party}iban = "{iban}"\n')
    return text.encode()


def opened(engine: Engine, *agreements: bytes, now: datetime = ledgers.NOW) -> Ledger:
    """Open a fund whose parties have accounts, with somebody of finance of each."""
    ledger = ledgers.opened(engine, *(agreements or (agreement(),)), now=now)
    ledger.finance()
    return ledger


def load(
    ledger: Ledger, *sheets: str, key: bytes = KEY, who: str = "finance-a", valid: bool = True
) -> Imported:
    """Import a file with these statements."""
    with store.writing(ledger.engine) as session:
        return statements.import_statement(
            session,
            ledger.fund,
            "bank.xml",
            file(*sheets, valid=valid),
            key=key,
            act=ledger.act(who),
        )


def said(ledger: Ledger, line: str, *targets: tuple[str, str]) -> None:
    """Say what a line is, by its bank reference: ``("spending", "s1")``."""
    with store.writing(ledger.engine) as session:
        by_hand.match_by_hand(
            session,
            ledger.fund,
            place_of(ledger, line),
            [Target(kind, name) for kind, name in targets],  # type: ignore[arg-type]
            act=ledger.act("finance-a"),
        )


def explained(ledger: Ledger, line: str, reason: str = "costs of the bank") -> None:
    """Explain a line by its bank reference, or an account."""
    of = line if line.startswith("NL") else place_of(ledger, line)
    with store.writing(ledger.engine) as session:
        by_hand.explain(session, ledger.fund, of, reason, act=ledger.act("finance-a"))


def place_of(ledger: Ledger, reference: str) -> Any:
    """Return the place of a line by its bank reference, or of one that is written as such."""
    if found := place(reference):
        return found
    line = store.table(BankLine)
    with ledger.engine.connect() as connection:
        asked = select(line.c.sequence, line.c.line).where(line.c.reference == reference)
        return Place(*connection.execute(asked).one())


def reconciled(ledger: Ledger, on: str) -> Reconciliation:
    """Return the account beside the journal on a day of 2026."""
    with store.reading(ledger.engine) as session:
        return reconciling.reconciliation(session, ledger.fund, date.fromisoformat(f"2026-{on}"))


def shown(ledger: Ledger, on: str) -> list[str]:
    """Return the account beside the journal as lines of text."""
    with store.reading(ledger.engine) as session:
        there = reconciling.reconciled(session, ledger.fund, date.fromisoformat(f"2026-{on}"))
    found = there.found
    references = {key: key.reference for key in there.places}
    return [
        f"bank {money.as_text(money.Cents(found.bank_cents))}, "
        f"journal {money.as_text(money.Cents(found.journal_cents))}"
        + ("" if found.reconciles else ", does not reconcile"),
        *(
            f"under way: {each.movement.id} {each.movement.amount_cents / 100:.2f}"
            for each in found.under_way
        ),
        *(
            f"difference: {each.of if isinstance(each.of, str) else references[each.of]} "
            f"{each.amount_cents / 100:.2f}"
            + (f", {each.reason}" if each.reason is not None else "")
            + (f", booked {each.booked_later:%m-%d}" if each.booked_later else "")
            + (", overdue" if each.overdue else "")
            for each in found.differences
        ),
        *(
            f"gap: {gap.sign} {gap.account}"
            + (f" after {gap.after:%m-%d}" if gap.after else "")
            + (f" before {gap.before:%m-%d}" if gap.before else "")
            for gap in found.gaps
        ),
    ]


def matched(ledger: Ledger) -> dict[str, str]:
    """Return what lines are, by the bank's reference: ``spending s1``, ``payment 17 b``.

    A contribution that the bank brought is ``received PARTY DAY``; of a line that is nothing
    there is none.
    """
    line, match = store.table(BankLine), store.table(BankMatch)
    with ledger.engine.connect() as connection:
        named = {
            each.sequence: f"spending {each.id}"
            for each in connection.execute(select(store.table(Spending)))
        } | {
            each.sequence: f"received {each.party} {each.received_on:%m-%d}"
            if each.id.startswith("bank:")
            else f"contribution {each.id}"
            for each in connection.execute(select(store.table(Contribution)))
        }
        lines = {
            (each.sequence, each.line): each.reference for each in connection.execute(select(line))
        }
        last: dict[Any, list[Any]] = {}
        for each in connection.execute(select(match).order_by(match.c.sequence, match.c.line)):
            at = (each.of_sequence, each.of_line)
            if last.get(at, [each])[0].sequence != each.sequence:
                del last[at]
            last.setdefault(at, []).append(each)
    return {
        lines[at]: " + ".join(
            f"payment {each.party}" if each.party else named[each.act] for each in rows
        )
        for at, rows in sorted(last.items())
        if rows[0].act is not None
    }
