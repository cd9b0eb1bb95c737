"""What somebody changed of settlements and of the bank, with the triggers off, is named first.

Of rows under a Merkle root the act that wrote them is named, and of a settlement the cell.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from ledger import commitments
from ledger.tables.base import METADATA
from tests.support import databases, forging, full_ledger, settled_ledger, signed
from tests.support.banking import agreement
from tests.support.catalogues import kinded
from tests.support.settled_ledger import CAP, KINDS
from tests.support.tampering import tampering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.databases import Database
    from tests.support.tampering import Tamperer

    Tamper = Callable[[Tamperer], object]

SECOND: Final = kinded(
    agreement(parties="a 1, b 2, c 1", ladder=CAP, version=2, valid="from 2027-01-01"), KINDS
)


@pytest.fixture(scope="module", params=databases.DIALECTS)
def made(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Quarters settled, statements imported, and a second version signed; kept as it is."""
    server: databases.Sqlite | databases.Postgresql = request.getfixturevalue(
        f"{request.param}_server"
    )
    with server.new() as database:
        ledger = settled_ledger.settled(database.engine)
        signed.version(ledger, SECOND)
        yield database


def changed(table: str, which: dict[str, Any], **values: Any) -> Tamper:
    return lambda them: them.change(table, which, **values)


def of_last(table: str, **values: Any) -> Tamper:
    """Change the last row of a table."""

    def tamper(them: Tamperer) -> None:
        row = them.rows(table)[-1]
        key = [each.name for each in METADATA.tables[table].primary_key]
        them.change(table, {name: getattr(row, name) for name in key}, **values)

    return tamper


def of_first_quarter(table: str, which: dict[str, Any], **values: Any) -> Tamper:
    def tamper(them: Tamperer) -> None:
        proposal = forging.proposal_of(them, "2026-01-01")["sequence"]
        them.change(table, {"proposal": proposal} | which, **values)

    return tamper


def swapped_cells(them: Tamperer) -> None:
    """Let two lines of a settlement bear each other's cents."""
    one, other = (row for row in them.rows("settlement_line") if row.proposal == _last(them))
    for line, cells in ((one, other.cells), (other, one.cells)):
        which = {"proposal": line.proposal, "spending": line.spending}
        them.change("settlement_line", which, cells=cells)


def _last(them: Tamperer) -> int:
    found: int = forging.proposal_of(them, "2026-01-01")["sequence"]
    return found


def swapped_lines(them: Tamperer) -> None:
    """Let two lines of a statement bear each other's amounts."""
    them.swap("bank_line", {"reference": "R1"}, {"reference": "R4"}, "amount_cents")


def swapped_votes(them: Tamperer) -> None:
    """Let two organisations have said what the other said."""
    objecting = next(row for row in them.rows("approval") if row.verdict == "objects")
    agreeing = next(row for row in them.rows("approval") if row.party == "a")
    for row, party in ((objecting, "a"), (agreeing, "b")):
        them.change("approval", {"sequence": row.sequence}, party=party)


