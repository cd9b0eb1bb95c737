"""Expected savings that come as plain amounts, from a file: without a catalogue or a working.

Each spending's amounts are one act, recorded once. What a spending is expected to save
never changes: the same again changes nothing, other amounts are refused.

Source:
    The formats, Spendings and savings as CSV.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ledger import funds, people, store, trail
from ledger.errors import Conflict, Mistake, WrongInput, shortened
from ledger.money import AMOUNT_MAX, as_text
from ledger.savings import on_record, rows
from ledger.tables import Saving

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.facts import Savings, Spendings
    from ledger.savings.on_record import Saved, Spent
    from ledger.trail import Trail

_NAMED_MAX: Final = 1_000  # mistakes that are named


class OtherSavings(Conflict):
    """The spending has savings on record that are other amounts."""

    slug = "other-savings"


class Amount(NamedTuple):
    """What a spending is expected to save a party; several for a pair add up."""

    spending: str
    party: str
    cents: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer about a spending. ``status`` is ``recorded`` or, the same again, ``known``."""

    spending: str
    status: str
    number: int


def record(
    session: Session,
    fund: str,
    asked: Sequence[Amount],
    *,
    may: Collection[str] = people.MAY_RECORD,
    act: Act,
) -> list[Recorded]:
    """Record what spendings are expected to save, as amounts.

    Args:
        session: Of the act; all of them are recorded or none.
        fund: Code of the fund.
        asked: The amounts, in any order; all that a spending is expected to save.
        may: Roles that may; others where it follows from what those decide.
        act: Who records, and when.

    Returns:
        One answer per spending, in the order in which they are first named.

    Raises:
        WrongInput: A spending or a party is unknown, or an amount too large.
        RoleNeeded: Whoever acts may not record them.
        OtherSavings: A spending has savings on record that are other amounts.
    """
    known = funds.known(session, fund)
    totals = _totals(asked)
    end = trail.lock(session, fund)
    people.require(session, known.id, act, roles_=may, on=act.day(known.timezone))
    spent = on_record.spent(session, known.id, list(totals))
    _refuse_mistakes(totals, spent, known.parties)
    saved = on_record.saved(session, known.id, [each.sequence for each in spent.values()])
    answers, events, written = [], [], []
    for spending, cents in totals.items():
        number = spent[spending].sequence
        if (there := saved.get(number)) is not None:
            answers.append(_the_same(spending, cents, there))
            continue
        event = end.append(act, "savings.recorded", {"spending": number, "savings": cents})
        events.append(event)
        written.extend(rows.of_event(end.fund_id, event["sequence"], number, cents))
        answers.append(Recorded(spending, "recorded", event["sequence"]))
    _write(end, events, written)
    return answers


def of_file(found: Savings, *, of: Spendings, parties: Sequence[str]) -> list[Amount]:
    """Return the amounts that were read from a file.

    Args:
        found: Checked (``ledger.facts_files``).
        of: The spendings that they belong to.
        parties: The codes of all parties, in the order in which they were read.
    """
    ids, codes = of.texts["id"].values, of.texts["id"].codes[found.spending].tolist()
    return [
        Amount(ids[code], parties[party], cents)
        for code, party, cents in zip(
            codes, found.party.tolist(), found.total_cents.tolist(), strict=True
        )
    ]


def batches(asked: Sequence[Amount], size: int) -> Iterator[list[Amount]]:
    """Yield amounts in pieces of about a size; those of a spending, which stand together, stay so.

    Args:
        asked: The amounts.
        size: How many a piece has at least, but for the last.
    """
    piece: list[Amount] = []
    for each in asked:
        if len(piece) >= size and piece[-1].spending != each.spending:
            yield piece
            piece = []
        piece.append(each)
    if piece:
        yield piece


def _totals(asked: Sequence[Amount]) -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = {}
    for spending, party, cents in asked:
        of = totals.setdefault(spending, {})
        of[party] = of.get(party, 0) + cents
    return totals


def _refuse_mistakes(
    totals: Mapping[str, Mapping[str, int]],
    spent: Mapping[str, Spent],
    parties: frozenset[str],
) -> None:
    found = list(_mistakes(totals, spent, parties))
    if found:
        raise WrongInput(found[:_NAMED_MAX])


def _mistakes(
    totals: Mapping[str, Mapping[str, int]],
    spent: Mapping[str, Spent],
    parties: frozenset[str],
) -> Iterator[Mistake]:
    for spending, cents in totals.items():
        where = f"savings of spending {shortened(spending)}"
        if spending not in spent:
            yield Mistake(where, "is not on record; record the spending first")
        for party, total in cents.items():
            if party not in parties:
                yield Mistake(
                    where,
                    f"{shortened(party)!r} is not the code of a party; "
                    f"the agreement has {', '.join(sorted(parties))}",
                )
            if abs(total) > AMOUNT_MAX:
                yield Mistake(where, f"for {party} is more than {as_text(AMOUNT_MAX)}")


def _the_same(spending: str, cents: Mapping[str, int], there: Saved) -> Recorded:
    if there.cents != cents:
        raise OtherSavings(
            f"spending {spending!r} is on record with {_shown(there.cents)} and not with "
            f"{_shown(cents)}; what is recorded never changes: reverse the spending and record it "
            "anew",
            id=spending,
        )
    return Recorded(spending, "known", there.number)


def _shown(cents: Mapping[str, int]) -> str:
    return ", ".join(f"{party} {as_text(cents[party])}" for party in sorted(cents))


def _write(end: Trail, events: list[dict[str, Any]], written: list[dict[str, Any]]) -> None:
    if events:
        end.write(events)
        store.insert(end.session, Saving, written)
