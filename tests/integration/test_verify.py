"""Verification finds what anybody changed who could change anything, and names it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest
from sqlalchemy import text

from ledger import store
from ledger.tables.base import METADATA
from ledger.verify import beyond, pages, run
from settlement import verifying
from tests.support import databases, full_ledger, ledgers
from tests.support.tampering import Tamperer, tampering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.databases import Database
    from tests.support.full_ledger import FullLedger

    Tamper = Callable[[Tamperer, dict[str, int]], object]
    Made = tuple[Database, FullLedger]


@pytest.fixture(scope="module", params=databases.DIALECTS)
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    """One ledger on each kind of database; what tests change in it is undone."""
    server: databases.Sqlite | databases.Postgresql = request.getfixturevalue(
        f"{request.param}_server"
    )
    with server.new() as database:
        yield database, full_ledger.full(database.engine)


def test_a_ledger_in_which_everything_happened_verifies(
    made: Made,
) -> None:
    database, full = made

    with store.reading(database.engine) as session:
        report = run.verify(session, full.fund)
        others = [*beyond.misfits(session)]

    assert [*map(str, report.misfits)] == []
    assert others == []
    events = full_ledger.events(database.engine)
    assert (report.events, report.head) == (len(events), events[-1].hash)
    assert report.erased == 3


def test_every_table_whose_rows_bear_an_event_is_held_to_it() -> None:
    bearing = {
        table.name
        for table in METADATA.sorted_tables
        if "sequence" in table.c and table.name not in {"event", "head"}
    }

    shapes = (*pages.SHAPES, *verifying.SHAPES)
    assert {shape.table.name for shape in shapes} == bearing


def changed(table: str, id_: str, **values: Any) -> Tamper:
    """Change a row by the id of the spending or reservation that it belongs to."""
    return lambda them, numbers: them.change(table, {"sequence": numbers[id_]}, **values)


def person(them: Tamperer, handle: str) -> UUID:
    found: UUID = them.row("person", {"handle": handle})["id"]
    return found


def document(old: str, new: str) -> Tamper:
    def tamper(them: Tamperer, _: dict[str, int]) -> None:
        text = them.row("agreement", {"version": 1})["document"]
        assert old in text
        them.change("agreement", {"version": 1}, document=text.replace(old, new, 1))

    return tamper


def renamed(them: Tamperer, _: dict[str, int]) -> None:
    them.change("account", {"code": "advance:b"}, code="advance:bb")


def swapped_handles(them: Tamperer, _: dict[str, int]) -> None:
    worker, clerk = person(them, "worker"), person(them, "clerk")
    them.change("person", {"id": worker}, handle="aside")
    them.change("person", {"id": clerk}, handle="worker")
    them.change("person", {"id": worker}, handle="clerk")


def inserted(table: str, like: dict[str, Any], **values: Any) -> Tamper:
    return lambda them, _: them.insert(table, them.row(table, like) | values)


def finding(spending: str, **values: Any) -> Tamper:
    """Change what the second test found of a spending."""
    return lambda them, numbers: them.change(
        "finding", {"sequence": numbers["tested"], "spending": numbers[spending]}, **values
    )


def receipt(spending: str, **values: Any) -> Tamper:
    return lambda them, numbers: them.change("receipt", {"spending": numbers[spending]}, **values)


ROWS: Final[dict[str, tuple[Tamper, str]]] = {
    # What it failed, and its receipts.
    "the amount of a finding": (
        finding("deposit", amount_cents=39_99),
        "finding {tested}/2, amount",
    ),
    "the kind of a finding": (finding("deposit", kind="error"), "finding {tested}/2, kind"),
    "what a finding says": (finding("deposit", figures="{}"), "finding {tested}/2, figures"),
    "a finding that is gone": (
        lambda them, numbers: them.delete("finding", {"sequence": numbers["tested"], "line": 2}),
        "finding {tested}/2: is missing",
    ),
    "a finding more": (
        lambda them, numbers: them.insert(
            "finding", them.row("finding", {"sequence": numbers["tested"], "line": 2}) | {"line": 9}
        ),
        "finding {tested}/9: event {tested} wrote no such row",
    ),
    "how a finding ended": (
        lambda them, numbers: them.change(
            "finding_end", {"finding": numbers["tested"], "finding_line": 2}, how="corrected"
        ),
        "finding_end {tested}/2, how",
    ),
    "the amount of a receipt": (
        receipt("deposit", amount_cents=40_00),
        "receipt {brought}, amount",
    ),
    "where a receipt is kept": (receipt("deposit", reference="r-9"), "receipt {brought}: event"),
    "the fingerprint of a receipt": (
        receipt("deposit", fingerprint=bytes(32)),
        "receipt {brought}, fingerprint",
    ),
    "a receipt that came with a spending": (
        lambda them, numbers: them.delete("receipt", {"sequence": numbers["rent"]}),
        "receipt {rent}: is missing",
    ),
    "the sum of a year": (
        lambda them, _: them.change("spent_in_year", {"whose": "c"}, amount_cents=1),
        "spent_in_year 2026/c, amount_cents",
    ),
    # What was spent.
    "an amount": (changed("spending", "rent", amount_cents=12_51), "spending {rent}, amount_cents"),
    "the day of spending": (
        changed("spending", "rent", spent_on=date(2026, 2, 9)),
        "spending {rent}, spent_on",
    ),
    "the day of recording": (
        changed("spending", "rent", recorded_on=date(2026, 2, 9)),
        "spending {rent}, recorded_on",
    ),
    "the booking day": (
        changed("spending", "rent", booked_on=date(2026, 4, 1)),
        "spending {rent}, booked_on",
    ),
    "a category": (changed("spending", "rent", category="food"), "spending {rent}, category"),
    "an organisation": (changed("spending", "rent", organisation="c"), "spending {rent}, organi"),
    "a home": (changed("spending", "rent", home="c"), "spending {rent}, home"),
    "who advanced it": (changed("spending", "rent", advanced_by="a"), "spending {rent}, advanced"),
    "the VAT": (changed("spending", "rent", vat_cents=1), "spending {rent}, vat_cents"),
    "the use of the VAT": (changed("spending", "rent", vat_use="none"), "spending {rent}, vat_use"),
    "an id": (changed("spending", "rent", id="tner"), "spending {rent}, id"),
    "the digest of an order": (
        changed("spending", "rent", content=bytes(32)),
        "spending {rent}, content",
    ),
    "the person who spent": (
        lambda them, numbers: them.change(
            "spending", {"sequence": numbers["rent"]}, person_id=person(them, "clerk")
        ),
        "spending {rent}, person_id",
    ),
    "a link to another spending": (
        lambda them, numbers: them.change(
            "spending", {"sequence": numbers["reversal"]}, reverses=numbers["other"]
        ),
        "spending {reversal}, reverses",
    ),
    "the kind of a link": (
        lambda them, numbers: them.change(
            "spending", {"sequence": numbers["corrected"]}, replaces=None
        ),
        "spending {corrected}, replaces",
    ),
    # What the trail only commits to.
    "a purpose": (changed("particulars", "rent", purpose="a car"), "particulars {rent}"),
    "a payee": (changed("particulars", "rent", payee="landlord"), "particulars {rent}"),
    "an effect": (changed("particulars", "rent", effect=None), "particulars {rent}"),
    "the rule departed from": (
        changed("particulars", "rent", departs_from="rule 8"),
        "particulars {rent}",
    ),
    "a domain": (changed("particulars", "rent", domain="work"), "particulars {rent}"),
    "a receipt": (changed("particulars", "free", receipt="new.jpg"), "particulars {free}"),
    "a reason": (changed("particulars", "refund", reason="all of it"), "particulars {refund}"),
    "a salt": (changed("particulars", "rent", salt=bytes(16)), "particulars {rent}"),
    "a salt that is erased alone": (
        changed("particulars", "rent", salt=None),
        "particulars {rent}",
    ),
    "particulars put back where they were erased": (
        changed("particulars", "erased", payee="another"),
        "particulars {erased}",
    ),
    # Cases.
    "the pseudonym of a case": (
        changed("case_file", "rent", reference="K1-other"),
        "case_file {rent}, reference_hash: is not that of the pseudonym",
    ),
    "a pseudonym that is erased alone": (
        changed("case_file", "rent", reference=None, reference_hash=None),
        "particulars {rent}: nothing proves it any more",
    ),
    "who holds a case": (changed("case_file", "rent", holder="c"), "case_file {rent}, holder"),
    "where a case lives": (changed("case_file", "rent", home=None), "case_file {rent}, home"),
    "the case of a spending": (
        lambda them, numbers: them.change(
            "spending", {"sequence": numbers["own"]}, case_number=numbers["deposit"]
        ),
        "spending {own}, case_number",
    ),
    "a spending taken out of its case": (
        changed("spending", "own", case_number=None),
        "particulars {own}",
    ),
    "the case of a reservation": (
        lambda them, numbers: them.change(
            "reservation", {"sequence": numbers["hold2"]}, case_number=numbers["deposit"]
        ),
        "reservation {hold2}",
    ),
    # The journal.
    "the amount of a transfer": (
        changed("transfer", "rent", amount_cents=12_51),
        "transfer {rent}/1, amount_cents",
    ),
    "the account of a transfer": (
        changed("transfer", "other", credit="advance:a"),
        "transfer {other}/1, credit",
    ),
    "a transfer turned round": (
        changed("transfer", "other", debit="advance:b", credit="bridged"),
        "transfer {other}/1, debit",
    ),
    "the day of a transfer": (
        changed("transfer", "rent", booked_on=date(2026, 4, 1)),
        "transfer {rent}/1, booked_on",
    ),
    "the key of a transfer": (changed("transfer", "rent", key="heads"), "transfer {rent}/1, key"),
    "an account": (renamed, "account advance:b"),
    "a transfer that no act made": (
        inserted("transfer", {"sequence": 6}, line=2),
        "transfer 6/2",
    ),
    "a transfer of an act that moves nothing": (
        inserted("transfer", {"sequence": 6}, sequence=2),
        "transfer 2/1",
    ),
    # The agreement.
    "a key's share": (document("inhabitants = 2", "inhabitants = 3"), "agreement 1, document"),
    "a blank in the agreement": (document("\n", "\n\n"), "agreement 1, document"),
    "the digest of the agreement": (
        lambda them, _: them.change("agreement", {"version": 2}, sha256=bytes(32)),
        "agreement 2, sha256",
    ),
    "the first day of a version": (
        lambda them, _: them.change("agreement", {"version": 2}, valid_from=date(2026, 8, 1)),
        "agreement 2, valid_from",
    ),
    "the last day of a version": (
        lambda them, _: them.change("agreement", {"version": 2}, valid_until=date(2027, 1, 1)),
        "agreement 2, valid_until",
    ),
    "a version passed off as signed": (
        lambda them, _: them.change("agreement", {"version": 2}, filed_signed=True),
        "agreement 2, filed_signed",
    ),
    "who signed": (
        lambda them, _: them.change("signature", {"party": "a"}, person_id=person(them, "clerk")),
        "signature 2/a, person_id",
    ),
    "who entered a paper too": (
        lambda them, _: them.change("signature", {"party": "b"}, second_id=person(them, "worker")),
        "signature 2/b, second_id",
    ),
    "what was signed": (
        lambda them, _: them.change("signature", {"party": "a"}, sha256=bytes(32)),
        "signature 2/a, sha256",
    ),
    "how it was signed": (
        lambda them, _: them.change("signature", {"party": "b"}, how="page"),
        "signature 2/b, how",
    ),
    "a signature passed off as another's": (
        lambda them, _: them.change("signature", {"party": "b"}, party="c"),
        "signature 2/b",
    ),
    "a party that no version names": (
        lambda them, _: them.insert("party", {"fund_id": 1, "code": "e"}),
        "party e",
    ),
    "a fund's time zone": (
        lambda them, _: them.change("fund", {}, timezone="UTC"),
        "fund, timezone",
    ),
    # People.
    "a handle": (
        lambda them, _: them.change("person", {"handle": "worker"}, handle="hacker"),
        "person ",
    ),
    "the handle of whoever opened the fund": (
        lambda them, _: them.change("person", {"handle": "administrator"}, handle="root"),
        "person ",
    ),
    "two handles": (swapped_handles, "person "),
    "a role": (
        lambda them, _: them.change("role", {"role": "finance"}, role="administrator"),
        "role 4, role",
    ),
    "a mandate": (
        lambda them, _: them.change("role", {"sequence": 3}, mandate="director"),
        "role 3, mandate",
    ),
    "until when a role lasts": (
        lambda them, _: them.change("role", {"sequence": 3}, valid_until=None),
        "role 3, valid_until",
    ),
    "a role that nobody granted": (
        inserted("role", {"role": "finance"}, sequence=2, role="administrator"),
        "role 2",
    ),
    # Contributions and reservations.
    "a contribution's amount": (
        lambda them, _: them.change("contribution", {"id": "paid-in"}, amount_cents=600_00),
        "contribution 6, amount_cents",
    ),
    "a contribution's party": (
        lambda them, _: them.change("contribution", {"id": "paid-in"}, party="b"),
        "contribution 6, party",
    ),
    "a reservation's amount": (
        changed("reservation", "open", amount_cents=1),
        "reservation {open}, amount_cents",
    ),
    "a reservation's last day": (
        changed("reservation", "open", until=date(2026, 12, 31)),
        "reservation {open}, until",
    ),
    "a reservation's salt": (changed("reservation", "open", salt=bytes(32)), "reservation {open}"),
    "how a reservation ended": (
        lambda them, numbers: them.change(
            "reservation_end", {"reservation": numbers["hold2"]}, how="expired"
        ),
        "reservation_end {hold2}, how",
    ),
    "which reservation ended": (
        lambda them, numbers: them.change(
            "reservation_end", {"reservation": numbers["hold2"]}, reservation=numbers["open"]
        ),
        "reservation_end {hold2}",
    ),
    "an end that no act made": (
        lambda them, numbers: them.insert(
            "reservation_end",
            {"fund_id": 1, "reservation": numbers["open"], "sequence": 2, "how": "released"},
        ),
        "reservation_end {open}",
    ),
    # Rows that changed places, and rows without an act.
    "two spendings that changed places": (
        lambda them, numbers: them.swap(
            "spending",
            {"sequence": numbers["rent"]},
            {"sequence": numbers["other"]},
            "sequence",
        ),
        "spending {rent}, id",
    ),
    "two amounts that changed places": (
        lambda them, numbers: them.swap(
            "spending",
            {"sequence": numbers["own"]},
            {"sequence": numbers["other"]},
            "amount_cents",
        ),
        "spending {own}, amount_cents",
    ),
    "a spending that no act recorded": (
        inserted("spending", {"id": "free"}, sequence=2, id="more", amount_cents=1),
        "spending 2",
    ),
}
"""What was changed in a row: how, and what verification names first."""


def forged(them: Tamperer, numbers: dict[str, int]) -> None:
    """Let rows and event agree on another amount, and give the event the hash of that."""
    number = numbers["rent"]
    them.change("spending", {"sequence": number}, amount_cents=99_00)
    them.change("transfer", {"sequence": number}, amount_cents=99_00)
    them.rewrite(number, amount=99_00)


def cut_off(them: Tamperer, numbers: dict[str, int]) -> None:
    """Take the last event away with everything that it wrote."""
    for table in ("transfer", "particulars", "spending", "event"):
        them.delete(table, {"sequence": numbers["last"]})


def body(number: int, text: str) -> Tamper:
    """Put anything into an event's body, and let the whole trail follow from it."""

    def tamper(them: Tamperer, _: dict[str, int]) -> None:
        them.change("event", {"sequence": number}, body=text)
        them.rehash(number, tail=True)

    return tamper


