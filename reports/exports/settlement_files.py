"""The files that a settlement is written to: tables as CSV, the rest as JSON.

Source:
    The formats, What ``overbrug settle`` writes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict, deque
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from ledger import beside, columns, money
from ledger.agreement import canonical
from ledger.money import as_text
from reports.exports import csvlines
from settlement.results import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ledger.periods import Period
    from settlement.results import Settlement
    from settlement.whatif import Comparison

MARK: Final = "settlement.json"
POSITIONS: Final = (
    "organisation",
    "exact_cost_share",
    "cost_share",
    "adjustments",
    "contributed",
    "advanced",
    "balance",
    "opening",
    "due",
    "carried_in",
    "transferred",
    "carried_out",
    "closing",
)
_CHUNK: Final = 1 << 17  # lines that are laid out as text at a time, to bound memory
_SINCE_DECIMALS: Final = 12  # what is added up over the years is kept finer than it is shown


def files(
    settlement: Settlement, *, comparison: Sequence[Comparison] | None = None
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield every file of a settlement, by name, as pieces of bytes.

    Args:
        settlement: What was settled.
        comparison: What other keys would have cost, if asked.
    """
    digests: dict[str, str] = {}
    tables: dict[str, Iterable[bytes]] = {
        "lines.csv": _lines(settlement),
        "vectors.csv": _vectors(settlement),
        "allocations.csv": _allocations(settlement),
        "adjustments.csv": [_adjustments(settlement)],
        "positions.csv": [_positions(settlement)],
        "transfers.csv": [_transfers(settlement)],
        "outsiders.csv": [_outsiders(settlement)],
    }
    if comparison is not None:
        tables["comparison.csv"] = [_comparison(comparison)]
    for name, pieces in tables.items():
        yield name, _digested(beside.ahead(iter(pieces)), name, digests)
    yield MARK, [_about(settlement, digests)]


def record(settlement: Settlement) -> bytes:
    """Return the ``settlement.json`` of a settlement, with the digests of its other files."""
    for name, pieces in files(settlement):
        content = b"".join(pieces) if name == MARK else deque(pieces, maxlen=0)
    assert isinstance(content, bytes), "settlement.json comes last"
    return content


def _digested(pieces: Iterable[bytes], name: str, digests: dict[str, str]) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        yield piece
    digests[name] = digest.hexdigest()


def _lines(settlement: Settlement) -> Iterator[bytes]:
    lines = settlement.lines
    yield _table(("spending", "booked_on", "amount", "key", "vector", "late"), [])
    for first in range(0, len(lines), _CHUNK):
        part = slice(first, first + _CHUNK)
        yield csvlines.laid_out(
            [
                pa.array(lines.spending[part], pa.string()),
                columns.days(lines.booked_on[part]),
                columns.amounts(lines.amount_cents[part]),
                csvlines.named(settlement.keys, lines.key[part]),
                pa.array(lines.vector[part] + 1),
                pa.array(lines.late[part]),
            ]
        )


def _vectors(settlement: Settlement) -> Iterator[bytes]:
    yield _table(("vector", "organisation", "numerator", "denominator"), [])
    codes = [party.code for party in settlement.parties]
    for first in range(0, len(settlement.vectors), _CHUNK):
        rows = []
        for number, vector in enumerate(settlement.vectors[first : first + _CHUNK], first + 1):
            whole = sum(vector)
            for code, weight in zip(codes, vector, strict=True):
                if weight:
                    share = Fraction(weight, whole)
                    rows.append((number, code, share.numerator, share.denominator))
        yield _table(None, rows)


def _allocations(settlement: Settlement) -> Iterator[bytes]:
    lines = settlement.lines
    codes = [party.code for party in settlement.parties]
    yield _table(("spending", "organisation", "amount", "key"), [])
    for first in range(0, len(lines), _CHUNK):
        cells = lines.cells_cents[first : first + _CHUNK]
        row, party = np.nonzero(cells)
        ids = pa.array(lines.spending[first : first + _CHUNK], pa.string())
        yield csvlines.laid_out(
            [
                ids.take(pa.array(row)),
                csvlines.named(codes, party),
                columns.amounts(cells[row, party]),
                csvlines.named(settlement.keys, lines.key[first + row]),
            ]
        )


def _adjustments(settlement: Settlement) -> bytes:
    return _table(
        ("step", "organisation", "amount"),
        [(each.step, each.party, as_text(each.amount_cents)) for each in settlement.adjustments],
    )


def _positions(settlement: Settlement) -> bytes:
    return _table(
        POSITIONS,
        [
            (
                each.party,
                money.exact_text(each.exact_cost_share),
                *(as_text(getattr(each, f"{column}_cents")) for column in POSITIONS[2:]),
            )
            for each in settlement.positions
        ],
    )


def _transfers(settlement: Settlement) -> bytes:
    return _table(
        ("from", "to", "amount"),
        [(each.payer, each.payee, as_text(each.amount_cents)) for each in settlement.transfers],
    )


