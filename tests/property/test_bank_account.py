"""Laws of the bank on record: however statements come, the same is on record in the end.

In any order, any pieces and any repetition the same lines are kept, the same contributions
are received, and lines are the same acts. What is compared with the journal by sums a day
comes out as if every line were compared.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ledger import accounts, correcting, store
from ledger.bank import reconciliation as comparing
from ledger.bank.matching import Match, Rule
from ledger.bank.reconciliation import Books, Movement
from ledger.bank_account import on_record, payments
from ledger.bank_account.rows import Place
from ledger.funds import known
from ledger.money import as_text
from ledger.tables import BankLine, BankMatch, Contribution, Spending, Transfer
from tests.support import banking, ledgers, soundness
from tests.support.banking import IBANS, SHOP, load, row, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from tests.support.databases import Postgresql, Sqlite
    from tests.support.ledgers import Ledger

FIRST = date(2026, 2, 1)
DAYS = 6
AMOUNTS = (1000, 1000, 2000)


@dataclass(frozen=True)
class Booked:
    """What the bank booked once."""

    on: int
    cents: int
    who: str  # whose account is opposite
    text: str


@dataclass(frozen=True)
class Done:
    """What is in the ledger before any statement."""

    kind: str  # spending, reversed, recorded again, refund, contribution
    on: int
    cents: int
    party: str


booked = st.lists(
    st.builds(
        Booked,
        on=st.integers(0, DAYS - 1),
        cents=st.sampled_from([*AMOUNTS, *(-each for each in AMOUNTS)]),
        who=st.sampled_from(["b", "c", "shop"]),
        text=st.sampled_from(["", "fund-2026-01-c", "fund 2026 01 b", "huur"]),
    ),
    min_size=2,
    max_size=8,
)
done = st.lists(
    st.builds(
        Done,
        kind=st.sampled_from(
            ["spending", "spending", "reversed", "again", "refund", "contribution"]
        ),
        on=st.integers(0, DAYS - 1),
        cents=st.sampled_from(AMOUNTS),
        party=st.sampled_from(["a", "b", "c"]),
    ),
    min_size=1,
    max_size=5,
)
spans = st.lists(
    st.tuples(st.integers(0, DAYS - 1), st.integers(1, DAYS)).map(
        lambda each: (each[0], min(DAYS, each[0] + each[1]))
    ),
    min_size=1,
    max_size=4,
)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def prepared(engine: Any, acts: Sequence[Done]) -> Ledger:
    """A fund of which a month is settled: ``b`` is to get 20.00, ``c`` is to pay 10.00."""
    ledger = banking.opened(engine).at("2026-01-20")
    ledger.record(30_00, id="s0", advanced_by="b")
    ledger.at("2026-02-01").settle("2026-01-01 2026-02-01")
    ledger.at("2026-02-20")
    for number, each in enumerate(acts):
        on, id_ = day(each.on), f"x{number}"
        if each.kind == "contribution":
            ledger.receive(each.cents, id=id_, party=each.party, received_on=on)
            continue
        ledger.record(each.cents, id=id_, spent_on=on)
        if each.kind == "reversed":
            ledger.reverse(id_, f"{id_}-back")
        elif each.kind == "again":
            corrected(ledger, id_)
        elif each.kind == "refund":
            ledger.record(-each.cents, id=f"{id_}-half", refunds=id_, spent_on=day(each.on))
    return ledger


def corrected(ledger: Ledger, spending: str) -> None:
    """Record a spending again for the same amount."""
    with store.writing(ledger.engine) as session:
        correcting.correct(
            session,
            ledger.fund,
            spending,
            changed={"category": "food"},
            new_ids=(f"{spending}-back", f"{spending}-again"),
            reason="wrong",
            act=ledger.act(),
        )


def sent(lines: Sequence[Booked], start: int, until: int) -> str:
    """Return a statement of some days as the bank would send it."""
    opening = sum(each.cents for each in lines if each.on < start)
    inside = [(at, each) for at, each in enumerate(lines) if start <= each.on < until]
    return sheet(
        *(one_row(at, each) for at, each in inside),
        days=f"{day(start):%m-%d} {day(until - 1):%m-%d}",
        opening=as_text(opening),
        name=f"{start}-{until}",
    )


def one_row(at: int, each: Booked) -> banking.Row:
    opposite = IBANS.get(each.who, SHOP)
    role = {"payer" if each.cents > 0 else "payee": opposite}
    return row(f"{day(each.on):%m-%d} {as_text(each.cents)}", f"R{at}", text=each.text, **role)


def on_books(ledger: Ledger) -> dict[str, Any]:
    """Return what must be the same, without the numbers of acts."""
    numbers = {"fund_id", "sequence", "line"}
    with ledger.engine.connect() as connection:
        kept = {
            model.__name__: sorted(
                repr([value for name, value in each._asdict().items() if name not in numbers])
                for each in connection.execute(select(store.table(model)))
            )
            for model in (BankLine, Contribution)
        }
    return kept | {"matched": sorted(banking.matched(ledger).items()), "journal": ledger.balances()}


def check_any_order(
    server: Sqlite | Postgresql,
    lines: list[Booked],
    acts: list[Done],
    pieces: list[tuple[int, int]],
    random: Random,
) -> None:
    shuffled = [*pieces, *pieces, (0, DAYS)]
    random.shuffle(shuffled)
    with server.new() as one, server.new() as other:
        whole, parts = prepared(one.engine, acts), prepared(other.engine, acts)
        load(whole, sent(lines, 0, DAYS), valid=False)
        for start, until in shuffled:
            load(parts, sent(lines, start, until), valid=False)
            check_comparison(parts)

        assert on_books(parts) == on_books(whole)
        before = ledgers.rows(other.engine)
        load(parts, *(sent(lines, *each) for each in shuffled), valid=False)
        assert ledgers.rows(other.engine) == before
        soundness.assert_sound(other.engine)


def check_comparison(ledger: Ledger) -> None:
    """Compare what sums by day say with what every line and movement says."""
    books = all_books(ledger)
    for number in range(-3, DAYS + 3):
        on = day(number)
        found = banking.reconciled(ledger, f"{on:%m-%d}")
        every = comparing.reconcile(books, day=on)
        under_way = {each.movement for each in every.under_way}
        cancelled = under_way - {each.movement for each in found.under_way}

        assert {each.movement for each in found.under_way} <= under_way
        assert sum(each.amount_cents for each in cancelled) == 0
        assert all(each.id.startswith("spending") for each in cancelled)
        assert replace(found, under_way=every.under_way) == every


def all_books(ledger: Ledger) -> Books:
    """Return every line and movement there is, one by one."""
    with store.reading(ledger.engine) as session:
        fund = known(session, ledger.fund)
        paid = payments.payments(session, fund)
        extracts = on_record.statements(session, fund.id)
        lines = on_record.lines(session, select(store.table(BankLine)))
        named = dict(names(session)) | {
            (each.proposal, each.party): f"payment {each.reference}" for each in paid
        }
        matches: dict[Place, list[Any]] = defaultdict(list)
        asked = select(store.table(BankMatch)).order_by(store.table(BankMatch).c.sequence)
        for each in session.connection().execute(asked):
            at = Place(each.of_sequence, each.of_line)
            matches[at] = [e for e in matches[at] if e.sequence == each.sequence] + [each]
        moved = [*movements(session, named)]
    return Books(
        extracts=extracts,
        lines=[*lines.values()],
        movements=moved,
        matches=[
            Match(
                line=lines[at].key,
                items=tuple(named[each.act, each.party] for each in found),
                rule=Rule.EQUAL,
            )
            for at, found in matches.items()
            if found and found[0].act is not None
        ],
        reasons={},
    )


def names(session: Any) -> Iterator[tuple[tuple[int, None], str]]:
    for kind, model in (("spending", Spending), ("contribution", Contribution)):
        for each in session.connection().execute(select(store.table(model))):
            yield (each.sequence, None), f"{kind} {each.id}"


def movements(session: Any, named: dict[Any, str]) -> Iterator[Movement]:
    for each in session.connection().execute(select(store.table(Transfer))):
        if accounts.BANK in {each.debit, each.credit}:
            sign = 1 if each.debit == accounts.BANK else -1
            yield Movement(
                id=named[each.sequence, None],
                on=each.booked_on,
                amount_cents=sign * each.amount_cents,
            )


@settings(max_examples=settings().max_examples)
@given(lines=booked, acts=done, pieces=spans, random=st.randoms(use_true_random=False))
def test_statements_in_any_order_and_pieces_leave_the_same_on_record(
    sqlite_server: Sqlite,
    lines: list[Booked],
    acts: list[Done],
    pieces: list[tuple[int, int]],
    random: Random,
) -> None:
    check_any_order(sqlite_server, lines, acts, pieces, random)


@settings(max_examples=max(settings().max_examples // 15, 1))
@given(lines=booked, acts=done, pieces=spans, random=st.randoms(use_true_random=False))
def test_on_postgresql_too(
    postgresql_server: Postgresql,
    lines: list[Booked],
    acts: list[Done],
    pieces: list[tuple[int, int]],
    random: Random,
) -> None:
    check_any_order(postgresql_server, lines, acts, pieces, random)