def misread(them: Tamperer, _: dict[str, int]) -> None:
    """Let row and event say that the second version reads otherwise than its file."""
    event = them.row("agreement", {"version": 2})["sequence"]
    them.change("agreement", {"version": 2}, sha256=bytes(32))
    them.rewrite(event, tail=True, sha256=bytes(32).hex())


def unknown_act(them: Tamperer, numbers: dict[str, int]) -> None:
    them.change("event", {"sequence": numbers["rent"]}, kind="x")
    them.rehash(numbers["rent"], tail=True)


def garbage(**values: Any) -> Tamper:
    """Let the event of a spending say what no act says, and the whole trail follow from it."""
    return lambda them, numbers: them.rewrite(numbers["rent"], tail=True, **values)


TRAIL: Final[dict[str, tuple[Tamper, str]]] = {
    "what an event says": (
        lambda them, numbers: them.rewrite(numbers["rent"], keep_hash=True, amount=1),
        "event {rent}: its hash",
    ),
    "what an event says, and its hash": (
        lambda them, numbers: them.rewrite(numbers["rent"], amount=1),
        "spending {rent}, amount_cents",
    ),
    "rows and event alike, and its hash": (forged, "event {own}: its hash"),
    "the instant of an event": (
        lambda them, numbers: them.change(
            "event", {"sequence": numbers["rent"]}, at=datetime(2026, 2, 1, tzinfo=UTC)
        ),
        "event {rent}: its hash",
    ),
    "who acted": (
        lambda them, numbers: them.change(
            "event", {"sequence": numbers["rent"]}, actor_id=person(them, "clerk")
        ),
        "event {rent}: its hash",
    ),
    "the kind of an act": (changed("event", "rent", kind="fund.created"), "event {rent}: its hash"),
    "an act that there is not": (unknown_act, "event {rent}, kind: 'x' is no act"),
    "a hash": (changed("event", "rent", hash=bytes(32)), "event {rent}: its hash"),
    "two events that changed places": (
        lambda them, numbers: them.swap(
            "event", {"sequence": numbers["rent"]}, {"sequence": numbers["own"]}, "sequence"
        ),
        "event {rent}: its hash",
    ),
    "an event before the first": (
        inserted("event", {"sequence": 1}, sequence=0),
        "event 0: events are numbered from 1",
    ),
    "an event after the last": (
        inserted("event", {"sequence": 1}, sequence=1000),
        "events 62 to 999: missing",
    ),
    "the last event, cut off": (cut_off, "head, sequence"),
    "the head itself": (lambda them, _: them.delete("head", {}), "head: is missing"),
    "a head that was moved back": (
        lambda them, numbers: them.change(
            "head",
            {},
            sequence=numbers["last"] - 1,
            hash=them.row("event", {"sequence": numbers["last"] - 1})["hash"],
        ),
        "head, sequence",
    ),
    "the hash of the head": (lambda them, _: them.change("head", {}, hash=bytes(32)), "head, hash"),
    "what the pool holds": (
        lambda them, _: them.change("head", {}, pool_cents=1),
        "head, pool_cents",
    ),
    "what is reserved": (
        lambda them, _: them.change("head", {}, reserved_cents=0),
        "head, reserved_cents",
    ),
    "until when periods are closed": (
        lambda them, _: them.change("head", {}, closed_until=date(2026, 4, 1)),
        "head, closed_until",
    ),
    "from when a period is open again": (
        lambda them, _: them.change("head", {}, adjusting_from=date(2026, 1, 1)),
        "head, adjusting_from",
    ),
    # Bodies that no act of ours writes; the whole trail follows from them.
    "a body with blanks": (body(3, '{"a": 1}'), "event 3: its body is no canonical JSON"),
    "a body that is no object": (body(3, "[]"), "event 3: its body is no canonical JSON"),
    "a body that is no JSON": (body(3, "role"), "event 3: its body is no canonical JSON"),
    "a body that is endless": (body(3, "[" * 9_999), "event 3: its body is no canonical JSON"),
    "a body with no number": (body(3, '{"a":NaN}'), "event 3: its body is no canonical JSON"),
    "a handle that nobody told": (
        lambda them, _: them.rewrite(3, tail=True, handle=None),
        "event 3: names nobody and no handle",
    ),
    "a version that reads otherwise": (misread, "agreement 2, document: does not read"),
    "an amount that is a text": (garbage(amount="1250"), "spending {rent}, amount_cents"),
    "an amount that is a list": (garbage(amount=[1]), "spending {rent}, amount_cents"),
    "a person that is a number": (garbage(person=7), "spending {rent}, person_id"),
    "an organisation that is nothing": (garbage(organisation=None), "spending {rent}, organis"),
}
"""What was changed in the trail itself, or on its head."""


