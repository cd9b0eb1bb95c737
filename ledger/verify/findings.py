"""The lawfulness test: findings, how they ended, and receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger import canonical_json, commitments, store
from ledger.sealing import ring
from ledger.tables import Finding, FindingEnd, Receipt, ReceiptReminder
from ledger.verify.misfits import Misfit
from ledger.verify.rows import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar

_RECEIPT: Final = store.table(Receipt)

FINDING: Final = Shape(
    model=Finding,
    told={
        "amount_cents": "amount",
        **{
            name: name
            for name in ("line", "spending", "rule", "version", "kind", "criterion", "figures")
        },
    },
)
END: Final = Shape(
    model=FindingEnd, told={name: name for name in ("finding", "finding_line", "how")}
)
REMINDER: Final = Shape(
    model=ReceiptReminder,
    told={name: name for name in ("spending", "nth", "reminded_on")},
)
RECEIPT: Final = Shape(
    model=Receipt,
    told={"spending": "spending", "received_on": "received_on", "amount_cents": "amount"},
    beside=tuple(_RECEIPT.c[name] for name in ("fingerprint", "salt", "reference")),
)


def tested(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a test of what was on record."""
    yield from _found(event, so_far, event.told["found"])
    yield from ended(event, so_far, event.told["ended"], how="resolved")


def received(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a receipt that came in, and what was found of it."""
    found = so_far.rows(RECEIPT, event.number)
    yield from RECEIPT.misfits(event.number, [event.told], found)
    for *_, mark, salt, reference in found:
        yield from _sealed(event, so_far, mark, salt, reference)
    yield from tested(event, so_far)


def of_spending(event: Event, so_far: SoFar, reference: str | None) -> Iterator[Misfit]:
    """Yield what does not fit what stands beside a spending.

    Args:
        event: That recorded it.
        so_far: What came before.
        reference: Of the receipt that came with it; ``None`` where it was erased, too.
    """
    number, told = event.number, event.told
    said = [{"spending": number, **each} for each in told.get("findings", ())]
    yield from _found(event, so_far, said)
    yield from ended(event, so_far, told.get("ended", ()), how="reversed")
    receipts = so_far.rows(RECEIPT, number)
    there = {"spending": number, "received_on": told["recorded_on"]}
    yield from RECEIPT.misfits(number, [there] if told.get("receipt") else [], receipts)
    for *_, mark, salt, text in receipts:
        if mark is None:
            so_far.gone("receipt", number)
            continue
        if text is not None or salt is not None:
            yield Misfit(f"receipt {number}", "holds a text that its spending holds", number)
        yield from _marked(event, so_far, mark, reference)


def ended(
    event: Event, so_far: SoFar, places: Sequence[Sequence[int]], *, how: str
) -> Iterator[Misfit]:
    """Yield what does not fit the ends of findings."""
    said = [
        {"finding": finding, "finding_line": line, "how": how}
        for finding, line in sorted((each[0], each[1]) for each in places)
    ]
    yield from END.misfits(event.number, said, so_far.rows(END, event.number))


def _found(event: Event, so_far: SoFar, told: Sequence[Mapping[str, Any]]) -> Iterator[Misfit]:
    said = [
        {**each, "line": line, "figures": canonical_json.text(each["figures"])}
        for line, each in enumerate(told, 1)
    ]
    yield from FINDING.misfits(event.number, said, so_far.rows(FINDING, event.number))


def _sealed(
    event: Event, so_far: SoFar, mark: bytes | None, salt: bytes | None, reference: str | None
) -> Iterator[Misfit]:
    where = f"receipt {event.number}"
    if salt is None or event.number in so_far.lost:
        so_far.gone("receipt", event.number)
        if salt is None and event.number not in so_far.lost and (reference or mark):
            what = "its salt is gone but not its reference; erase all of it"
            yield Misfit(where, what, event.number)
    elif commitments.of_fields(salt, {"reference": reference}) != event.told.get("commitment"):
        what = f"event {event.number} commits to another reference or salt"
        yield Misfit(where, what, event.number)
    else:
        yield from _marked(event, so_far, mark, reference)


def _marked(
    event: Event, so_far: SoFar, mark: bytes | None, reference: str | None
) -> Iterator[Misfit]:
    keys = ring.at_hand(so_far.session.connection())
    if keys is None or event.number in so_far.lost:
        return
    if mark is None and reference is not None:
        so_far.lapsed.add(("receipt", event.number))
    elif mark != (reference and keys.of_receipt(so_far.fund.code, reference)):
        what = "is not that of its reference"
        yield Misfit(f"receipt {event.number}, fingerprint", what, event.number)
