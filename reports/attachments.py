"""What is attached to a statement: the figures that it can be recomputed from.

Lines and figures as CSV for a spreadsheet, and all of it as JSON for a program. Of other
people's spendings they hold id, month, category group, amount, share, key and odd cent,
never more; who gets totals only gets no lines at all.

Source:
    The settlement rules, What others may see; A statement.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ledger import money
from ledger.agreement import canonical
from ledger.money import as_text
from reports.exports import settlement_files
from reports.figures import EXACT_DECIMALS
from settlement.results import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

    from reports.accounts import Account
    from settlement.results import Settlement

LINES: Final = (
    "line",
    "spending",
    "month",
    "group",
    "key",
    "amount",
    "numerator",
    "denominator",
    "exact_share",
    "floor",
    "odd_cent",
    "share",
    "standing",
    "late",
)
"""Columns of the lines: ``share`` = ``floor`` + ``odd_cent``, all in the fund's currency."""

POSITION: Final = (
    "opening",
    "contributed",
    "advanced",
    "cost_share",
    "adjustments",
    "balance",
    "due",
    "closing",
    "carried_in",
    "transferred",
    "carried_out",
)
SUMMARY: Final = ("adjustments.csv", "outsiders.csv", "positions.csv", "transfers.csv")
_STANDINGS: Final = {
    Standing.CHAIN: "chain",
    Standing.REVERSED: "reversed",
    Standing.REVERSAL: "reversal",
    Standing.BOOKED_REVERSAL: "booked-reversal",
    Standing.REPLACEMENT: "replacement",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file inside a paper."""

    name: str
    content: bytes
    description: str


def of_statement(
    account: Account, lines: pd.DataFrame | None, *, descriptions: dict[str, str]
) -> tuple[Attachment, ...]:
    """Return what a statement has attached, in the order of names.

    Args:
        account: Whose statement, with its figures.
        lines: The lines it has a share in; ``None`` for who gets totals only.
        descriptions: What the files ``lines``, ``position`` and ``statement`` are for.
    """
    code = account.position.party
    rows = None if lines is None else list(_line_rows(lines))
    files = {
        f"position-{code}.csv": ("position", _csv(_FIGURE_COLUMNS, _figures(account))),
        f"statement-{code}.json": ("statement", _json(account, rows)),
    }
    if rows is not None:
        files[f"lines-{code}.csv"] = ("lines", _csv(LINES, rows))
    return tuple(
        Attachment(name=name, content=content, description=descriptions[kind])
        for name, (kind, content) in sorted(files.items())
    )


def of_summary(settled: Settlement, *, description: str) -> tuple[Attachment, ...]:
    """Return the tables of totals, as ``overbrug settle`` writes them."""
    return tuple(
        Attachment(name=name, content=b"".join(pieces), description=description)
        for name, pieces in sorted(settlement_files.files(settled), key=lambda file: file[0])
        if name in SUMMARY
    )


_FIGURE_COLUMNS: Final = ("figure", "detail", "value", "unit")


def _line_rows(lines: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    months = lines["month"].dt.strftime("%Y-%m").tolist()
    columns = zip(
        lines["spending"].tolist(),
        months,
        lines["group"].tolist(),
        lines["key"].tolist(),
        map(as_text, lines["amount_cents"].tolist()),
        lines["numerator"].tolist(),
        lines["denominator"].tolist(),
        (f"{Decimal(exact).scaleb(-EXACT_DECIMALS):f}" for exact in lines["exact"].tolist()),
        map(as_text, lines["floor_cents"].tolist()),
        map(as_text, lines["odd_cents"].tolist()),
        map(as_text, lines["share_cents"].tolist()),
        (_STANDINGS[Standing(standing)] for standing in lines["standing"].tolist()),
        ("true" if late else "false" for late in lines["late"].tolist()),
        strict=True,
    )
    for number, row in enumerate(columns, 1):
        yield (number, *row)


def _figures(account: Account) -> Iterator[tuple[str, str, str, str]]:
    """Yield every figure of a statement that is not a line, each with its unit."""
    settled, position, currency = account.settled, account.position, account.currency
    for name in POSITION:
        if name == "adjustments":
            for each in account.adjustments:
                detail = f"step {each.step} {each.kind}"
                yield "adjustment", detail, as_text(each.amount_cents), currency
        yield name, "", as_text(getattr(position, f"{name}_cents")), currency
    for transfer in account.transfers:
        pays = transfer.payer == position.party
        other = transfer.payee if pays else transfer.payer
        name = "pays" if pays else "receives"
        yield name, other, as_text(transfer.amount_cents), currency
    yield from _together(account)
    yield "exact_cost_share", "", money.exact_text(position.exact_cost_share), currency
    for name, cents in _deviations(account).items():
        by_category = name == "on_the_way" and account.guarantee == "rounding_category"
        yield f"deviation_{name}", "by category" if by_category else "", cents, "cents"
    yield "reversals_of_earlier", "", str(settled.reversals_of_earlier), "lines"
    yield from _year(account)


def _year(account: Account) -> Iterator[tuple[str, str, str, str]]:
    """Yield the figures of the calendar year so far."""
    settled, currency = account.settled, account.currency
    yield "year_cost_share", str(account.year), as_text(account.year_cost_cents), currency
    if account.forecast_cents is not None:
        yield "year_forecast", str(account.year), as_text(account.forecast_cents), currency
    if settled.lines.has_vat.any():
        yield "of_which_vat", "as far as known", as_text(account.vat_cents), currency
    for budget in account.budgets:
        yield "budget", budget.decision or "", as_text(budget.amount), currency
    if account.over_budget_cents is not None:
        yield "over_budget", str(account.year), as_text(account.over_budget_cents), currency


def _together(account: Account) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a statement says about the fund as a whole, and about the agreement."""
    settled, currency = account.settled, account.currency
    yield "spent_together", "", as_text(sum(settled.lines.amount_cents.tolist())), currency
    yield "lines_together", "", str(len(settled.lines)), "lines"
    if not account.totals_only:
        for each in settled.positions:
            yield "cost_share_of", each.party, as_text(each.cost_share_cents), currency
    saved = sum(each.saving_cents for each in settled.outsiders)
    yield "saved_by_outsiders", "expected", as_text(saved), currency
    minimum = account.agreement.settlement.minimum_transfer
    yield "minimum_transfer", "", as_text(minimum), currency
    for limit in account.limits:
        yield limit.kind, f"per {limit.per}", as_text(limit.amount), currency
    if account.is_holder:
        yield "unplaced", "", as_text(settled.unplaced_cents), currency
        yield "untaken", "", as_text(settled.untaken_cents), currency


def _deviations(account: Account) -> dict[str, str]:
    deviation = account.deviation
    names = ("at_end", "on_the_way", "net", "since_start")
    return {name: settlement_files.decimals(getattr(deviation, name)) for name in names}


def _json(account: Account, rows: Sequence[tuple[Any, ...]] | None) -> bytes:
    settled, position = account.settled, account.position
    about: dict[str, Any] = {
        "schema": 1,
        "statement": account.number,
        "fund": settled.agreement.fund.code,
        "organisation": position.party,
        "currency": account.currency,
        "period": settlement_files.days(settled.period),
        "dated": settled.dated.isoformat(),
        "pay_by": account.pay_by.isoformat(),
        "agreement": {
            "version": settled.agreement.agreement.version,
            "sha256": canonical.sha256(settled.agreement),
        },
        "facts_sha256": settled.facts_sha256,
        **settlement_files.head(settled),
        **({"booked": False} if settled.unbooked else {}),
        "position": {name: as_text(getattr(position, f"{name}_cents")) for name in POSITION},
        "exact_cost_share": money.exact_text(position.exact_cost_share),
        "adjustments": [
            {"step": each.step, "kind": each.kind, "amount": as_text(each.amount_cents)}
            for each in account.adjustments
        ],
        "transfers": [
            {"from": each.payer, "to": each.payee, "amount": as_text(each.amount_cents)}
            for each in account.transfers
        ],
        "deviation_cents": _deviations(account),
        "reversals_of_earlier": settled.reversals_of_earlier,
        "year": {
            "year": account.year,
            "cost_share": as_text(account.year_cost_cents),
            "forecast": None if account.forecast_cents is None else as_text(account.forecast_cents),
            "budget": [
                {"amount": as_text(each.amount), "decision": each.decision}
                for each in account.budgets
            ],
        },
    }
    about["figures"] = [
        dict(zip(_FIGURE_COLUMNS, figure, strict=True)) for figure in _figures(account)
    ]
    if rows is not None:
        about["line_columns"] = LINES
        about["lines"] = rows
    return (json.dumps(about, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