@pytest.mark.parametrize("what", [*ROWS, *TRAIL])
def test_what_was_changed_is_named(made: Made, what: str) -> None:
    database, full = made
    tamper, where = (ROWS | TRAIL)[what]

    with tampering(database) as them:
        tamper(them, full.numbers)
        first = them.verify().first

    assert first is not None
    assert str(first).startswith(where.format(**full.numbers)), str(first)


def rewritten(them: Tamperer, numbers: dict[str, int]) -> None:
    """Change an amount everywhere, and all that follows from it."""
    number, more = numbers["rent"], 50_00
    for table in ("spending", "transfer"):
        old = them.row(table, {"sequence": number})["amount_cents"]
        them.change(table, {"sequence": number}, amount_cents=old + more)
    them.rewrite(number, tail=True, amount=old + more)
    them.change("head", {}, pool_cents=them.row("head", {})["pool_cents"] - more)
    them.add_to_sums(number, more)


def shortened(them: Tamperer, numbers: dict[str, int]) -> None:
    """Take the last act away, and let the head forget it."""
    them.add_to_sums(numbers["last"], -3_00)
    cut_off(them, numbers)
    event = them.row("event", {"sequence": numbers["last"] - 1})
    pool_cents = them.row("head", {})["pool_cents"] + 3_00
    them.change("head", {}, sequence=event["sequence"], hash=event["hash"], pool_cents=pool_cents)


