"""The sentences of the lawfulness papers: what they come to, for whom, and how to check it.

The word lawful never stands for what was accepted: an error or an uncertainty stays one.

Source:
    The settlement rules, Lawfulness in the settlement.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ledger import texts
from reports.lawfulness.accounts import Outcome, Paper
from settlement.landing import PutRight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.lawfulness.accounts import Account
    from reports.words import Words


def heading(account: Account, words: Words) -> str:
    """Return the answer."""
    test, outcome = account.test, account.outcome
    whole = "_fund" if account.party is None and words.has(f"law.heading.{outcome}_fund") else ""
    over = [each.of for each in test.exceeding] if test else []
    return words(
        f"law.heading.{outcome}{whole}",
        year=account.of.year,
        amount=words.euro(abs(account.total_cents)),
        limit=words.euro(test.limit_cents) if test else "",
        errors=words.euro(account.errors_cents),
        uncertainties=words.euro(account.uncertainties_cents),
        what=texts.together(
            words.language, [words(f"law.what.{each}") for each in over]
        ).capitalize(),
    )


def lede(account: Account, words: Words) -> str:
    """Return what was spent, the share in it, and what of that has to be accounted for."""
    of, test = account.of, account.test
    spent = of.spent_cents if account.party else of.spent_cents + of.unsettled_cents
    said = [
        words(
            "law.lede.spent" if account.party else "law.lede.spent_fund",
            year=of.year,
            spent=words.euro(spent),
            share=words.euro(account.cost_cents),
        )
    ]
    if any(account.sums.values()):
        said.append(
            words(
                "law.lede.amounts" if account.party else "law.lede.amounts_fund",
                amount=words.euro(account.total_cents),
                errors=words.euro(account.errors_cents),
                uncertainties=words.euro(account.uncertainties_cents),
            )
        )
    if account.outcome is Outcome.WITHIN and test and test.limit_cents:
        part = words.fraction(account.total_cents, test.limit_cents)
        said.append(words("law.lede.part", percent=part))
    return " ".join(said)


def purpose(account: Account, words: Words) -> str:
    """Return what the paper is for, and what it is not."""
    kind = account.party.kind if account.party else ""
    whose = "executive" if kind == "municipality" else "board"
    return words(
        f"law.purpose.{account.paper}", year=account.of.year, whose=words(f"law.whose.{whose}")
    )


def notes(account: Account, words: Words) -> Iterator[str]:
    """Yield what stands behind the rows: the budget, what was taken back, what waits."""
    yield from _budget(account, words)
    if any(account.share(each) < 0 for each in account.landed):
        yield words("law.note.taken_back", year=account.of.year)
    yield words("law.note.no_others")
    criteria = Counter(each.found.spent.sequence for each in account.landed)
    if twice := sum(count > 1 for count in criteria.values()):
        yield words.plural("law.note.twice", twice)


def _budget(account: Account, words: Words) -> Iterator[str]:
    if account.party is None:
        whose = "_own_body" if account.paper is Paper.OWN_BODY else ""
        text = "law.note.budgets" if account.overspent else "law.note.no_budgets"
        count = words.count(len(account.overspent))
        yield words(f"{text}{whose}", count=count, year=account.of.year)
        return
    if not account.overspent:
        yield words("law.note.no_budget", year=account.of.year)
    for each in account.overspent:
        text = "law.note.over" if each.over_cents else "law.note.within_budget"
        yield words(
            text, cost=words.euro(each.cost_cents), budget=words.euro(each.budget_cents),
            over=words.euro(each.over_cents),
        )  # fmt: skip
        if each.authorised and each.over_cents:
            afterwards = min(sum(each.authorised.values()), each.over_cents)
            yield words("law.note.authorised", amount=words.euro(afterwards))


def waiting(account: Account, words: Words) -> Iterator[str]:
    """Yield what no settlement has booked yet, and so falls on nobody."""
    of = account.of
    if of.unsettled:
        amount = words.euro(of.unsettled_cents)
        yield words.plural("law.waiting.spendings", of.unsettled, amount=amount, year=of.year)
    if found := of.findings.waiting:
        amount = words.euro(sum(each.cents for each in found))
        yield words.plural("law.waiting.findings", len(found), amount=amount)


def box(account: Account, words: Words) -> Iterator[str]:
    """Yield what the limit says, and what acceptance does not."""
    test = account.test
    if test is None:
        if account.paper is not Paper.FUND:
            yield words(f"law.box.no_limit.{account.paper}", year=account.of.year)
        yield from tolerance(account, words)
        yield words("law.box.accepted")
        return
    for each in test.sums:
        what = f"law.box.contributes.{each.of}"
        yield words(what, amount=words.euro(each.cents), limit=words.euro(test.limit_cents))
    own = "own_" if account.paper is Paper.OWN_BODY else ""
    yield words(f"law.box.{own}above" if test.exceeding else f"law.box.{own}within")
    if test.is_above_maximum:
        yield words(
            "law.box.above_maximum",
            share=words.share(test.limit.share),
            maximum=words.share(test.regime.maximum),
            regime=test.regime.code,
        )
    yield from tolerance(account, words)
    yield words("law.box.accepted")


def tolerance(account: Account, words: Words) -> Iterator[str]:
    """Yield the board's own tolerance, on the papers of the fund as a whole."""
    rules = account.of.agreement.lawfulness
    share = rules.fund_tolerance if rules else None
    if account.party is not None or share is None:
        return
    exact = share * (account.of.spent_cents + account.of.unsettled_cents)
    most = exact.numerator // exact.denominator
    yield words(
        "law.tolerance.above" if account.total_cents > most else "law.tolerance.within",
        share=words.share(share),
        amount=words.euro(most),
        found=words.euro(account.total_cents),
    )


def remarks(account: Account, words: Words) -> Iterator[str]:
    """Yield how many findings of the fund count no more or overlap, and that none is large."""
    findings, year = account.of.findings, account.of.year
    in_year = findings.put_right.get(PutRight.IN_YEAR, 0)
    later = findings.put_right.get(PutRight.LATER, 0)
    if in_year:
        yield words.plural("law.put_right.in_year", in_year, year=year)
    if later:
        yield words.plural("law.put_right.later", later, year=year)
    if findings.covered:
        yield words.plural("law.covered", findings.covered)
    limit = account.reporting_limit
    if limit is not None and max(account.largest_cents, account.over_cents) <= limit:
        yield words("law.one.none", limit=words.euro(limit))


def check(account: Account, words: Words) -> Iterator[str]:
    """Yield how the figures can be followed."""
    yield words("law.check.method")
    if account.totals_only:
        yield words("law.check.totals", workbook=f"{account.file}.xlsx")
    else:
        yield words(
            "law.check.findings",
            file=f"findings-{account.file}.csv",
            workbook=f"{account.file}.xlsx",
        )
    yield words("check.head")
