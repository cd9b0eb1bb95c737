"""Why: findings per rule, with norm, cause, acceptance and measure, and the large ones apart.

Causes and norms are those of the catalogues, measures those of the agreement. What is not
known is left to fill in. Texts that people wrote to justify a spending, or an acceptance,
are not here.

Source:
    The settlement rules, Lawfulness in the settlement; What others may see.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger import texts
from ledger.agreement.lawchecks import OVERSPENT
from reports import figures
from settlement.landing import CRITERIA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.lawfulness.accounts import Account
    from reports.words import Words
    from settlement.landing import Accepted, Landed

_RULES: Final = Path(texts.__file__).parent / "locale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A row of an explanation.

    Args:
        rule: Code of the rule; ``budget`` for what exceeds one.
        title: Name of the rule, or the spending that is explained by itself.
        label: ``error`` or ``uncertainty``: an acceptance takes nothing of it away.
        norm: What it rests on; with a spending, which rule and where it belongs.
        count: How many findings.
        cents: What fell on the organisation.
        cause: What a finding of this rule is caused by.
        accepted: Who accepted how many on which kind of ground, a sentence each.
        measure: What the fund does about it; ``None`` where it is to be filled in.
    """

    rule: str
    title: str
    label: str
    norm: str
    count: int
    cents: int
    cause: str
    accepted: tuple[str, ...]
    measure: str | None


def per_rule(account: Account, words: Words) -> tuple[Explained, ...]:
    """Return one row per rule and kind, by criterion, the largest first."""
    grouped: dict[tuple[str, str, str], list[Landed]] = {}
    for each in account.landed:
        found = each.found
        grouped.setdefault((found.criterion, found.rule, found.kind), []).append(each)
    rows = [
        (CRITERIA.index(criterion), _of_rule(account, rule, label, those, words))
        for (criterion, rule, label), those in grouped.items()
    ]
    ordered = sorted(rows, key=lambda row: (row[0], -row[1].cents, row[1].title, row[1].label))
    return (*_overspent(account, words), *(row for _, row in ordered))


def one_by_one(account: Account, words: Words) -> tuple[Explained, ...]:
    """Return what is above the reporting limit of an organisation: 1A, then the largest first."""
    limit = account.reporting_limit
    if limit is None:
        return ()
    large = [each for each in account.landed if account.share(each) > limit]
    ordered = sorted(large, key=lambda each: (-account.share(each), each.found.sequence))
    over = _overspent(account, words) if account.over_cents > limit else ()
    return (*over, *(_by_itself(account, each, words) for each in ordered))


def name_of(rule: str, words: Words) -> str:
    """Return what a rule is called; its code where no text knows it."""
    return _text(f"rule.{rule}.name", words) or rule


def month_of(landed: Landed, words: Words) -> str:
    """Return the month in which a finding's spending counts."""
    return words.month(landed.found.spent.booked_on)


def group_of(account: Account, landed: Landed, words: Words) -> str:
    """Return the category group of a finding's spending, as others may see it."""
    group = figures.group_of(account.of)(landed.found.spent.category)
    return words.group(account.of, group)


def accepted_by(accepted: Sequence[Accepted], words: Words) -> str:
    """Say who accepted by their nature, and on which kinds of ground.

    Args:
        accepted: All by the board, or all within a mandate.
        words: In the language of the reader.
    """
    grounds = Counter(each.ground for each in accepted)
    said = [words("law.on_ground", ground=words(f"law.ground.{ground}")) for ground in grounds]
    if len(said) > 1:
        counts = map(words.count, grounds.values())
        pairs = zip(counts, said, strict=True)
        said = [words("law.accepted.count", count=count, said=each) for count, each in pairs]
    decided = sorted({(each.decided_on, each.decision) for each in accepted if each.decision})
    several = ".several" if len(grounds) > 1 else ""
    return words(
        f"law.by.{accepted[0].by}{several}",
        grounds=texts.together(words.language, said),
        decisions="; ".join(
            words("law.by.decision", decision=decision, day=words.day(day))
            for day, decision in decided
        ),
    )


def _of_rule(
    account: Account, rule: str, label: str, those: Sequence[Landed], words: Words
) -> Explained:
    return Explained(
        rule=rule,
        title=name_of(rule, words),
        label=label,
        norm=_text(f"rule.{rule}.norm", words) or "",
        count=len(those),
        cents=sum(account.share(each) for each in those),
        cause=_cause(rule, label, words),
        accepted=_accepted(those, words),
        measure=_measure(account, rule, words),
    )


def _by_itself(account: Account, landed: Landed, words: Words) -> Explained:
    rule = landed.found.rule
    return Explained(
        rule=rule,
        title=words.shortened(landed.found.spent.id),
        label=landed.found.kind,
        norm=words(
            "law.one",
            rule=name_of(rule, words),
            month=month_of(landed, words),
            group=group_of(account, landed, words),
        ),
        count=1,
        cents=account.share(landed),
        cause=_cause(rule, landed.found.kind, words),
        accepted=_accepted([landed], words),
        measure=_measure(account, rule, words),
    )


def _overspent(account: Account, words: Words) -> tuple[Explained, ...]:
    over = [each for each in account.overspent if each.over_cents]
    if not over:
        return ()
    return (
        Explained(
            rule=OVERSPENT,
            title=words("law.over.name"),
            label="error",
            norm=words(f"law.over.norm.{_whose(account)}"),
            count=len(over),
            cents=account.over_cents,
            cause=words("law.over.cause"),
            accepted=tuple(
                words("law.over.authorised", decision=decision, amount=words.euro(cents))
                for each in over
                for decision, cents in each.authorised.items()
            ),
            measure=_measure(account, OVERSPENT, words),
        ),
    )


def _whose(account: Account) -> str:
    """Return who authorises the budgets of an account: councils, other boards, or both."""
    if account.party is None:
        return "board" if account.of.agreement.fund.legal_form == "own-body" else "all"
    return "council" if account.party.kind == "municipality" else "board"


def _accepted(those: Sequence[Landed], words: Words) -> tuple[str, ...]:
    """Say how many were accepted, then by whom and on which kinds of ground."""
    accepted = [each.found.accepted for each in those if each.found.accepted]
    if not accepted:
        return (words("law.accepted.none"),)
    head = words("law.accepted.some", count=words.count(len(accepted)), all=words.count(len(those)))
    if len(accepted) == len(those):
        head = words("law.accepted.all")
    ways = [
        (len(by), accepted_by(by, words))
        for way in dict.fromkeys(each.by for each in accepted)
        if (by := [each for each in accepted if each.by == way])
    ]
    if len(ways) == 1:
        return (f"{head} {ways[0][1]}.",)
    lines = (
        words("law.accepted.count", count=words.count(count), said=said) for count, said in ways
    )
    return (f"{head}:", *(f"{line}." for line in lines))


def _cause(rule: str, label: str, words: Words) -> str:
    """Return the cause of a rule's findings; of errors that were uncertain another."""
    known = (f"law.cause.{rule}.{label}", f"law.cause.{rule}", "law.cause.none")
    return words(next(text for text in known if words.has(text)))


def _measure(account: Account, rule: str, words: Words) -> str | None:
    for version in reversed(account.of.agreements):
        for measure in version.lawfulness.measure if version.lawfulness else ():
            if measure.rule == rule:
                return measure.text
    return words(f"law.measure.{rule}") if words.has(f"law.measure.{rule}") else None


def _text(text: str, words: Words) -> str | None:
    catalogue = texts.catalogue(_RULES, words.language)
    return catalogue(text) if catalogue.has(text) else None