OF_Q1: Final = "its lines, weights, adjustments, positions or transfers are not those"
TAMPERED: Final[dict[str, tuple[Tamper, str, str]]] = {
    # The bank.
    "the amount of a line": (
        changed("bank_line", {"reference": "R1"}, amount_cents=-9_00),
        "bank_statement or bank_line ", "its rows are not those that event",
    ),
    "the day of a line": (
        changed("bank_line", {"reference": "R1"}, booked_on=date(2026, 1, 12)),
        "bank_statement or bank_line ", "its rows are not those that event",
    ),
    "an IBAN that is erased": (
        changed("bank_line", {"reference": "R2"}, iban=None),
        "bank_statement or bank_line ", "its rows are not those that event",
    ),
    "whom a line was from": (
        changed("bank_line", {"reference": "R1"}, fingerprint=bytes(32)),
        "bank_statement or bank_line ", "its rows are not those that event",
    ),
    "what a statement opened with": (
        of_last("bank_statement", opening_cents=0),
        "bank_statement or bank_line ", "its rows are not those that event",
    ),
    "a line that is gone": (
        lambda them: them.delete("bank_line", {"reference": "R5"}),
        "bank_line ", "has 4 rows; event",
    ),
    "two lines that changed places": (
        swapped_lines, "bank_statement or bank_line ", "its rows are not those that event",
    ),
    "what a line is": (
        of_last("bank_match", act=2), "bank_match ", "its rows are not those that event",
    ),
    "how it is known": (
        of_last("bank_match", rule="text"), "bank_match ", "its rows are not those that event",
    ),
    "a match that is gone": (
        lambda them: them.delete("bank_match", {"sequence": them.rows("bank_match")[-1].sequence}),
        "bank_match ", "rows; event",
    ),
    "why a line differs": (
        changed("bank_reason", {"reason": "costs of the bank"}, reason="a gift"),
        "bank_reason ", "commits to another reason",
    ),
    "of what it was said": (
        changed("bank_reason", {"account": "NL91ABNA0417164300"}, account="NL63TRIO0212345678"),
        "bank_reason ", "is 'NL63TRIO0212345678'; event",
    ),
    "a reason that is left without its salt": (
        changed("bank_reason", {"reason": "costs of the bank"}, salt=None),
        "bank_reason ", "erase both",
    ),
    # Settlements.
    "a verdict": (
        changed("approval", {"verdict": "objects"}, verdict="agrees"),
        "approval ", "is 'agrees'; event",
    ),
    "two verdicts that changed places": (swapped_votes, "approval ", "is 'a'; event"),
    "an approval that is gone": (
        lambda them: them.delete("approval", {"sequence": them.rows("approval")[-1].sequence}),
        "approval ", "is missing; event",
    ),
    "why somebody objected": (
        changed("approval", {"verdict": "objects"}, reason="nothing"),
        "approval ", "commits to another reason",
    ),
    "a position": (
        of_first_quarter("settlement_position", {"party": "c"}, due_cents=0),
        "proposal ", OF_Q1,
    ),
    "a payment": (
        of_first_quarter("settlement_transfer", {"payer": "c"}, amount_cents=1),
        "proposal ", OF_Q1,
    ),
    "a weight": (
        of_first_quarter("settlement_vector", {"vector": 1}, weights=b"\x01\x01\x01"),
        "proposal ", OF_Q1,
    ),
    "the ladder": (
        of_first_quarter("settlement_adjustment", {"party": "a"}, amount_cents=1),
        "proposal ", OF_Q1,
    ),
    "two lines that bear each other's cents": (swapped_cells, "proposal ", OF_Q1),
    "how far a settlement is": (
        changed("settlement_state", {"state": "paid"}, state="draft"),
        "settlement_state ", "is 'draft'; event",
    ),
    "that it was reconciled": (
        changed("proposal", {"unreconciled": "the bank was late"}, unreconciled=None),
        "proposal ", "commits to another unreconciled",
    ),
    "what booking moved": (
        lambda them: them.change(
            "transfer",
            {"sequence": _booked(them), "line": 1},
            amount_cents=1,
        ),
        "transfer ", "amount_cents: is 1; event",
    ),
    # The agreement.
    "a signature": (
        changed("signature", {"party": "c"}, sha256=bytes(32)), "signature ", "sha256: is",
    ),
    "a signature that is gone": (
        lambda them: them.delete("signature", {"party": "c"}), "signature ", "is missing; event",
    ),
}  # fmt: skip
"""What was changed: how, which row is named, and what is said of it."""


def _booked(them: Tamperer) -> int:
    found: int = next(
        row.sequence for row in them.rows("settlement_state") if row.state == "booked"
    )
    return found


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_is_named_first(made: Database, what: str) -> None:
    tamper, where, told = TAMPERED[what]

    with tampering(made) as them:
        tamper(them)
        first = str(them.verify().first)

    assert first.startswith(where), first
    assert told in first, first


def test_nothing_else_is_wrong_with_it(made: Database) -> None:
    with tampering(made) as them:
        assert [*map(str, them.verify().misfits)] == []


def test_a_verdict_that_was_rewritten_with_the_whole_tail_is_found_against_a_printed_head(
    made: Database,
) -> None:
    """The objection of b was never made, says whoever rewrites all that tells of it."""
    printed = full_ledger.events(made.engine)[-1].hash

    with tampering(made) as them:
        row = next(row for row in them.rows("approval") if row.verdict == "objects")
        which = {"sequence": row.sequence}
        them.change("approval", which, reason="it is fine", salt=bytes(16))
        them.rewrite(row.sequence, tail=True, reason=_committed("it is fine"))
        alone, held_to_it = them.verify(), them.verify(printed)

    assert [*map(str, alone.misfits)] == []
    assert [misfit.where for misfit in held_to_it.misfits] == [f"head {printed.hex()}"]


def _committed(reason: str) -> str:
    return commitments.of_fields(bytes(16), {"reason": reason})
