"""The summary of a settlement: what all organisations see together.

Every total ties: the balances to the invariant, the keys to the lines, the transfers to the
positions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.texts import MINUS
from reports import charts, figures, states, tables
from reports.accounts import party
from reports.tables import Column, Table
from settlement.results import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from reports.accounts import Account
    from reports.words import Words
    from settlement.results import Position, Settlement


def content(
    settled: Settlement,
    everyone: Sequence[Account],
    lines: pd.DataFrame,
    words: Words,
    *,
    width: int,
) -> dict[str, Any]:
    """Return what the template of the summary shows."""
    return {
        "number": _number(settled, words),
        "heading": _heading(settled, words),
        "lede": _lede(settled, words),
        "positions": _positions(everyone, words),
        "payments": _payments(everyone, words),
        "invariant": _invariant(settled, words),
        "transfers": _transfers(settled, words) if settled.transfers else None,
        "adjustments": _adjustments(settled, words) if settled.adjustments else None,
        "left_over": (
            *states.set_apart(settled, words),
            *left_over(settled, words),
            *handover(settled, words),
        ),
        "spent": dict(_spent(settled, lines, words)) if len(lines) else None,
        "outsiders": _outsiders(settled, words) if settled.outsiders else None,
        "outsiders_text": outsiders_text(settled, words),
        "transferred_note": words(
            f"summary.transferred_note.{settled.agreement.settlement.transfers}"
        ),
        "chart": chart(everyone, words, own=None, width=width),
        "chart_claim": _claim(everyone, words),
        "chart_unit": unit(settled, words, "chart.unit_summary"),
        "rounding": tuple(_rounding(settled, everyone[0].guarantee, words)),
        "head": tuple(head(settled, words)),
    }


def chart(
    everyone: Sequence[Account], words: Words, *, own: str | None, width: int
) -> dict[str, str]:
    """Draw the cost share of every organisation, the reader's highlighted.

    Returns:
        ``svg`` and its ``description``.
    """
    shares = [each.position.cost_share_cents for each in everyone]
    bars = []
    for each, cents, part in zip(everyone, shares, tables.parts_of(shares), strict=True):
        label = words.whole_euro(cents)
        if part is not None:
            label = f"{label}  ·  {words.percentage(part, 1)}"
        highlighted = own is None or each.position.party == own
        bars.append(charts.Bar(each.party.name, cents, label, highlighted))
    listed = "; ".join(f"{bar.name} {bar.label}" for bar in bars)
    description = words("chart.description", bars=listed)
    return {
        "svg": charts.bars(bars, description=description, width=width),
        "description": description,
    }


def unit(settled: Settlement, words: Words, text: str) -> str:
    """Return what a chart counts; where there is a ladder, that it comes after."""
    said = words(text)
    return f"{said}; {words('chart.before_ladder')}" if settled.adjustments else said


def left_over(settled: Settlement, words: Words) -> Iterator[str]:
    """Yield what no organisation could take or give on the ladder."""
    for text, cents in (("unplaced", settled.unplaced_cents), ("untaken", settled.untaken_cents)):
        if cents:
            back = "_back" if cents < 0 else ""
            yield words(f"ladder.{text}{back}", amount=words.euro(abs(cents)))


def handover(settled: Settlement, words: Words) -> Iterator[str]:
    """Yield what goes from one account holder to the next, if there is a next one."""
    handed = settled.handover
    if handed is None:
        return
    short = handed.amount_cents < 0
    payer, payee = (handed.new, handed.old) if short else (handed.old, handed.new)
    yield words(
        "do.handover_short" if short else "do.handover",
        amount=words.euro(abs(handed.amount_cents)),
        new=party(settled, handed.new).name,
        payer=party(settled, payer).name,
        payee=party(settled, payee).name,
    )


def head(settled: Settlement, words: Words) -> Iterator[str]:
    """Yield what the end of the fund's trail is good for, which the foot has if there is one."""
    if settled.head is not None:
        yield words("check.head")


def _number(settled: Settlement, words: Words) -> tuple[tuple[str, str], ...]:
    terms = settled.agreement.agreement
    holder = party(settled, terms.account_holder)
    return (
        *states.state(settled, words),
        (words("meta.dated"), words.day(settled.dated)),
        (
            words("meta.period"),
            words(
                "period.days",
                start=words.day(settled.period.start),
                end=words.day(settled.period.last_day),
            ),
        ),
        (words("meta.from"), words("meta.holder", name=holder.name)),
        (
            words("meta.agreement"),
            words("meta.version", version=terms.version, day=words.day(terms.valid_from)),
        ),
    )


