"""The lawfulness papers as PDF: one per organisation, and the fund's own overview.

The heading is the answer. What is attached holds the figures to follow it by.

Source:
    The settlement rules, Lawfulness in the settlement; What others may see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger.agreement import canonical
from reports import pdf
from reports.lawfulness import attachments, explained, sentences, tables
from reports.lawfulness.accounts import Paper, accounts, parties
from reports.pages import template
from reports.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.lawfulness.accounts import Account
    from settlement.accountability import Accountability


_ACCOUNTS: Final = frozenset({Paper.INPUT, Paper.OWN_BODY})
"""Papers for whoever accounts for lawfulness, which has an operations paragraph."""


def papers(
    of: Accountability, *, language: str, only: str | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield every paper of a year: name of the file, and its bytes.

    Args:
        of: The year.
        language: ``nl`` or ``en``.
        only: Code of the one organisation whose paper is asked for; ``None`` for all.

    Raises:
        WrongInput: The libraries that lay out text are not installed.
    """
    words, everyone = Words(language), parties(of)
    for account in accounts(of, only=only):
        yield f"{account.file}.pdf", paper(account, everyone, words)


def title(account: Account, words: Words) -> str:
    """Return what a paper is called, which stands on every page of it."""
    return words(f"law.title.{account.paper}", year=account.of.year)


def paper(account: Account, everyone: Sequence[Account], words: Words) -> bytes:
    """Return one paper.

    Args:
        account: Whose.
        everyone: The accounts of all organisations, over which the fund's total is divided.
        words: In the language of the reader.
    """
    called, of = title(account, words), account.of
    page: dict[str, Any] = {
        "words": words,
        "language": words.language,
        "fund": of.agreement.fund.name,
        "dated": of.dated.isoformat(),
        "document": called,
        "title": words(f"law.running.{account.paper}", year=of.year, name=account.name),
        "subject": words("law.subject", name=account.name, year=of.year),
        "foot": _foot(account, words),
        "account": account,
        **_content(account, everyone, words),
    }
    descriptions = {kind: words(f"law.attachment.{kind}") for kind in attachments.KINDS}
    return pdf.render(
        template("lawfulness.html").render(page),
        dated=of.dated,
        attachments=attachments.of_paper(account, everyone, descriptions=descriptions),
    )


def _content(account: Account, everyone: Sequence[Account], words: Words) -> dict[str, Any]:
    one_by_one = explained.one_by_one(account, words)
    rows = () if account.totals_only else explained.per_rule(account, words)
    return {
        "meta": _meta(account, words),
        "heading": sentences.heading(account, words),
        "lede": sentences.lede(account, words),
        "purpose": sentences.purpose(account, words),
        "criteria": tables.criteria(account, words),
        "notes": tuple(sentences.notes(account, words)),
        "waiting": tuple(sentences.waiting(account, words)),
        "limit": tables.limit(account, words),
        "limit_caption": words("law.limit.caption", year=account.of.year),
        "exceeds": bool(account.test and account.test.exceeding),
        "box": tuple(sentences.box(account, words)),
        "explained": words(
            "law.explained.paragraph" if account.paper in _ACCOUNTS else "law.explained.title"
        ),
        "rows": rows,
        "counted": sum(row.count for row in rows),
        "explained_cents": sum(row.cents for row in rows),
        "remarks": tuple(sentences.remarks(account, words)),
        "one_by_one": () if account.totals_only else one_by_one,
        "individually": words("law.one.above", limit=words.euro(account.reporting_limit or 0)),
        "reconciliation": tables.reconciliation(account, everyone, words),
        "signs": _signs(account, words),
        "check": tuple(sentences.check(account, words)),
    }


def _meta(account: Account, words: Words) -> tuple[tuple[str, str], ...]:
    of, terms = account.of, account.of.agreement.agreement
    holder = next(each for each in of.agreement.party if each.code == terms.account_holder)
    party = account.party
    rows = (
        ("law.meta.dated", words.day(of.dated)),
        ("meta.from", words("meta.holder", name=holder.name)),
        ("meta.contact", holder.contact_role),
        (
            "meta.agreement",
            words("meta.version", version=terms.version, day=words.day(terms.valid_from)),
        ),
        ("law.meta.regime", words(f"law.regime.{'sum' if of.regime.adds_up else 'apart'}",
                                  code=of.regime.code)),
        ("meta.reference", party.reference if party else None),
        ("meta.oin", party.oin if party else None),
        ("meta.kvk", party.kvk if party else None),
    )  # fmt: skip
    return tuple((words(label), value) for label, value in rows if value)


def _signs(account: Account, words: Words) -> tuple[str, str]:
    whom = "board" if account.paper is Paper.OWN_BODY else "holder"
    return words(f"law.sign.{whom}"), words("law.sign.review")


def _foot(account: Account, words: Words) -> str:
    of = account.of
    foot = words(
        "law.foot",
        version=of.agreement.agreement.version,
        agreement=canonical.sha256(of.agreement)[:8],
    )
    return words(
        "paper.foot_head", foot=foot, sequence=words.count(of.end.sequence), sha256=of.end.sha256
    )
