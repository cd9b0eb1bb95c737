"""What a sample says in words: the same on the terminal and in the dossier."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ledger import texts
from ledger.periods import Period
from reports.sampling.evaluation import KINDS
from reports.sampling.plan import HYPERGEOMETRIC

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from reports.sampling.asked import Source
    from reports.sampling.draw import Draw, Strata
    from reports.sampling.evaluation import Evaluation, Outcome
    from reports.sampling.plan import Aim, Plan
    from reports.sampling.population import Population
    from reports.words import Words

Fact = tuple[str, str]
"""A name and a figure, as they stand beside each other."""


def heading(found: Evaluation, words: Words) -> str:
    """Return the answer of a sample."""
    worst = found.worst
    if worst.decision == "extend" and worst.extend_to is not None:
        return words("sample.heading.extend", units=words.count(worst.extend_to))
    name = "extend_all" if worst.decision == "extend" else worst.decision
    return words(f"sample.heading.{name}")


def lede(found: Evaluation, source: Source, words: Words) -> Iterator[str]:
    """Yield how much may be wrong, beside what was agreed, and what that leads to."""
    draw = found.draw
    most = [
        words(
            of(draw, "sample.most"),
            percent=words.percentage(share(each.most, draw)),
            amount=size(each.most, draw, words),
            what=what(each, words),
        )
        for each in found.outcomes
    ]
    yield words(
        of(draw, "sample.lede"),
        confidence=percent(draw.aim.confidence, words),
        population=size(draw.size, draw, words),
        period=of_days(draw.population, source, words),
        most=texts.together(words.language, most),
    )
    yield words(
        "sample.agreed",
        percent=tolerance(draw, words),
        amount=size(draw.tolerance, draw, words),
    )
    yield words("sample.not_found")


def consequence(found: Evaluation, words: Words) -> str:
    """Return what is to be done, and why."""
    draw, worst, name = found.draw, found.worst, f"sample.so.{found.decision}"
    if worst.decision == "extend":
        name = "sample.so.extend_all" if worst.extend_to is None else of(draw, "sample.so.extend")
    return words(
        name,
        likely=size(worst.likely, draw, words),
        units=words.count(worst.extend_to or 0),
        drawn=words.count(worst.units),
        tolerance=size(draw.tolerance, draw, words),
    )


def what(outcome: Outcome, words: Words) -> str:
    """Return what an outcome is about: errors, uncertainties, or both."""
    return words("sample.both" if outcome.kinds == KINDS else f"sample.{outcome.kinds[0]}.many")


def of_days(population: Population, source: Source, words: Words) -> str:
    """Return which days were drawn from."""
    if source.start and source.until:
        return words.period(Period(source.start, source.until))
    first, last = population.rows[0].booked_on, population.rows[-1].booked_on
    return words("period.days", start=words.day(first), end=words.day(last))


def last_day(population: Population, source: Source) -> date:
    """Return the last of the days that were drawn from."""
    if source.start and source.until:
        return Period(source.start, source.until).last_day
    return population.rows[-1].booked_on


def planned(
    population: Population, strata: Strata, aim: Aim, words: Words
) -> tuple[tuple[Fact, ...], str]:
    """Return a plan for a population: its figures, and how its size was found."""
    if strata.plan is not None and strata.plan.table == HYPERGEOMETRIC:
        return _planned_items(population, strata.plan, words), by_table(strata.plan, words)
    cents = sum(row.amount_cents for row in strata.whole)
    facts = (
        (words("sample.population"), words.amount(population.line_cents)),
        (words("sample.spendings"), words.count(len(population.line))),
        (words("sample.apart"), words.count(len(population.apart))),
        (words("sample.confidence"), percent(aim.confidence, words)),
        (words("sample.tolerance"), words.amount(aim.tolerable(population.line_cents))),
        (words("sample.whole"), words.count(len(strata.whole))),
        (words("sample.whole_amount"), words.amount(cents)),
        (words("sample.line"), words.amount(strata.line_cents)),
        (words("sample.errors"), words.count(strata.plan.errors if strata.plan else 0)),
        (words("sample.units"), words.count(strata.plan.units if strata.plan else 0)),
    )
    return facts, by_table(strata.plan, words) if strata.plan else words("sample.all_whole")


def _planned_items(population: Population, plan: Plan, words: Words) -> tuple[Fact, ...]:
    return (
        (words("sample.items_population"), words.count(plan.population)),
        (words("sample.apart"), words.count(len(population.apart))),
        (words("sample.confidence"), percent(plan.aim.confidence, words)),
        (words("sample.tolerance_items"), words.count(plan.tolerance)),
        (words("sample.errors"), words.count(plan.errors)),
        (words("sample.units_items"), words.count(plan.units)),
    )


def interval(cents: int, words: Words) -> Fact:
    """Return the interval of a draw of euros."""
    return words("sample.interval"), words.amount(cents)


def by_table(plan: Plan, words: Words) -> str:
    """Return which table gave a size, and what it would be without errors."""
    said = words(f"sample.table.{plan.table}")
    if plan.units > plan.units_needed:
        return words("sample.asked", table=said, needed=words.count(plan.units_needed))
    if plan.errors:
        without = words("sample.without_errors", units=words.count(plan.units_without_errors))
        said = f"{said} {without}"
    return said


def drawn(draw: Draw, words: Words) -> tuple[Fact, ...]:
    """Return the figures of a draw."""
    if draw.of_items:
        return _drawn_items(draw, words)
    facts = []
    if draw.units:
        facts += [
            (words("sample.method"), words(f"sample.method.{draw.method}")),
            interval(draw.strata.interval_cents, words),
            (words("sample.seed"), draw.seed),
            (words("sample.points"), words.count(draw.units)),
            (words("sample.items"), words.count(len(draw.of("drawn")))),
        ]
    if draw.extensions:
        more = sum(each.units for each in draw.extensions)
        facts.append((words("sample.extended"), words.count(more)))
    if draw.start_cents is not None:
        facts.insert(2, (words("sample.start"), words.amount(draw.start_cents)))
    return (
        *facts,
        (words("sample.whole_items"), words.count(len(draw.of("whole")))),
        (words("sample.apart_items"), words.count(len(draw.of("apart")))),
    )


def _drawn_items(draw: Draw, words: Words) -> tuple[Fact, ...]:
    more = sum(each.units for each in draw.extensions)
    return (
        (words("sample.method"), words("sample.method.items")),
        (words("sample.seed"), draw.seed),
        (words("sample.points_items"), words.count(draw.units)),
        *([(words("sample.extended"), words.count(more))] if more else []),
        (words("sample.apart_items"), words.count(len(draw.of("apart")))),
    )


def of(draw: Draw, text: str) -> str:
    """Return the name of a text as it is about a draw of items, where it is one."""
    return f"{text}.of_items" if draw.of_items else text


def size(value: int, draw: Draw, words: Words) -> str:
    """Return how much something is, in running text: euros, or items."""
    return words.plural("sample.posts", value) if draw.of_items else words.euro(value)


def percent(share: Fraction, words: Words) -> str:
    """Return a share with as few decimals as it needs, at most two."""
    decimals = next((n for n in (0, 1) if (share * 100 * 10**n).denominator == 1), 2)
    return words.percentage(share, decimals)


def tolerance(draw: Draw, words: Words) -> str:
    """Return the tolerance as a share: as it was asked, else of the line."""
    asked = draw.aim.tolerance
    return percent(share(asked, draw) if isinstance(asked, int) else asked, words)


def share(value: int, draw: Draw) -> Fraction:
    """Return how much something is of all euros above zero, or of all items."""
    return Fraction(value, draw.size)


def taint(value: Fraction, words: Words) -> str:
    """Return a part with four decimals, half to even."""
    return texts.exact(words.language, round(value, 4), decimals=4)
