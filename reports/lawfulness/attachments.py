"""What is attached to a lawfulness paper: findings as CSV, and all of it as JSON.

Of a finding others see its spending's id, month, category group, amount and the share that
is theirs, its rule, and the kind of ground on which it was accepted; never case, payee, day,
domain, effect or the text of a justification. Who gets totals only gets no finding at all.

Source:
    The settlement rules, What others may see; Lawfulness in the settlement.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from ledger.agreement import canonical
from ledger.money import as_text
from reports import figures
from reports.attachments import Attachment
from reports.lawfulness.accounts import PAIRS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.lawfulness.accounts import Account
    from settlement.landing import Landed

KINDS: Final = ("findings", "statement", "totals")
"""What may be attached."""

FINDINGS: Final = (
    *("finding", "spending", "month", "group", "rule", "criterion", "kind", "amount"),
    *("share", "found", "landed", "accepted", "ground"),
)
"""Columns of the findings, amounts in the fund's currency.

``amount`` is that of the spending, ``share`` what of it the organisation bears, ``found`` what
of it fails (below zero where it was taken back), and ``landed`` = ``found`` x ``share`` /
``amount``, by largest remainder.
"""


def of_paper(
    account: Account, everyone: Sequence[Account], *, descriptions: Mapping[str, str]
) -> tuple[Attachment, ...]:
    """Return what a paper has attached, in the order of names.

    Args:
        account: Whose paper.
        everyone: The accounts of all organisations.
        descriptions: What each of :data:`KINDS` is for.
    """
    name = account.file
    files = {
        f"lawfulness-{name}.json": ("statement", as_json(told(account))),
        f"totals-{name}.csv": ("totals", _csv(_TOTALS, _totals(account, everyone))),
    }
    if not account.totals_only:
        files[f"findings-{name}.csv"] = ("findings", _csv(FINDINGS, _findings(account)))
    return tuple(
        Attachment(name=file, content=content, description=descriptions[kind])
        for file, (kind, content) in sorted(files.items())
    )


def record(of: Sequence[Account], whole: Account) -> dict[str, Any]:
    """Return a year for programs: the fund's totals, and every organisation's."""
    return {
        **_about(whole),
        "organisations": [_figures(each) for each in of],
        "not_allocated": _amounts(whole.of.findings.not_allocated),
        "fund_total": _amounts(whole.sums),
    }


def told(account: Account) -> dict[str, Any]:
    """Return one account for programs."""
    found = None if account.totals_only else [dict(zip(FINDINGS, row, strict=True))
                                              for row in _findings(account)]  # fmt: skip
    return {
        **_about(account),
        "paper": account.paper,
        **_figures(account),
        "budgets": [
            {
                "organisation": each.party,
                "budget": as_text(each.budget_cents),
                "cost_share": as_text(each.cost_cents),
                "over": as_text(each.over_cents),
                "authorised_afterwards": {
                    decision: as_text(cents) for decision, cents in each.authorised.items()
                },
            }
            for each in account.overspent
        ],
        **({} if found is None else {"findings": found}),
        "fund_total": _amounts(account.of.fund_sums),
        "not_allocated": _amounts(account.of.findings.not_allocated),
    }


def as_json(content: Mapping[str, Any]) -> bytes:
    """Return what programs read, as bytes."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _about(account: Account) -> dict[str, Any]:
    of = account.of
    return {
        "schema": 1,
        "fund": of.agreement.fund.code,
        "year": of.year,
        "currency": of.agreement.fund.currency,
        "legal_form": of.agreement.fund.legal_form,
        "regime": of.regime.code,
        "agreement": {
            "version": of.agreement.agreement.version,
            "sha256": canonical.sha256(of.agreement),
        },
        "trail": {"sequence": of.end.sequence, "sha256": of.end.sha256},
        "dated": of.dated.isoformat(),
        "spent": as_text(of.spent_cents),
        "not_settled": {"spendings": of.unsettled, "amount": as_text(of.unsettled_cents)},
    }


def _figures(account: Account) -> dict[str, Any]:
    test = account.test
    return {
        "organisation": account.party.code if account.party else None,
        "cost_share": as_text(account.cost_cents),
        "amounts": _amounts(account.sums),
        "errors": as_text(account.errors_cents),
        "uncertainties": as_text(account.uncertainties_cents),
        "together": as_text(account.total_cents),
        "outcome": account.outcome,
        "limit": test and {
            "amount": as_text(test.limit_cents),
            "share": str(test.limit.share),
            "base_amount": as_text(test.limit.base_amount),
            "decision": test.limit.decision,
            "exceeded_by": [each.of for each in test.exceeding],
        },
    }  # fmt: skip


def _amounts(sums: Mapping[tuple[str, str], int]) -> dict[str, str]:
    return {f"{criterion}_{kind}": as_text(sums[criterion, kind]) for criterion, kind in PAIRS}


_TOTALS: Final = ("organisation", "criterion", "kind", "amount")


def _totals(account: Account, everyone: Sequence[Account]) -> Iterator[tuple[str, ...]]:
    """Yield what fell on whom, what waits, and the fund's total, which they add up to."""
    shown = [each for each in everyone if not account.totals_only or each.party == account.party]
    for each in shown:
        for criterion, kind in PAIRS:
            yield each.file, criterion, kind, as_text(each.sums[criterion, kind])
    for name, sums in (
        ("(not allocated)", account.of.findings.not_allocated),
        ("(fund)", account.of.fund_sums),
    ):
        for criterion, kind in PAIRS:
            yield name, criterion, kind, as_text(sums[criterion, kind])


def _findings(account: Account) -> Iterator[tuple[str, ...]]:
    group = figures.group_of(account.of)
    for each in account.landed:
        found, spent = each.found, each.found.spent
        yield (
            number_of(each),
            spent.id,
            f"{spent.booked_on:%Y-%m}",
            group(spent.category),
            found.rule,
            found.criterion,
            found.kind,
            as_text(spent.amount_cents),
            as_text(share_of(account, each)),
            as_text(each.cents),
            as_text(account.share(each)),
            found.accepted.by if found.accepted else "",
            found.accepted.ground if found.accepted else "",
        )


def number_of(landed: Landed) -> str:
    """Return the number by which a finding is known in the fund's trail."""
    return f"{landed.found.sequence}/{landed.found.line}"


def share_of(account: Account, landed: Landed) -> int:
    """Return what of a finding's spending an organisation bears; of the fund all of it."""
    spent = landed.found.spent
    if account.party is None:
        return spent.amount_cents
    return (spent.cells or {}).get(account.party.code, 0)


def _csv(header: Sequence[str], rows: Iterator[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
