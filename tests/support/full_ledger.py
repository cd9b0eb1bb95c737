"""A small fund in which everything happened at least once, so that no table is empty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import funds, pool, store, trail
from ledger.tables import (
    Event,
    ReceiptReminder,
    Reservation,
    RetentionApproval,
    Signature,
    Spending,
)
from tests.support import deciding, erasing, ledgers, privately
from tests.support import funds as files

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import SQLModel

    from tests.support.ledgers import Ledger

LATER: Final = datetime(2026, 3, 20, 9, 30, 15, 250, tzinfo=UTC)
LAWFULNESS: Final = (
    "[lawfulness]\nreceipt_within_days = 1\nrecord_within_days = 0\n" + deciding.MANDATES
)
SECOND: Final = files.agreement(
    parties="a 1, b 2, c 1, d 3, z -", version=2, valid="from 2026-07-01", more=LAWFULNESS
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FullLedger:
    """The fund, and the numbers of its spendings (and of these and its reservations), by id."""

    ledger: Ledger
    numbers: dict[str, int]

    spendings: dict[str, int]

    @property
    def fund(self) -> str:
        """Code of the fund."""
        return self.ledger.fund


def full(engine: Engine) -> FullLedger:
    """Make a fund in which everything happened."""
    ledger = ledgers.opened(
        engine,
        files.agreement(
            parties="a 1, b 2, c 1, z -", contributions="a 2026-01-15 500.00", more=LAWFULNESS
        ),
    )
    ledger.grant("worker", "professional", mandate="social-worker", valid_until=date(2027, 1, 1))
    ledger.grant("clerk", "finance", "b")
    ledger.grant("board", "board", "c")
    ledger.receive(500_00, id="paid-in")
    ledger.receive(-50_00, id="paid-back", party="b")
    _spend(ledger)
    _reserve(ledger)
    _agree(ledger)
    acts = _test(ledger)
    _decide(ledger)
    _erase(ledger)
    _read(ledger)
    ledger.record(3_00, id="last", payee="baker", purpose="bread", spent_on=date(2026, 3, 20))
    spent = _numbers(engine, Spending)
    return FullLedger(
        ledger=ledger, numbers=spent | _numbers(engine, Reservation) | acts, spendings=spent
    )


def _numbers(engine: Engine, model: type[SQLModel]) -> dict[str, int]:
    table = store.table(model)
    with engine.connect() as connection:
        rows = connection.execute(select(table.c.id, table.c.sequence))
        return {row.id: row.sequence for row in rows}


def _spend(ledger: Ledger) -> None:
    reasons: dict[str, Any] = {
        "payee": "landlord \N{SNOWMAN}", "purpose": "a roof", "effect": "no eviction",
        "considered": "takes long", "departs_from": "rule 7", "receipt": "r-1.jpg",
    }  # fmt: skip
    case: dict[str, Any] = {"case": "K1", "domain": "housing", "home": "b"}
    ledger.record(
        12_50, id="rent", professional="worker", vat_cents=2_00, vat_use="individual",
        **case, **reasons,
    )  # fmt: skip
    ledger.record(7_00, id="own", advanced_by="professional", case="K1", payee="shop")
    ledger.record(9_00, id="other", advanced_by="b", organisation="c", professional="somebody")
    ledger.record_all([ledger.order(0, id="free"), ledger.order(40_00, id="deposit", case="K2")])
    ledger.record(-15_00, id="refund", refunds="deposit", case="K2", reason="half came back")
    ledger.record(-7_00, id="reversal", reverses="own", case="K1", advanced_by="professional")
    ledger.record(8_00, id="corrected", replaces="own", case="K1", reason="it was 8")


def _reserve(ledger: Ledger) -> None:
    for number, case in enumerate(("K3", "K1", "K4", "K5", "K6"), 1):
        ledger.reserve(10_00 + number, id=f"hold{number}", case=case, who="clerk")
    ledger.record(11_00, id="from-hold", case="K3", reservation="hold1")
    ledger.release("hold2")
    ledger.now = LATER
    with store.writing(ledger.engine) as session:
        assert pool.expire(session, ledger.fund, act=ledger.act()) == 3
    ledger.reserve(25_00, id="open", case="K1", organisation="b")


def _test(ledger: Ledger) -> dict[str, int]:
    """Let the term of receipts pass, and bring one that differs and was brought before."""
    tested = ledger.test().number
    assert tested is not None
    brought = ledger.receipt("deposit", "r-1.jpg", amount_cents=39_00)
    return {"tested": tested, "brought": brought.number}


def _agree(ledger: Ledger) -> None:
    with store.writing(ledger.engine) as session:
        funds.file_version(session, ledger.fund, "second.toml", SECOND, act=ledger.act())
    sign(ledger, party="a", person="board", how="page")
    sign(ledger, party="b", person="board", second="clerk", how="paper")


def sign(ledger: Ledger, *, party: str, person: str, how: str, second: str | None = None) -> None:
    """Sign the second version, as the act that will do so writes it."""
    row: dict[str, Any] = {
        "version": 2,
        "party": party,
        "person_id": ledger.people[person],
        "second_id": None if second is None else ledger.people[second],
        "how": how,
        "sha256": bytes(range(32)),
    }
    told = {
        "version": 2, "party": party, "person": str(row["person_id"]),
        "second": row["second_id"] and str(row["second_id"]), "how": how,
        "sha256": row["sha256"].hex(),
    }  # fmt: skip
    body = {name: value for name, value in told.items() if value is not None}
    with store.writing(ledger.engine) as session:
        end = trail.lock(session, ledger.fund)
        event = end.append(ledger.act(), "agreement.signed", body)
        end.write([event])
        place = {"fund_id": end.fund_id, "sequence": event["sequence"]}
        store.insert(session, Signature, [place | row])


def _decide(ledger: Ledger) -> None:
    """Decide on findings and on cases in every way, and remind somebody of a receipt."""
    ledger.grant("chief", "professional", mandate="worker")
    ledger.grant("auditor", "auditor")
    deciding.moratorium(ledger)
    deciding.ruled(ledger, who="board")
    deciding.moratorium(ledger, id="m2", rules=())
    deciding.ruled(ledger, "m2", granted=False, who="chief")
    deciding.escalated(ledger, amount_cents=5_00)
    deciding.settled(ledger, who="board")
    deciding.escalated(ledger, id="t2", amount_cents=None, why="laws")
    deciding.settled(ledger, "t2", granted=False, until=None, who="chief")
    ledger.record(4_00, id="found", case="K1")
    places = deciding.found(ledger, *["found"] * 4)
    deciding.found(ledger, "found", kind="control", criterion=None)
    on = ledger.act().day("Europe/Amsterdam")
    meeting = replace(deciding.MEETING, on=on)
    lines = (deciding.line(places[0], "moratorium", moratorium="m1"), deciding.line(places[1]))
    deciding.accepted(ledger, lines[0], replace(lines[1], norm="art. 4"), meeting=meeting)
    deciding.accepted_by(ledger, "chief", deciding.line(places[2]))
    deciding.authorised(ledger, who=None)
    deciding.reviewed(ledger, places[0], "corrected", "the receipt came in")
    deciding.reviewed(ledger, places[1], None, "see the file")
    _remind(ledger)


def _remind(ledger: Ledger) -> None:
    """Write a reminder, as the act does; no term of this fund asks for one."""
    number = _numbers(ledger.engine, Spending)["found"]
    on = ledger.act().day("Europe/Amsterdam")
    with store.writing(ledger.engine) as session:
        end = trail.lock(session, ledger.fund)
        told = {"reminded_on": on.isoformat(), "reminders": [{"spending": number, "nth": 1}]}
        event = end.append(ledger.act(), "receipts.reminded", told)
        end.write([event])
        row = {"sequence": event["sequence"], "spending": number, "nth": 1, "reminded_on": on}
        store.insert(session, ReceiptReminder, [{"fund_id": end.fund_id, **row}])


def _erase(ledger: Ledger) -> None:
    """Record spendings and a reservation of a case, and erase all that could tell of it."""
    ledger.record(5_00, id="erased", case="K9", payee="somebody", purpose="something")
    ledger.record(6_00, id="erased-too", case="K9", domain="work")
    ledger.reserve(1_00, id="erased-hold", case="K9")
    erasing.erase(ledger, case="K9")
    _approve(ledger)


def _approve(ledger: Ledger) -> None:
    """Write the approval of a destruction, as the act does; nothing was kept for its term yet."""
    act = ledger.act(erasing.OFFICER)
    with store.writing(ledger.engine) as session:
        end = trail.lock(session, ledger.fund)
        event = end.append(act, "retention.approved", {"month": "2025-12"})
        end.write([event])
        row = {"sequence": event["sequence"], "month": "2025-12", "person_id": act.actor}
        store.insert(session, RetentionApproval, [{"fund_id": end.fund_id, **row}])


def _read(ledger: Ledger) -> None:
    """Read of a spending and of a case, and restrict that case for a while."""
    ledger.grant("officer", "privacy-officer", "b")
    privately.read(ledger, "rent", "officer", "correction")
    privately.exported(ledger, "K1")
    privately.restricted(ledger, "K1")
    privately.lifted(ledger, "K1")


def events(engine: Engine) -> list[Any]:
    """Return all events, in order."""
    table = store.table(Event)
    with engine.connect() as connection:
        return [*connection.execute(select(table).order_by(table.c.sequence))]
