"""The weights of many spendings at once: each distinct situation is weighed once.

A key looks at few facts of a spending. Lines that agree on all that their key looks at
get the same weights, so lines are grouped by those facts and one line of each group
speaks for all.

Source:
    The settlement rules, Weights.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from ledger.agreement.keygraph import reachable
from ledger.agreement.schema import (
    HomeKey,
    LargestSavingKey,
    SavingsKey,
    TieredKey,
    UsageKey,
)
from ledger.errors import Mistake, WrongInput
from settlement import keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from settlement.eras import Era, Weights
    from settlement.keys import Claim, Step, Weighing
    from settlement.knowledge import Knowledge
    from settlement.numbering import Numbering


def assigned(
    known: Knowledge, rows: NDArray[np.int64], *, codes: Numbering[str]
) -> NDArray[np.int64]:
    """Return the number of the key that applies to each of these rows."""
    spendings = known.spendings
    category, domain = spendings.texts["category"], spendings.texts["domain"]
    facts = (known.era, category.codes, domain.codes, known.organisation)
    group, examples = _groups(*(column[rows] for column in facts))
    of_group = [
        codes.number(
            known.eras[era].assigned(
                category=category.values[code],
                domain=None if domain_code < 0 else domain.values[domain_code],
                organisation=known.eras[era].parties[organisation],
            )
        )
        for era, code, domain_code, organisation in zip(
            *(column[rows[examples]].tolist() for column in facts), strict=True
        )
    ]
    return np.array(of_group, dtype=np.int64)[group]


def weigh(
    known: Knowledge,
    rows: NDArray[np.int64],
    key_of: NDArray[np.int64],
    *,
    codes: Numbering[str],
    vectors: Numbering[Weights],
    apart: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Weigh rows by their keys.

    Args:
        known: What may be looked at.
        rows: Positions in the spendings.
        key_of: The numbers of their keys.
        codes: What these numbers stand for.
        vectors: Gets the weights, in lowest terms.
        apart: Rows that share no cap with the others of their case: reversed ones.

    Returns:
        Per row the number of its weights.

    Raises:
        WrongInput: A key gives nobody a weight; the spending is named.
    """
    groups = by_rule(known, rows, key_of, codes)
    granted = _grants(known, rows, groups, apart)
    found = np.zeros(len(rows), dtype=np.int64)
    for (era, key), numbers in groups.items():
        weighing = weighing_of(known, era, key, granted=granted)
        positions = rows[numbers]
        of_line, examples = _groups(*_looked_at(known, era, key, positions))
        of_example = [
            vectors.number(_weigh_one(known, weighing, key, row))
            for row in positions[examples].tolist()
        ]
        found[numbers] = np.array(of_example, dtype=np.int64)[of_line]
    return found


def steps(
    known: Knowledge,
    rows: NDArray[np.int64],
    key_of: NDArray[np.int64],
    *,
    codes: Numbering[str],
    of: int,
) -> tuple[Step, ...]:
    """Return the way from the assigned key of one row to its weights.

    Args:
        known: What may be looked at.
        rows: The row, and all that share a cap with it.
        key_of: The numbers of their keys.
        codes: What these numbers stand for.
        of: Which of the rows is asked.
    """
    groups = by_rule(known, rows, key_of, codes)
    granted = _grants(known, rows, groups, np.zeros(len(rows), dtype=bool))
    row, key = int(rows[of]), codes[int(key_of[of])]
    weighing = weighing_of(known, int(known.era[row]), key, granted=granted)
    weighing.steps = []
    _weigh_one(known, weighing, key, row)
    return tuple(weighing.steps)


def by_rule(
    known: Knowledge, rows: NDArray[np.int64], key_of: NDArray[np.int64], codes: Numbering[str]
) -> dict[tuple[int, str], NDArray[np.int64]]:
    """Group rows by era and key."""
    era = known.era[rows]
    group, examples = _groups(era, key_of)
    return {
        (int(era[example]), codes[int(key_of[example])]): np.flatnonzero(group == at)
        for at, example in enumerate(examples.tolist())
    }