@pytest.mark.parametrize("tamper", [rewritten, shortened])
def test_a_tail_that_was_rewritten_as_a_whole_is_found_against_a_printed_head(
    made: Made, tamper: Tamper
) -> None:
    database, full = made
    printed = full_ledger.events(database.engine)[-1].hash

    with tampering(database) as them:
        tamper(them, full.numbers)
        alone, held_to_it = them.verify(), them.verify(printed)

    assert alone.misfits == ()
    assert [misfit.where for misfit in held_to_it.misfits] == [f"head {printed.hex()}"]
    assert "stands nowhere in the trail" in str(held_to_it.first)


def test_a_head_that_was_printed_earlier_is_found_again(made: Made) -> None:
    database, full = made
    event = full_ledger.events(database.engine)[full.numbers["rent"] - 1]

    with tampering(database) as them:
        report = them.verify(event.hash)

    assert (report.misfits, report.printed_at) == ((), full.numbers["rent"])


def test_what_belongs_to_no_fund_is_named_too(made: Made) -> None:
    database, _ = made

    with tampering(database) as them, them.reading() as session:
        them.insert("person", {"id": UUID(int=1), "handle": "stranger"})
        them.insert("party", {"fund_id": 2, "code": "a"})
        found = [*map(str, beyond.misfits(session))]

    assert found == [
        "party: has rows of fund 2, which is not there",
        f"person {UUID(int=1)}: has no part in any fund",
    ]


