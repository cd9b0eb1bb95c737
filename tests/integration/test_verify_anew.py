"""Verification settles anew: what was proposed must follow from its facts, whatever the hashes say.

Whoever changes anything here makes roots, events and the whole trail follow from it, so
that without a head that was given out only the figures themselves can tell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import select, update

from ledger import correcting, store
from ledger.savings import amounts
from ledger.tables import Particulars, Spending
from ledger.verify import run
from settlement import verifying
from tests.support import databases, forging, funds, ledgers, signed
from tests.support.tampering import tampering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledger.verify.run import Report
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger
    from tests.support.tampering import Tamperer

    Forge = Callable[[Tamperer], None]
    Made = tuple[Database, Ledger]

Q1, Q2, Q3 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01", "2026-07-01 2026-10-01"
SECOND = "2026-04-01"
BLIND: Final = replace(verifying.MORE, at_the_end=(verifying.at_the_end,))
"""What is known of settlements without settling anew: that rows, roots and hashes fit."""
KEYS: Final = """
[[key]]
code = "saved"
kind = "savings"
level = "case"
fallback = "heads"
[[key]]
code = "heads"
kind = "measure"
measure = "inhabitants"
"""
CAP: Final = (
    '[[ladder]]\nkind = "cap"\nparty = "b"\namount = "1.00"\nper = "settlement"\nover = "heads"\n'
)


@pytest.fixture(scope="module", params=databases.DIALECTS)
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    """A booked quarter and a proposed one, with savings, a cap, and a line set apart."""
    server: databases.Sqlite | databases.Postgresql = request.getfixturevalue(
        f"{request.param}_server"
    )
    with server.new() as database:
        ledger = opened(database)
        ledger.settle(Q1, set_apart=["disputed"])
        ledger.at("2026-05-10").record(12_00, id="s4", case="K1")
        correct(ledger, "s1", "s5")
        ledger.record(-1_00, id="back", case="K1", refunds="s2", advanced_by="b")
        ledger.at("2026-07-01").propose(Q2, set_apart=["s4"])
        yield database, ledger


def opened(database: Database) -> Ledger:
    ledger = ledgers.opened(database.engine, funds.agreement(KEYS, ladder=CAP)).at("2026-01-10")
    ledger.finance()
    ledger.record(10_00, id="s1", case="K1")
    ledger.record(20_00, id="s2", case="K1", advanced_by="b")
    ledger.record(10_01, id="s3", case="K2")
    ledger.record(3_00, id="disputed")
    saved = [amounts.Amount("s1", "a", 5_00), amounts.Amount("s2", "b", 7_00)]
    with store.writing(database.engine) as session:
        amounts.record(session, ledger.fund, saved, act=ledger.act())
    return ledger.at("2026-04-01")


def correct(ledger: Ledger, spending: str, new: str) -> None:
    with store.writing(ledger.engine) as session:
        correcting.correct(
            session, ledger.fund, spending,
            changed={"amount_cents": 8_00, "effect": "none"},  # so that its saving is gone
            new_ids=(f"{new}-back", new), reason="it was 8", act=ledger.act(),
        )  # fmt: skip


def verified(them: Tamperer, more: Any = verifying.MORE) -> Report:
    with them.reading() as session:
        return run.verify(session, "fund", more=more)


def number(them: Tamperer, spending: str) -> int:
    found: int = them.row("spending", {"id": spending})["sequence"]
    return found


def test_what_follows_from_its_facts_verifies(made: Made) -> None:
    database, _ = made

    with tampering(database) as them:
        assert [*map(str, verified(them).misfits)] == []


def test_facts_are_those_of_then_though_much_was_recorded_since(database: Database) -> None:
    later = funds.agreement(
        KEYS, parties="d 3, a 1, b 5", version=2, valid="from 2026-05-15", ladder=CAP
    )
    ledger = opened(database)
    ledger.settle(Q1)
    signed.version(ledger.at("2026-05-10"), later)
    ledger.at("2026-05-20").record(7_00, id="s4", case="K1")
    with store.writing(database.engine) as session:
        saved = [amounts.Amount("s4", "b", 70_00)]
        amounts.record(session, ledger.fund, saved, act=ledger.act())
    ledger.grant("finance-d", "finance", "d")
    ledger.at("2026-07-01").settle(Q2, "a", "b", "d")
    correct(ledger, "s4", "s6")
    ledger.at("2026-10-01").settle(Q3, "a", "b", "d")

    with tampering(database) as them:
        assert [*map(str, verified(them).misfits)] == []


def figure(table: str, column: str, to: object, **which: Any) -> Forge:
    """Let a cell of the second settlement be another."""

    def forge(them: Tamperer) -> None:
        proposal = forging.proposal_of(them, SECOND)["sequence"]
        of = {name: number(them, id_) if name == "spending" else id_ for name, id_ in which.items()}
        them.change(table, {"proposal": proposal} | of, **{column: to})

    return forge


def about(old: str, new: str) -> Forge:
    def forge(them: Tamperer) -> None:
        proposal = forging.proposal_of(them, SECOND)
        assert old in proposal["about"]
        which = {"sequence": proposal["sequence"]}
        them.change("proposal", which, about=proposal["about"].replace(old, new))

    return forge


def less(table: str, **which: Any) -> Forge:
    """Let a row of the second settlement be gone."""

    def forge(them: Tamperer) -> None:
        proposal = forging.proposal_of(them, SECOND)["sequence"]
        them.delete(table, {"proposal": proposal} | which)

    return forge


OF_SECOND: Final = "settlement 2026-04-01/2026-06-30, "
FORGED: Final[dict[str, tuple[Forge, str]]] = {
    "a cent that another bears": (
        lambda them: forging.move(them, SECOND, number(them, "disputed"), {"a": 1, "b": -1}),
        "spending disputed, a: is 1.01; from its facts follows 1.00",
    ),
    "a euro that another bears": (
        lambda them: forging.move(them, SECOND, number(them, "s5"), {"a": 1_00, "b": -1_00}),
        "spending s5, a: is 1.00; from its facts follows 0.00",
    ),
    "cells that nobody can read": (
        figure("settlement_line", "cells", b"\x80", spending="s5"),
        "spending s5, a: is no amount; from its facts follows 0.00",
    ),
    "a line under other weights": (
        figure("settlement_line", "vector", 3, spending="disputed"),
        "spending disputed, vector: is 3; from its facts follows 1",
    ),
    "why a line comes late": (
        figure("settlement_line", "reason", 1, spending="disputed"),
        "spending disputed, reason: is 1; from its facts follows 2",
    ),
    "a line that is left out": (
        lambda them: less("settlement_line", spending=number(them, "back"))(them),
        "spending back: is nothing; from its facts follows a row",
    ),
    "weights": (
        figure("settlement_vector", "weights", b"\x01\x02\x01", vector=1),
        "vector 1, b: is 2; from its facts follows 1",
    ),
    "the ladder": (
        figure("settlement_adjustment", "amount_cents", 81, step=1, party="a"),
        "adjustments 1/a, amount: is 0.81; from its facts follows 0.80",
    ),
    "what was paid in": (
        figure("settlement_position", "contributed_cents", 5_00, party="c"),
        "positions c, contributed: is 5.00; from its facts follows 0.00",
    ),
    "an opening": (
        figure("settlement_position", "opening_cents", -1, party="b"),
        "positions b, opening: is -0.01; from its facts follows 0.00",
    ),
    "a payment": (
        figure("settlement_transfer", "amount_cents", 1_00, payer="b", payee="a"),
        "transfers b/a, amount: is 1.00; from its facts follows 2.00",
    ),
    "a payment that is left out": (
        less("settlement_transfer", payer="b", payee="a"),
        "transfers b/a: is nothing; from its facts follows a row",
    ),
    "what caps could not place": (
        about('"unplaced": "0.00"', '"unplaced": "9.00"'),
        "about, unplaced: is 900; from its facts follows 0",
    ),
    "how far from exact a year is": (
        about('"since_start": "', '"since_start": "9'),
        "about, rounding: is [",
    ),
    "what a correction was of": (
        about('"link": "refunds"', '"link": "replaces"'),
        "about, links: is [",
    ),
}
"""What was forged in a settlement: how, and what verification names."""


@pytest.mark.parametrize("what", FORGED)
def test_a_figure_that_does_not_follow_is_named_though_every_hash_fits(
    made: Made, what: str
) -> None:
    database, _ = made
    forge, named = FORGED[what]

    with tampering(database) as them:
        forge(them)
        forging.sign(them, SECOND)
        blind, seeing = verified(them, BLIND), verified(them)

    assert [*map(str, blind.misfits)] == []
    (found,) = map(str, seeing.misfits)
    assert found.startswith(OF_SECOND + named)


def test_the_cell_is_named_too_where_only_the_row_was_changed(made: Made) -> None:
    database, _ = made

    with tampering(database) as them:
        figure("settlement_transfer", "amount_cents", 1_00, payer="b", payee="a")(them)
        root, cell = map(str, verified(them).misfits)

    assert "its lines, weights, adjustments, positions or transfers are not those" in root
    assert cell == f"{OF_SECOND}transfers b/a, amount: is 1.00; from its facts follows 2.00"


def test_another_share_in_the_agreement_is_found_by_what_it_would_have_cost(made: Made) -> None:
    database, _ = made

    with tampering(database) as them:
        forging.agree(them, "inhabitants = 1", "inhabitants = 2")
        blind, seeing = verified(them, BLIND), verified(them)

    assert [*map(str, blind.misfits)] == []
    assert str(seeing.first) == (
        "settlement 2026-01-01/2026-03-31, spending s3, a: is 3.33; from its facts follows 5.01"
    )


def test_facts_that_were_rewritten_are_not_those_that_were_settled(made: Made) -> None:
    """An amount, and everything that tells of it, but not what was settled of it."""
    database, _ = made

    with tampering(database) as them:
        spent = number(them, "s3")
        for table in ("spending", "transfer"):
            them.change(table, {"sequence": spent}, amount_cents=11_01)
        them.rewrite(spent, tail=True, amount=11_01)
        them.change("head", {}, pool_cents=them.row("head", {})["pool_cents"] - 1_00)
        them.add_to_sums(spent, 1_00)
        blind, seeing = verified(them, BLIND), verified(them)

    assert [*map(str, blind.misfits)] == []
    assert [*map(str, seeing.misfits)][:2] == [
        "settlement 2026-01-01/2026-03-31, facts: are not those on record, up to what it froze",
        "settlement 2026-01-01/2026-03-31, spending s3, a: is 3.33; from its facts follows 3.67",
    ]


def erase(them: Tamperer, *cases: str) -> None:
    """Erase cases and what was said of their spendings, as may be done."""
    spending, particulars = store.table(Spending), store.table(Particulars)
    for reference in cases:
        numbered = them.row("case_file", {"reference": reference})["sequence"]
        them.change("case_file", {"sequence": numbered}, reference=None)
        of_case = select(spending.c.sequence).where(spending.c.case_number == numbered)
        emptied = dict.fromkeys(
            each.name for each in particulars.c if each.name not in {"fund_id", "sequence"}
        )
        them.connection.execute(
            update(particulars).where(particulars.c.sequence.in_(of_case)).values(emptied)
        )


def test_what_was_erased_since_makes_no_settlement_false(made: Made) -> None:
    database, _ = made

    with tampering(database) as them:
        erase(them, "K1", "K2")
        erased = verified(them)
        forging.move(them, SECOND, number(them, "s5"), {"a": 1, "b": -1})
        forged = verified(them)

    assert [*map(str, erased.misfits)] == []
    assert erased.erased > 0
    assert str(forged.first).startswith(f"{OF_SECOND}spending s5, a: is 0.01")


def test_where_a_domain_decided_that_is_gone_nothing_is_said(database: Database) -> None:
    by_domain = '[[assignment]]\ndomain = ["housing"]\nkey = "all-a"\n'
    all_a = '[[key]]\ncode = "all-a"\nkind = "fixed"\nshares = { a = "1" }\n'
    document = funds.agreement(KEYS + all_a, assignment=by_domain)
    ledger = ledgers.opened(database.engine, document).at("2026-01-10")
    ledger.record(10_00, id="s1", case="K1", domain="housing")
    ledger.at("2026-04-01").propose(Q1)

    with tampering(database) as them:
        whole = verified(them)
        erase(them, "K1")
        erased = verified(them)

    assert [*map(str, [*whole.misfits, *erased.misfits])] == []


def test_a_record_that_cannot_be_settled_is_no_crash(made: Made) -> None:
    database, _ = made

    with tampering(database) as them:
        them.change("set_apart", {"spending": number(them, "s4")}, spending=9_999)
        forging.sign(them, SECOND)
        found = [*map(str, verified(them).misfits)]
        them.delete("settlement_state", {"proposal": forging.proposal_of(them, SECOND)["sequence"]})
        gone = [*map(str, verified(them).misfits)]

    assert found[0].startswith(OF_SECOND)
    assert any(each.startswith("settlements: cannot be worked out anew") for each in gone)
