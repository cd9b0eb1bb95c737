"""A sample of the example year: drawn from three quarters, tested, and evaluated."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from api.example import hours
from api.example.dice import Dice
from ledger import money
from ledger.periods import Period
from reports.sampling import draw as drawing
from reports.sampling import evaluated, evaluation, files, found, from_ledger
from reports.sampling.asked import Source
from reports.sampling.plan import Aim

if TYPE_CHECKING:
    from sqlmodel import Session

    from ledger.funds import Known
    from reports.sampling.draw import Draw, Item

PERIOD: Final = Period(date(hours.YEAR, 1, 1), date(hours.YEAR, 10, 1))
AIM: Final = Aim(confidence=Fraction(95, 100), tolerance=Fraction(5, 100), errors=1)
SEED: Final = "20261014"
_RIGHT: Final = (62, 85)  # percent of what two items should have been


def of_year(session: Session, known: Known, *, papers_in: str | None) -> dict[str, bytes]:
    """Return the files of the sample, with what an auditor filled in and what it comes to.

    Args:
        session: Of the ledger that was told the year.
        known: The fund.
        papers_in: The language of the dossier; ``None`` for none.
    """
    source = Source(
        name=known.agreements[-1].fund.name, fund=known.code, start=PERIOD.start, until=PERIOD.until
    )
    population = from_ledger.population(session, known.id, PERIOD)
    drawn = drawing.draw(population, AIM, seed=SEED, method="interval")
    written = dict(files.of_draw(drawn, source))
    written[files.LIST] = files.to_test(drawn, _filled_in(drawn))
    checked = found.read(files.LIST, written[files.LIST], drawn)
    outcome = evaluation.evaluate(drawn, checked, combine="together")
    written[files.EVALUATION] = evaluated.document(outcome, written)
    if papers_in is not None:
        from reports.sampling import dossier  # noqa: PLC0415 - only where papers are wanted

        written[files.DOSSIER] = dossier.paper(
            outcome, source, files=written, dated=None, language=papers_in
        )
    return written


def _filled_in(drawn: Draw) -> dict[str, tuple[str, str, str]]:
    """Return what was found of each item: all right, but for two that were drawn."""
    items = [item for stratum in drawing.STRATA for item in drawn.of(stratum)]
    wrong = dict(zip(_two(items), _RIGHT, strict=True))
    return {item.row.id: _told(item, wrong.get(item.row.id)) for item in items}


def _two(items: list[Item]) -> list[str]:
    small = [item.row.id for item in items if len(item.points) == 1]
    return Dice("sampled").some_of(small, len(_RIGHT))


def _told(item: Item, right: int | None) -> tuple[str, str, str]:
    cents = item.row.amount_cents
    if right is None:
        return money.as_text(cents), "", ""
    return money.as_text(cents * right // 100), "error", ""