def _outsiders(settlement: Settlement) -> bytes:
    return _table(
        ("party", "saving", "spendings"),
        [(each.party, as_text(each.saving_cents), each.spendings) for each in settlement.outsiders],
    )


def _comparison(comparison: Sequence[Comparison]) -> bytes:
    return _table(
        ("key", "organisation", "cost_share"),
        [
            (each.key, party, as_text(cents))
            for each in comparison
            for party, cents in each.cost_shares_cents.items()
        ],
    )


def _about(settlement: Settlement, digests: dict[str, str]) -> bytes:
    lines = settlement.lines
    about = {
        "schema": 1,
        "fund": settlement.agreement.fund.code,
        "currency": settlement.agreement.fund.currency,
        "agreements": [
            {
                "version": version.agreement.version,
                "valid_from": version.agreement.valid_from.isoformat(),
                "sha256": canonical.sha256(version),
                "sha256_without_end": canonical.sha256_without_end(version),
            }
            for version in settlement.agreements
        ],
        "facts_sha256": settlement.facts_sha256,
        "account_holder": settlement.agreement.agreement.account_holder,
        "period": days(settlement.period),
        "has_period": settlement.has_period,
        "previous": [
            {**days(before.period), "sha256": before.sha256} for before in settlement.previous
        ],
        "number": settlement.number,
        "dated": settlement.dated.isoformat(),
        "final": settlement.final,
        "totals": _totals(settlement),
        "rows_outside": {"before": settlement.rows_before, "after": settlement.rows_after},
        "keys": [
            {
                "key": code,
                "spendings": int((lines.key == at).sum()),
                "amount": as_text(sum(lines.amount_cents[lines.key == at].tolist())),
            }
            for at, code in enumerate(settlement.keys)
        ],
        "rounding": [
            {
                "organisation": each.party,
                "at_end": decimals(each.at_end),
                "on_the_way": decimals(each.on_the_way),
                "net": decimals(each.net),
                "since_start": money.scaled(
                    round(each.since_start * 10**_SINCE_DECIMALS), _SINCE_DECIMALS
                ),
            }
            for each in settlement.deviations
        ],
        "handover": settlement.handover
        and {
            "from": settlement.handover.old,
            "to": settlement.handover.new,
            "amount": as_text(settlement.handover.amount_cents),
        },
        "reversals_of_earlier": settlement.reversals_of_earlier,
        "unplaced": as_text(settlement.unplaced_cents),
        "untaken": as_text(settlement.untaken_cents),
        "ladder": _ladder(settlement),
        "links": [
            {"spending": spending, "link": kind, "to": to}
            for spending, kind, to in settlement.links
        ],
        **_disputed(settlement),
        **head(settlement),
        "notes": [{"note": note.code, **note.about} for note in settlement.notes],
        "sha256": dict(sorted(digests.items())),
    }
    return (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()


def days(period: Period) -> dict[str, str]:
    """Return a period as JSON files have it: ``until`` excludes."""
    return {"from": period.start.isoformat(), "until": period.until.isoformat()}


def _totals(settlement: Settlement) -> dict[str, Any]:
    sums: dict[str, int] = defaultdict(int)
    for position in settlement.positions:
        for column in POSITIONS[2:]:
            sums[column] += getattr(position, f"{column}_cents")
    return {
        "lines": len(settlement.lines),
        "late": int(settlement.lines.late.sum()),
        "amount": as_text(sum(settlement.lines.amount_cents.tolist())),
        "spent_by_pool": as_text(settlement.pool_spent_cents),
        **{column: as_text(cents) for column, cents in sums.items()},
    }


def head(settlement: Settlement) -> dict[str, Any]:
    """Return where the fund's trail ended, as JSON files have it, if there is one."""
    if settlement.head is None:
        return {}
    return {"head": {"sequence": settlement.head.sequence, "sha256": settlement.head.sha256}}


def _disputed(settlement: Settlement) -> dict[str, list[str]]:
    """Return what was set apart now, and what was before and is settled now, if anything."""
    reasons = settlement.lines.reason
    settled_now = [
        settlement.lines.spending[at] for at in np.flatnonzero(reasons == Reason.DISPUTED).tolist()
    ]
    lists = {"set_apart": list(settlement.set_apart), "disputed": settled_now}
    return {name: spendings for name, spendings in lists.items() if spendings}


def _ladder(settlement: Settlement) -> list[dict[str, Any]]:
    steps = {each.step: each for each in settlement.adjustments}
    return [
        {"step": step, "kind": each.kind, "pool": each.pool} for step, each in sorted(steps.items())
    ]


def decimals(cents: Fraction) -> str:
    """Return a deviation in cents with six decimals, cut towards zero."""
    return money.scaled(int(cents * 10**money.EXACT_DECIMALS), money.EXACT_DECIMALS)


def _table(header: Sequence[str] | None, rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    if header is not None:
        writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
