"""From chosen rows to divided lines: weights for each, then cents.

Most lines are divided together under the allocation contract. Outside it stand pairs of a
spending and its reversal, reversals of what was booked, and replacements.

Source:
    The settlement rules, Weights; Reversals, refunds, true-ups.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ledger import money
from ledger.errors import Mistake, WrongInput
from settlement import knowledge, weighing
from settlement.keys import lowest
from settlement.numbering import Numbering
from settlement.results import Lines, Standing
from settlement.rounding import divide

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ledger.facts import Savings, Spendings
    from ledger.periods import Period
    from settlement.corrections import Link
    from settlement.earlier import EarlierRun
    from settlement.eras import Era, Weights
    from settlement.knowledge import Knowledge
    from settlement.rounding import Division
    from settlement.selection import Selection

_NAMED: Final = 100  # mistakes of one kind that are named


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What lines are weighed by.

    ``period`` is where usage windows end, ``None`` where no period was given.
    """

    spendings: Spendings
    savings: Savings
    eras: tuple[Era, ...]
    period: Period | None
    runs: tuple[EarlierRun, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """Per line, in canonical order, the numbers of its key and of its weights."""

    key: NDArray[np.int64]
    vector: NDArray[np.int64]
    codes: Numbering[str]
    vectors: Numbering[Weights]
    known: Knowledge

    def copy(self) -> Weighed:
        """Return the same weights, to try others on."""
        return replace(
            self,
            key=self.key.copy(),
            vector=self.vector.copy(),
            codes=self.codes.copy(),
            vectors=self.vectors.copy(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """The lines with their cents, and how far those are from exact.

    ``in_chain`` are the positions of the lines that were divided together.
    """

    lines: Lines
    keys: tuple[str, ...]
    vectors: tuple[Weights, ...]
    in_chain: NDArray[np.int64]
    nest: NDArray[np.int64] | None  # per line of the chain its category, where these are nested
    division: Division


def weigh(facts: Facts, selection: Selection) -> Weighed:
    """Give every chosen row its key and its weights.

    Raises:
        WrongInput: No version is in force on a day, a key gives nobody a weight, or a
            usage key is asked without a period.
    """
    known = knowledge.gather(
        facts.eras,
        facts.spendings,
        facts.savings,
        counted=selection.counted,
        period=facts.period,
    )
    _refuse_uncovered(facts, selection, known)
    count = len(selection.rows)
    weighed = Weighed(
        key=np.zeros(count, dtype=np.int64),
        vector=np.zeros(count, dtype=np.int64),
        codes=Numbering(),
        vectors=Numbering(),
        known=known,
    )
    for part_known, numbers in by_knowledge(facts, selection, known):
        rows = selection.rows[numbers]
        weighed.key[numbers] = weighing.assigned(part_known, rows, codes=weighed.codes)
        weighed.vector[numbers] = weighing.weigh(
            part_known,
            rows,
            weighed.key[numbers],
            codes=weighed.codes,
            vectors=weighed.vectors,
            apart=selection.standing[numbers] != Standing.CHAIN,
        )
    follow_originals(selection, weighed)
    return weighed


def own_lines(selection: Selection) -> NDArray[np.int64]:
    """Return the lines that are weighed by what they are: all but refunds and reversals."""
    own = np.ones(len(selection.rows), dtype=bool)
    follow = [row for row, link in selection.link.items() if link.kind != "replaces"]
    own[selection.place[follow]] = False
    return np.flatnonzero(own)


def divide_lines(
    facts: Facts, selection: Selection, weighed: Weighed, *, by_category: bool
) -> Divided:
    """Divide the lines in whole cents.

    Raises:
        NotCertified: The allocation contract could not be proved to hold.
    """
    key, keys = weighed.codes.by_first_use(weighed.key)
    vector, vectors = weighed.vectors.by_first_use(weighed.vector)
    amounts = facts.spendings.amount_cents[selection.rows]
    category = facts.spendings.texts["category"]
    of_line = category.codes[selection.rows]
    in_chain = np.flatnonzero(selection.standing == Standing.CHAIN)
    nested = nest(category.values, of_line[in_chain]) if by_category else None
    parties = len(facts.eras[0].parties)
    division = divide(amounts[in_chain], vector[in_chain], vectors, parties=parties, nest=nested)
    cells = np.zeros((len(amounts), parties), dtype=np.int64)
    cells[in_chain] = division.cells_cents
    _divide_outside(cells, amounts, selection, weighed)
    assert (cells.sum(axis=1) == amounts).all(), "every line adds up to its amount"
    ids = facts.spendings.texts["id"]
    return Divided(
        lines=Lines(
            spending=[ids.values[code] for code in ids.codes[selection.rows].tolist()],
            spent_on=facts.spendings.spent_on[selection.rows],
            booked_on=facts.spendings.booked_on[selection.rows],
            amount_cents=amounts,
            vat_cents=facts.spendings.vat_cents[selection.rows],
            has_vat=facts.spendings.has_vat[selection.rows],
            category=[category.values[code] for code in of_line.tolist()],
            key=key,
            vector=vector,
            reason=selection.reason,
            standing=selection.standing,
            corrects_booked=_corrects_booked(selection),
            cells_cents=cells,
        ),
        keys=keys,
        vectors=vectors,
        in_chain=in_chain,
        nest=nested,
        division=division,
    )


def _refuse_uncovered(facts: Facts, selection: Selection, known: Knowledge) -> None:
    """Every settled spending needs a version that was in force when it was spent.

    A replacement follows the version of what it replaces, so that needs one too.
    """
    firsts = [
        first.original
        for link in selection.replacements.values()
        if (first := link.first or link).original is not None
    ]
    rows = np.union1d(selection.rows, np.array(firsts, dtype=np.int64))
    uncovered = rows[known.era[rows] < 0]
    if len(uncovered):
        raise WrongInput(
            Mistake(
                facts.spendings.where(row),
                f"spent_on {facts.spendings.day('spent_on', row)} is outside the validity of the "
                "agreements given; give the version of that day",
            )
            for row in uncovered[:_NAMED].tolist()
        )


def by_knowledge(
    facts: Facts, selection: Selection, known: Knowledge
) -> Iterator[tuple[Knowledge, NDArray[np.int64]]]:
    """Yield the lines that are weighed by what they are, with what they are weighed by.

    All but replacements look at what is known now, each replacement at what was known when
    its original was settled.
    """
    own = own_lines(selection)
    now = ~np.isin(selection.rows[own], list(selection.replacements))
    yield known, own[now]
    for number in own[~now].tolist():
        row = int(selection.rows[number])
        yield knowledge_of(facts, selection, known, row), np.array([number])


def knowledge_of(facts: Facts, selection: Selection, known: Knowledge, row: int) -> Knowledge:
    """Return what a row is weighed by.

    For a replacement that is what was known when the first original was settled, with the
    corrected fact in its place, under the version of the day that was spent.
    """
    link = selection.replacements.get(row)
    if link is None:
        return known
    first = link.first or link
    counted, period = known_then(facts.runs, selection, link, period=facts.period)
    return knowledge.then(
        known,
        facts.savings,
        row,
        # Without the row of the original its own day is the best there is; a note says so.
        era=int(known.era[row if first.original is None else first.original]),
        counted=counted,
        period=period,
    )


def known_then(
    runs: Sequence[EarlierRun], selection: Selection, link: Link, *, period: Period | None
) -> tuple[NDArray[np.bool_], Period | None]:
    """Return what counted when the original of a replacement was settled, and its period.

    Args:
        runs: Earlier settlements.
        selection: The rows that are settled now.
        link: From the replacement to its original.
        period: What is settled now.
    """
    first = link.first or link
    counted = selection.counted
    if first.booked is not None:
        until = first.booked.until
        period = next(run.period for run in runs if run.period.until == until)
        counted = selection.known_before(until) & ~selection.reversal
    counted = counted.copy()
    counted[link.row] = True
    counted[list(link.instead_of)] = False
    return counted, period


def follow_originals(selection: Selection, weighed: Weighed) -> None:
    """Refunds and reversals repeat the key and the weights of what they correct, in place."""
    # A refund may be reversed: refunds first, then what reverses them.
    for kind in ("refunds", "reverses"):
        for row, link in selection.link.items():
            if link.kind != kind:
                continue
            here = selection.place[row]
            if link.booked is not None:
                weighed.key[here] = weighed.codes.number(link.booked.key)
                weighed.vector[here] = weighed.vectors.number(lowest(link.booked.weights))
            else:
                assert link.original is not None
                original = selection.place[link.original]
                weighed.key[here] = weighed.key[original]
                weighed.vector[here] = weighed.vector[original]


def _corrects_booked(selection: Selection) -> NDArray[np.bool_]:
    corrects = np.zeros(len(selection.rows), dtype=bool)
    for row, link in selection.link.items():
        first = link.first or link
        corrects[selection.place[row]] = link.kind != "refunds" and first.booked is not None
    return corrects


def nest(categories: Sequence[str], codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the categories by code point, so that the order of rows decides nothing."""
    rank = np.empty(len(categories), dtype=np.int64)
    rank[sorted(range(len(categories)), key=categories.__getitem__)] = np.arange(len(categories))
    _, numbers = np.unique(rank[codes], return_inverse=True)
    return numbers


def _divide_outside(
    cells: NDArray[np.int64],
    amounts: NDArray[np.int64],
    selection: Selection,
    weighed: Weighed,
) -> None:
    """Divide the lines outside the chain, in place."""
    for standing in (Standing.REPLACEMENT, Standing.REVERSED):
        for number in np.flatnonzero(selection.standing == standing).tolist():
            weights = weighed.vectors[int(weighed.vector[number])]
            cells[number] = money.split(money.Cents(int(amounts[number])), weights)
    for row, link in selection.link.items():
        here = selection.place[row]
        if selection.standing[here] == Standing.BOOKED_REVERSAL:
            assert link.booked is not None
            cells[here] = [-cell for cell in link.booked.cells_cents]
        elif selection.standing[here] == Standing.REVERSAL:
            assert link.original is not None
            cells[here] = -cells[selection.place[link.original]]