def test_many_misfits_are_counted_and_the_first_are_told(made: Made) -> None:
    database, full = made

    with tampering(database) as them:
        for number in range(200):
            them.insert(
                "contribution",
                {
                    "fund_id": 1, "sequence": 1_200 - number, "id": f"x{number}", "party": "a",
                    "received_on": date(2026, 1, 1), "amount_cents": 1,
                },
            )  # fmt: skip
        them.change("spending", {"sequence": full.numbers["rent"]}, amount_cents=12_51)
        report = them.verify()

    assert (len(report.misfits), report.misfits_left) == (100, 101)
    assert report.misfits[0].where == f"spending {full.numbers['rent']}, amount_cents"
    assert report.misfits[1].where == "contribution 1001"


def test_a_cell_that_cannot_be_read_is_no_crash(
    sqlite_server: databases.Sqlite,
) -> None:
    with sqlite_server.new() as database:
        full_ledger.full(database.engine)
        with tampering(database) as them:
            them.change("particulars", {"payee": "baker"}, payee=text("CAST(x'ff' AS TEXT)"))
            first = them.verify().first

    assert str(first).startswith("database: cannot be read after event 0: Could not decode")


def test_a_long_trail_is_read_as_it_stood_while_others_go_on(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record_all([ledger.order(1, case=f"K{number % 7}") for number in range(2_500)])
    told: list[tuple[int, int]] = []

    def passed(done: int, events: int) -> None:
        told.append((done, events))
        ledger.record(1_00, payee="meanwhile")

    with store.reading(database.engine) as session:
        report = run.verify(session, ledger.fund, passed=passed)

    assert (report.misfits, report.events) == ((), 2_502)
    assert told == [(2_000, 2_502)]
    with store.reading(database.engine) as session:
        assert run.verify(session, ledger.fund).events == 2_503
