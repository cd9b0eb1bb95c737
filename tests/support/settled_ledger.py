"""A small fund whose quarters were settled and whose bank statements were imported.

No table of settlements, savings or the bank is empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger import store
from ledger.savings import amounts
from tests.support import banking, ledgers, picked, withdrawing
from tests.support.bank_files import POOL
from tests.support.banking import row, sheet
from tests.support.catalogues import effect, kinded

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.support.ledgers import Ledger

KINDS: Final = {"a": "municipality", "b": "housing-association", "c": "health-insurer"}
CAP: Final = (
    '[[ladder]]\nkind = "cap"\nparty = "b"\namount = "5.00"\nper = "settlement"\nover = "heads"\n'
)


def settled(engine: Engine) -> Ledger:
    """Make a quarter that was objected to, proposed anew with a line set apart, and paid."""
    agreement = kinded(banking.agreement(parties="a 1, b 2, c 1", ladder=CAP), KINDS)
    ledger = ledgers.opened(engine, agreement).at("2026-01-10")
    ledger.finance()
    ledger.grant("administrator", "administrator")
    picked.file(ledger, effect(shares="municipality 100.00, housing-association 900.00"))
    ledger.record(10_00, id="s1", case="K1")
    ledger.record(20_00, id="s2", case="K1", advanced_by="b")
    ledger.record(30_00, id="s3", case="K2")
    picked.pick(ledger, "s1")
    picked.pick(ledger, "s2")
    picked.observe(ledger, "s1", "partly")
    with store.writing(engine) as session:
        saved = [amounts.Amount("s3", "a", 5_00), amounts.Amount("s3", "b", 7_00)]
        amounts.record(session, ledger.fund, saved, act=ledger.act())
    ledger.at("2026-04-01").propose("2026-01-01 2026-04-01")
    ledger.object_to("b", "s1")
    ledger.take_back()
    ledger.settle("2026-01-01 2026-04-01", set_apart=["s1"], unreconciled="the bank was late")
    ledger.pay()
    ledger.at("2026-07-01").settle("2026-04-01 2026-07-01")
    _withdraw(ledger)
    _bank(ledger)
    return ledger


def _withdraw(ledger: Ledger) -> None:
    """Withdraw an effect that was picked, and a count that nobody was divided by."""
    ledger.grant("board", "board")
    withdrawing.withdraw(ledger)
    measure = withdrawing.measure("c", "3/2")
    withdrawing.done(ledger, withdrawing.prepare(ledger, measure))


def _bank(ledger: Ledger) -> None:
    """Import what the bank shows, match a line by hand, and explain what differs."""
    lines = [
        row("01-11 -10.00", "R1", payee=banking.SHOP, text="rent"),
        row("01-20 100.00", "R2", payer=banking.IBANS["b"], text="fund-2026-01-b"),
        row("01-21 50.00", "R3", payer=banking.IBANS["c"]),
        row("02-25 -30.00", "R4"),
        row("03-01 -3.00", "R5"),
    ]
    banking.load(ledger, sheet(*lines, opening="25.00", number="1"))
    banking.said(ledger, "R4", ("spending", "s3"))
    banking.said(ledger, "R2", ("receive", "b"))
    banking.explained(ledger, "R5")
    banking.explained(ledger, POOL, "of the fund before")
