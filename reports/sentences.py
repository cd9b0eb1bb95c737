"""The sentences of a statement: what it comes to, why, what to do, how to check it.

Each says what is true of this organisation's figures; the words are in the catalogue.

Source:
    The settlement rules, A statement; Positions; Year-end and budgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger import references
from reports import overview
from reports.accounts import Outcome, number, party
from reports.words import iban

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from reports.accounts import Account
    from reports.words import Words
    from settlement.results import Position, Transfer


def answer(account: Account) -> int:
    """Return the amount of the heading, without a sign: the words have it."""
    position = account.position
    return abs(position.transferred_cents or position.carried_out_cents)


def lede(account: Account, words: Words) -> str:
    """Return what was spent together, the share in it, and what was paid before."""
    settled, position = account.settled, account.position
    total = sum(settled.lines.amount_cents.tolist())
    text = "lede.spent" if len(settled.lines) else "lede.no_lines"
    spent = words(
        "lede.came_back" if total < 0 else text,
        start=words.day(settled.period.start),
        end=words.day(settled.period.last_day),
        total=words.euro(abs(total)),
        share=words.euro(position.cost_share_cents),
    )
    return f"{spent} {_paid_in(position, words)}"


def _paid_in(position: Position, words: Words) -> str:
    contributed, advanced = position.contributed_cents, position.advanced_cents
    amounts = {"contributed": words.euro(contributed), "advanced": words.euro(abs(advanced))}
    if contributed and advanced > 0:
        return words("lede.both", **amounts)
    if not contributed and not advanced:
        return words("lede.neither")
    texts = [words("lede.contributed", **amounts)] if contributed else []
    if advanced:
        texts.append(words("lede.advanced" if advanced > 0 else "lede.refunded", **amounts))
    return " ".join(texts)


def todo(account: Account, words: Words) -> Iterator[str]:
    """Yield why so much is due, what to do, and what stays."""
    position, outcome = account.position, account.outcome
    carries = outcome in {Outcome.CARRIES_CLAIM, Outcome.CARRIES_DEBT}
    if not carries:
        yield words(f"why.{account.reason}")
    for transfer in account.transfers:
        yield _transfer(account, transfer, words)
    if outcome in {Outcome.HOLDER_PAYS, Outcome.HOLDER_RECEIVES}:
        yield words("do.journal")
    if carries:
        minimum = account.agreement.settlement.minimum_transfer
        amount = words.euro(answer(account))
        yield words("do.carried", amount=amount, minimum=words.euro(minimum))
    yield from _handover(account, words)
    if account.is_holder and (others := -position.carried_out_cents):
        text = "do.keeps_for_others" if others > 0 else "do.pays_for_others"
        yield words(text, amount=words.euro(abs(others)))
    if closing := position.closing_cents:
        # What is due never exceeds the balance, so nobody stays in debt.
        text = "do.closing_final" if account.settled.final else "do.closing"
        yield words(text, closing=words.euro(closing))
    if outcome in {Outcome.STAYS, Outcome.NOTHING}:
        yield words("do.nothing")


def _handover(account: Account, words: Words) -> Iterator[str]:
    handed = account.settled.handover
    if handed is not None and account.position.party in {handed.old, handed.new}:
        yield from overview.handover(account.settled, words)


def _transfer(account: Account, transfer: Transfer, words: Words) -> str:
    pays = transfer.payer == account.position.party
    hub = account.agreement.settlement.transfers == "hub"
    payee = party(account.settled, transfer.payee)
    other = payee if pays else party(account.settled, transfer.payer)
    text = f"do.{'pay' if pays else 'receive'}{'' if payee.iban else '_no_iban'}"
    return words(
        text,
        amount=words.euro(transfer.amount_cents),
        day=words.day(account.pay_by),
        party=other.name,
        iban=iban(payee.iban, masked=not pays) if payee.iban else "",
        # Directly the payer's own reference is the one that both can know.
        reference=(
            account.number
            if hub
            else references.of_payment(number(account.settled), transfer.payer)
        ),
    )


def ladder(account: Account, words: Words) -> Iterator[str]:
    """Yield the organisation's own limits, and what the ladder left to the account holder."""
    for limit in account.limits:
        yield words(f"ladder.limit.{limit.kind}.{limit.per}", amount=words.euro(limit.amount))
    if account.is_holder:
        yield from overview.left_over(account.settled, words)


def budget(account: Account, words: Words) -> Iterator[str]:
    """Yield what stands behind the figures of the year."""
    settled, year = account.settled, account.year
    if not account.budgets:
        yield words("budget.none", year=year)
    for budget in account.budgets:
        if budget.decision:
            yield words("budget.decision", decision=budget.decision)
    if account.forecast_cents is None:
        yield words("budget.no_forecast", year=year)
        return
    within = account.budgets and account.forecast_cents <= sum(
        budget.amount for budget in account.budgets
    )
    if within:
        yield words("budget.within")
    yield words("budget.how" if account.stays else "budget.left")
    begins = settled.period.start
    if settled.number == 1 and (begins.month, begins.day) != (1, 1):
        yield words("budget.part", year=year, day=words.day(begins))


def warning(account: Account, words: Words) -> str | None:
    """Return that the forecast exceeds the budget, where that is a warning already."""
    over = account.over_budget_cents
    return None if over is None else words("budget.over", amount=words.euro(over))


def check(account: Account, own: pd.DataFrame | None, words: Words) -> Iterator[str]:
    """Yield how exact the figures are, and how to recompute them from what is attached."""
    settled, position, code = account.settled, account.position, account.position.party
    deviation, share = account.deviation, words.euro(account.position.cost_share_cents)
    yield words(
        f"check.{account.guarantee}",
        on_the_way=words.cents(deviation.on_the_way),
        at_end=words.cents(abs(deviation.at_end)),
    )
    yield from overview.outside_the_chain(settled, words)
    if overview.outside(settled):
        net = words.deviation(deviation.net)
        if settled.reversals_of_earlier:
            yield words.plural("check.net", settled.reversals_of_earlier, net=net)
        else:
            yield words("check.net_all", net=net)
    if settled.previous:
        since = words.deviation(deviation.since_start)
        yield words("check.since_start", count=words.count(len(settled.previous) + 1), net=since)
    yield words("check.exact", exact=words.exact_euro(position.exact_cost_share), share=share)
    files = {
        "lines": f"lines-{code}.csv",
        "position": f"position-{code}.csv",
        "statement": f"statement-{code}.json",
    }
    if own is None:
        yield words("check.totals", **files)
    else:
        if len(own):
            yield words("check.lines", share=share, **files)
        yield words("check.position", **files)
    yield from overview.head(settled, words)