def _heading(settled: Settlement, words: Words) -> str:
    moved = sum(each.amount_cents for each in settled.transfers)
    if not moved:
        return words("summary.heading_none")
    return words("summary.heading_transfers", amount=words.euro(moved))


def _lede(settled: Settlement, words: Words) -> str:
    total = sum(settled.lines.amount_cents.tolist())
    spent = words(
        "summary.lede" if total >= 0 else "summary.lede_came_back",
        start=words.day(settled.period.start),
        end=words.day(settled.period.last_day),
        total=words.euro(abs(total)),
        pool=words.euro(settled.pool_spent_cents),
    )
    involved = {each.payer for each in settled.transfers} | {
        each.payee for each in settled.transfers
    }
    texts = [spent, words.plural("summary.lines", len(settled.lines))]
    if involved:
        texts.append(words.plural("summary.counts", len(involved)))
    return " ".join(texts)


def _positions(everyone: Sequence[Account], words: Words) -> Table:
    return _per_party(
        everyone,
        words("summary.positions"),
        (
            (words("sum.opening"), lambda each: each.opening_cents),
            (f"+\n{words('sum.contributed')}", lambda each: each.contributed_cents),
            (f"+\n{words('summary.advanced')}", lambda each: each.advanced_cents),
            (f"{MINUS}\n{words('sum.cost_share')}", lambda each: each.cost_share_cents),
            (f"{MINUS}\n{words('summary.adjustments')}", lambda each: each.adjustments_cents),
            (f"=\n{words('sum.balance')}", lambda each: each.balance_cents),
        ),
        words,
    )


def _payments(everyone: Sequence[Account], words: Words) -> Table:
    return _per_party(
        everyone,
        words("summary.payments"),
        (
            (words("sum.balance"), lambda each: each.balance_cents),
            (f"{MINUS}\n{words('summary.closing')}", lambda each: each.closing_cents),
            (f"=\n{words('summary.due')}", lambda each: each.due_cents),
            (f"+\n{words('summary.carried_in')}", lambda each: each.carried_in_cents),
            (f"{MINUS}\n{words('summary.carried_out')}", lambda each: each.carried_out_cents),
            (f"=\n{words('summary.transferred')}", lambda each: each.transferred_cents),
        ),
        words,
    )


def _per_party(
    everyone: Sequence[Account],
    caption: str,
    columns: Sequence[tuple[str, Callable[[Position], int]]],
    words: Words,
) -> Table:
    rows = tuple(
        (each.party.name, *(read(each.position) for _, read in columns)) for each in everyone
    )
    sums = tuple(sum(read(each.position) for each in everyone) for _, read in columns)
    return Table(
        caption=caption,
        columns=(
            Column(title=words("chart.organisation"), kind="name"),
            *(Column(title=title, kind="money") for title, _ in columns),
        ),
        rows=rows,
        total=(words("summary.total"), *sums),
        small=True,
    )


def _invariant(settled: Settlement, words: Words) -> str:
    positions = settled.positions
    return words(
        "summary.invariant",
        balances=words.euro(sum(each.balance_cents for each in positions)),
        openings=words.euro(sum(each.opening_cents for each in positions)),
        contributed=words.euro(sum(each.contributed_cents for each in positions)),
        spent=words.euro(settled.pool_spent_cents),
    )


def _transfers(settled: Settlement, words: Words) -> Table:
    return Table(
        caption=words("summary.transfers"),
        columns=(
            Column(title=words("summary.from"), kind="name"),
            Column(title=words("summary.to"), kind="text"),
            Column(title=words("summary.amount"), kind="money"),
        ),
        rows=tuple(
            (party(settled, each.payer).name, party(settled, each.payee).name, each.amount_cents)
            for each in settled.transfers
        ),
        total=(
            words("summary.total"),
            None,
            sum(each.amount_cents for each in settled.transfers),
        ),
        small=True,
    )


def _adjustments(settled: Settlement, words: Words) -> Table:
    return Table(
        caption=words("summary.adjustments"),
        columns=(
            Column(title=words("chart.organisation"), kind="name"),
            Column(title=words("summary.step"), kind="text"),
            Column(title=words("summary.amount"), kind="difference"),
        ),
        rows=tuple(
            (
                party(settled, each.party).name,
                f"{each.step}. {words(f'ladder.kind.{each.kind}', pool=each.pool)}",
                each.amount_cents,
            )
            for each in settled.adjustments
        ),
        total=(
            words("summary.total"),
            None,
            sum(each.amount_cents for each in settled.adjustments),
        ),
        small=True,
    )


