"""Somebody who rewrites a settlement and everything that commits to it, so that all hashes fit."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from ledger import merkle
from ledger.agreement import canonical, reading
from settlement import packing, proposal_rows

if TYPE_CHECKING:
    from tests.support.tampering import Tamperer


def proposal_of(them: Tamperer, start: str) -> dict[str, Any]:
    """Return the last proposal of the settlement that begins on a day."""
    found = [row for row in them.rows("proposal") if row.period_from.isoformat() == start]
    return dict(found[-1]._mapping)  # noqa: SLF001 - its public name


def move(them: Tamperer, start: str, spending: int, cents: dict[str, int]) -> None:
    """Move cents of a line between parties, and their positions with them."""
    proposal = proposal_of(them, start)
    parties = json.loads(proposal["parties"])
    which = {"proposal": proposal["sequence"], "spending": spending}
    packed = them.row("settlement_line", which)["cells"]
    cells = packing.unpack_cells([packed], parties=len(parties))
    moved = packing.pack_cells(cells + np.array([[cents.get(party, 0) for party in parties]]))
    them.change("settlement_line", which, cells=moved[0])
    for party, more in cents.items():
        of = {"proposal": proposal["sequence"], "party": party}
        there = them.row("settlement_position", of)
        them.change(
            "settlement_position",
            of,
            cost_share_cents=there["cost_share_cents"] + more,
            balance_cents=there["balance_cents"] - more,
            closing_cents=there["closing_cents"] - more,
        )
    sign(them, start)


def sign(them: Tamperer, start: str) -> None:
    """Let the root of a proposal, its event and the whole trail follow from its rows."""
    proposal = proposal_of(them, start)
    number = proposal["sequence"]
    rows = proposal_rows.on_record(
        them.reading(), 1, number, json.loads(proposal["parties"]), json.loads(proposal["keys"])
    )
    root = merkle.root(proposal_rows.leaves(rows))
    them.change("proposal", {"sequence": number}, root=root)
    about = hashlib.sha256(proposal["about"].encode()).hexdigest()
    them.rewrite(number, tail=True, root=root.hex(), about_sha256=about)


def agree(them: Tamperer, old: str, new: str) -> None:
    """Let the first version of the agreement have read otherwise from the beginning."""
    row = them.row("agreement", {"version": 1})
    assert old in row["document"]
    document = row["document"].replace(old, new, 1)
    digest = canonical.sha256(reading.read("agreement", document.encode()))
    them.change("agreement", {"version": 1}, document=document, sha256=bytes.fromhex(digest))
    them.rewrite(
        row["sequence"],
        tail=True,
        sha256=digest,
        file_sha256=hashlib.sha256(document.encode()).hexdigest(),
    )
