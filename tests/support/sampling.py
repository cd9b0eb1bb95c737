"""Populations as tests draw from them: ids ``s1``, ``s2``, … and their amounts."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from reports.sampling import draw as drawing
from reports.sampling import evaluation
from reports.sampling import population as populations
from reports.sampling.evaluation import Checked
from reports.sampling.plan import Aim
from reports.sampling.population import Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.sampling.draw import Draw, Method
    from reports.sampling.evaluation import Evaluation
    from reports.sampling.population import Population

AIM = Aim(confidence=Fraction(95, 100), tolerance=Fraction(5, 100), errors=1)
OF_ITEMS = Aim(confidence=Fraction(95, 100), tolerance=Fraction(5, 100))
"""Expects no error: of few items none may be wrong."""


def rows(amounts: Sequence[int]) -> list[Row]:
    """Return a row per amount in cents, three on a day."""
    return [
        Row(
            id=f"s{number}",
            spent_on=date(2026, 1, 1) + timedelta(days=number // 3),
            booked_on=date(2026, 1, 1) + timedelta(days=number // 3),
            amount_cents=cents,
            category="rent",
            organisation="stad",
        )
        for number, cents in enumerate(amounts, 1)
    ]


def counted(
    amounts: Sequence[int], rights: Mapping[int, int], *, aim: Aim = OF_ITEMS, seed: str = "1"
) -> Evaluation:
    """Draw items from these amounts, find some of them to be other than booked, and evaluate.

    Args:
        amounts: In cents.
        rights: What would have been right, in cents, by the number of the item in the draw.
        aim: What the sample must show.
        seed: Of the draw.
    """
    draw = drawn(amounts, aim=aim, seed=seed, method="items")
    return evaluation.evaluate(
        draw,
        [
            Checked(item=item, right_cents=rights[number], kind="error")
            if number in rights
            else Checked(item=item, right_cents=item.row.amount_cents)
            for number, item in enumerate(draw.items)
        ],
        combine="together",
    )


def population(amounts: Sequence[int]) -> Population:
    """Return the population of these amounts in cents."""
    return populations.of_rows(rows(amounts))


def drawn(
    amounts: Sequence[int], *, aim: Aim | None = None, seed: str = "1", method: Method = "interval"
) -> Draw:
    """Draw from these amounts in cents."""
    return drawing.draw(population(amounts), aim or aim_of(method), seed=seed, method=method)


def aim_of(method: Method) -> Aim:
    """Return what a sample must show where that is of no matter."""
    return OF_ITEMS if method == "items" else AIM