def weighing_of(
    known: Knowledge, era: int, key: str, *, granted: Mapping[Claim, Weights]
) -> Weighing:
    """Return the rules of an era for weighing by one key.

    Raises:
        WrongInput: A usage key is asked that cannot look back.
    """
    rules = known.eras[era]
    asked = (rules.keys[code] for code in reached(rules, key))
    usage = {rule.code: known.usage.weights(rule) for rule in asked if isinstance(rule, UsageKey)}
    return keys.Weighing(era=rules, usage=usage, granted=granted)


def reached(era: Era, key: str) -> set[str]:
    """Return the codes of a key and of all keys that it may lead to."""
    return {key, *reachable(era.keys, key)}


def _weigh_one(known: Knowledge, weighing: Weighing, key: str, row: int) -> Weights:
    try:
        return keys.assigned_weights(weighing, key, known.situation(row))
    except keys.NobodyWeighs as nobody:
        spending = known.spendings.text("id", row)
        raise WrongInput(
            [
                Mistake(
                    known.spendings.where(row), f"spending {spending}: {nobody}; give it a fallback"
                )
            ]
        ) from None


def _looked_at(
    known: Knowledge, era: int, key: str, rows: NDArray[np.int64]
) -> Iterator[NDArray[np.int64]]:
    """Yield, per row, every fact that decides the weights by this key."""
    rules = known.eras[era]
    reach = [rules.keys[code] for code in reached(rules, key)]
    saved = {"spending": known.saved_by_spending[rows], "case": known.saved_by_case[rows]}
    yield np.zeros(len(rows), dtype=np.int64)
    for rule in reach:
        match rule:
            case HomeKey():
                yield (known.organisation if rule.by == "organisation" else known.home)[rows]
            case SavingsKey():
                yield saved[rule.level]
                if rule.capped:
                    yield np.abs(known.spendings.amount_cents[rows])
                if rule.capped and rule.level == "case":
                    yield np.where(saved["case"] > 0, rows, -1)
            case LargestSavingKey():
                yield _largest(known, rules)[saved[rule.level]]
            case TieredKey():
                yield np.abs(known.spendings.amount_cents[rows])


def _largest(known: Knowledge, rules: Era) -> NDArray[np.int64]:
    """Tell apart, per combination of savings, where the largest of the participants' falls."""
    saved = known.saved * np.array(rules.participants)
    largest = (saved == saved.max(axis=1, keepdims=True)) & (saved > 0)
    packed = np.ascontiguousarray(np.packbits(largest, axis=1))
    _, places = np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_inverse=True)
    return places


def _grants(
    known: Knowledge,
    rows: NDArray[np.int64],
    groups: Mapping[tuple[int, str], NDArray[np.int64]],
    apart: NDArray[np.bool_],
) -> dict[Claim, Weights]:
    """Let the lines of each case share their cap, where a key is capped at case level."""
    claims: dict[tuple[str, int], list[tuple[Weighing, Claim]]] = defaultdict(list)
    for (era, key), numbers in groups.items():
        rules = known.eras[era]
        if not any(_caps_cases(rules, code) for code in reached(rules, key)):
            continue
        weighing = weighing_of(known, era, key, granted={})
        for row, alone in zip(rows[numbers].tolist(), apart[numbers].tolist(), strict=True):
            weighing.claims = []
            _weigh_one(known, weighing, key, row)
            for claim in weighing.claims:
                # Without a case, or reversed, a line shares its cap with no other.
                case = -2 - row if alone or claim.situation.case < 0 else claim.situation.case
                claims[claim.key, case].append((weighing, claim))
    for weighing, _ in (pair for group in claims.values() for pair in group):
        weighing.claims = None
    return {
        claim: weights for group in claims.values() for claim, weights in keys.grant(group).items()
    }


def _caps_cases(rules: Era, code: str) -> bool:
    rule = rules.keys[code]
    return isinstance(rule, SavingsKey) and rule.capped and rule.level == "case"


def _groups(*columns: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Group rows that agree in all columns: per row its group, per group its first row."""
    together = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        _, codes = np.unique(column, return_inverse=True)
        # Both factors are at most the number of rows, so the product fits 64 bits.
        together = together * (int(codes.max(initial=0)) + 1) + codes
        _, together = np.unique(together, return_inverse=True)
    _, examples, group = np.unique(together, return_index=True, return_inverse=True)
    return group, examples