def _spent(settled: Settlement, lines: pd.DataFrame, words: Words) -> Iterator[tuple[str, Table]]:
    total = int(lines["amount_cents"].sum())
    sums = (
        ("by_key", "share.key", figures.by_key(settled, lines), words.shortened),
        (
            "by_group",
            "share.group",
            figures.by_group(lines),
            lambda name: words.group(settled, name),
        ),
        ("by_month", "share.month", figures.by_month(lines), words.month),
    )
    for table, title, frame, name in sums:
        rows = [
            (name(at), int(row["lines"]), int(row["amount_cents"])) for at, row in frame.iterrows()
        ]
        yield (
            table,
            Table(
                caption=words(f"summary.{table}"),
                columns=(
                    Column(title=words(title), kind="name"),
                    Column(title=words("share.lines"), kind="count"),
                    Column(title=words("share.amount"), kind="money"),
                    Column(title=words("share.percent"), kind="percent"),
                ),
                rows=tuple(
                    (*row, tables.part_of(row[2], total))
                    for row in tables.shortened(rows, words, summed=(1, 2))
                ),
                total=(words("summary.total"), len(lines), total, tables.part_of(total, total)),
                small=True,
            ),
        )


def _outsiders(settled: Settlement, words: Words) -> Table:
    return Table(
        caption=words("savings.caption"),
        columns=(
            Column(title=words("savings.party"), kind="name"),
            Column(title=words("savings.spendings"), kind="count"),
            Column(title=words("savings.saving"), kind="money"),
        ),
        rows=tuple(
            (party(settled, each.party).name, each.spendings, each.saving_cents)
            for each in settled.outsiders
        ),
        # Spendings are not added up: one may save several outsiders something.
        total=(
            words("summary.total"),
            None,
            sum(each.saving_cents for each in settled.outsiders),
        ),
        small=True,
    )


def outsiders_text(settled: Settlement, words: Words) -> str | None:
    """Return what outsiders save together; ``None`` where they save nothing."""
    saved = sum(each.saving_cents for each in settled.outsiders)
    return words("savings.outsiders", amount=words.euro(saved)) if saved else None


def _claim(everyone: Sequence[Account], words: Words) -> str:
    parts = tables.parts_of(each.position.cost_share_cents for each in everyone)
    most, part = max(
        zip(everyone, parts, strict=True), key=lambda pair: pair[0].position.cost_share_cents
    )
    if part is None:
        return no_claim(everyone, words)
    return words("chart.claim_summary", party=most.party.name, percent=words.percentage(part))


def no_claim(everyone: Sequence[Account], words: Words) -> str:
    """Return the caption of a chart of shares that are no parts of a whole."""
    came_back = any(each.position.cost_share_cents for each in everyone)
    return words("chart.claim_mixed" if came_back else "chart.claim_none")


def outside(settled: Settlement) -> int:
    """Return how many lines the rounding guarantee is not about."""
    return int((settled.lines.standing != Standing.CHAIN).sum())


def outside_the_chain(settled: Settlement, words: Words) -> Iterator[str]:
    """Yield which lines the rounding guarantee is not about, if there are any."""
    if count := outside(settled):
        yield words.plural("check.outside", count)


def _rounding(settled: Settlement, guarantee: str, words: Words) -> Iterator[str]:
    way = max(settled.deviations, key=lambda each: each.on_the_way)
    end = max(settled.deviations, key=lambda each: abs(each.at_end))
    yield words(
        f"summary.{guarantee}",
        on_the_way=words.cents(way.on_the_way),
        party=party(settled, way.party).name,
        at_end=words.cents(abs(end.at_end)),
        party_end=party(settled, end.party).name,
    )
    yield from outside_the_chain(settled, words)
    if outside(settled):
        net = max(settled.deviations, key=lambda each: abs(each.net))
        yield words(
            "summary.net",
            net=words.deviation(net.net),
            party=party(settled, net.party).name,
        )
    if settled.previous:
        since = max(settled.deviations, key=lambda each: abs(each.since_start))
        yield words(
            "summary.since_start",
            count=words.count(len(settled.previous) + 1),
            net=words.deviation(since.since_start),
            party=party(settled, since.party).name,
        )
