"""Statements as PDF: one per organisation, and a summary for all of them.

The heading of a statement is its answer. A controller books from the paper and recomputes
it from what is attached.

Source:
    The settlement rules, A statement; What others may see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.agreement import canonical
from reports import attachments, figures, overview, pages, pdf, sentences, states, tables
from reports.accounts import accounts, number
from reports.words import Words, iban

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from reports.accounts import Account
    from settlement.results import Settlement

CHART_WIDTH = 620  # CSS pixels: the width between the margins


def papers(settled: Settlement, *, language: str) -> Iterator[tuple[str, bytes]]:
    """Yield every paper of a settlement: name of the file, and its bytes.

    One statement for each organisation that has a position, then the summary.

    Args:
        settled: What was settled.
        language: ``nl`` or ``en``.

    Raises:
        WrongInput: The libraries that lay out text are not installed.
    """
    words = Words(language)
    everyone = accounts(settled)
    lines = figures.every_line(settled)
    for account in everyone:
        yield f"{account.position.party}.pdf", statement(account, everyone, lines, words)
    yield "summary.pdf", summary(settled, everyone, lines, words)


def statement(
    account: Account, everyone: Sequence[Account], lines: pd.DataFrame, words: Words
) -> bytes:
    """Return one organisation's statement.

    Args:
        account: Whose statement.
        everyone: All accounts, for the chart.
        lines: All lines, as :func:`reports.figures.every_line` gives them.
        words: In the language of the reader.
    """
    settled, code = account.settled, account.position.party
    title = states.title(settled, "paper.final" if settled.final else "paper.statement", words)
    own = None if account.totals_only else figures.of_party(settled, lines, code)
    page: dict[str, Any] = {
        **_frame(settled, words),
        "title": f"{title}, {account.party.name}",
        "document": title,
        "subject": words(
            "paper.subject", party=account.party.name, fund=settled.agreement.fund.name
        ),
        "foot": _foot(settled, account.number, words),
        "account": account,
        "recipient": _recipient(account, words),
        "meta": _meta(account, words),
        "heading": words(
            f"heading.{account.outcome}", amount=words.euro(sentences.answer(account))
        ),
        "lede": sentences.lede(account, words),
        "balance": tables.balance(account, words),
        "payment": tables.payment(account, words),
        "todo": (*states.to_do(settled, words), *sentences.todo(account, words)),
        "ladder": tuple(sentences.ladder(account, words)),
        "budget": tables.budget(account, words),
        "budget_texts": tuple(sentences.budget(account, words)),
        "warning": sentences.warning(account, words),
        "check": tuple(sentences.check(account, own, words)),
        "outsiders": overview.outsiders_text(settled, words),
    }
    if own is not None:
        page |= _lines_of(account, own, words)
        page |= _chart(account, everyone, words)
    descriptions = {
        kind: words(f"attachment.{kind}") for kind in ("lines", "position", "statement")
    }
    return pdf.render(
        pages.template("statement.html").render(page),
        dated=settled.dated,
        attachments=attachments.of_statement(account, own, descriptions=descriptions),
    )


def summary(
    settled: Settlement, everyone: Sequence[Account], lines: pd.DataFrame, words: Words
) -> bytes:
    """Return the summary for all organisations."""
    title = states.title(
        settled, "paper.summary_final" if settled.final else "paper.summary", words
    )
    page: dict[str, Any] = {
        **_frame(settled, words),
        "title": title,
        "document": title,
        "subject": words("paper.subject_summary", fund=settled.agreement.fund.name),
        "foot": _foot(settled, number(settled), words),
        **overview.content(settled, everyone, lines, words, width=CHART_WIDTH),
    }
    return pdf.render(
        pages.template("summary.html").render(page),
        dated=settled.dated,
        attachments=attachments.of_summary(settled, description=words("attachment.summary")),
    )


def _frame(settled: Settlement, words: Words) -> dict[str, Any]:
    return {
        "words": words,
        "language": words.language,
        "fund": settled.agreement.fund.name,
        "dated": settled.dated.isoformat(),
    }


def _foot(settled: Settlement, paper: str, words: Words) -> str:
    foot = words(
        "paper.foot",
        number=paper,
        version=settled.agreement.agreement.version,
        agreement=canonical.sha256(settled.agreement)[:8],
        facts=settled.facts_sha256[:8],
    )
    if settled.head is None:
        return foot
    sequence = words.count(settled.head.sequence)
    return words("paper.foot_head", foot=foot, sequence=sequence, sha256=settled.head.sha256)


def _recipient(account: Account, words: Words) -> tuple[str, ...]:
    to = account.party
    lines = [to.name]
    if to.contact_role:
        lines.append(words("to.attention", role=to.contact_role))
    if address := to.address:
        lines.append(f"{address.street} {address.number}")
        lines.append(f"{address.postcode}  {address.town}")
        if address.country != account.holder_country:
            lines.append(address.country)
    return tuple(lines)


def _meta(account: Account, words: Words) -> tuple[tuple[str, str], ...]:
    settled, to, terms = account.settled, account.party, account.agreement.agreement
    rows = (
        ("meta.number", account.number),
        ("meta.dated", words.day(settled.dated)),
        ("meta.pay_by", words.day(account.pay_by) if account.transfers else None),
        (
            "meta.period",
            words(
                "period.days",
                start=words.day(settled.period.start),
                end=words.day(settled.period.last_day),
            ),
        ),
        ("meta.from", words("meta.holder", name=account.holder.name)),
        ("meta.contact", account.holder.contact_role),
        ("meta.iban", iban(account.holder.iban) if account.holder.iban else None),
        (
            "meta.agreement",
            words("meta.version", version=terms.version, day=words.day(terms.valid_from)),
        ),
        ("meta.reference", to.reference),
        ("meta.oin", to.oin),
        ("meta.kvk", to.kvk),
    )
    named = [(words(label), value) for label, value in rows if value]
    return (*named[:1], *states.state(settled, words), *named[1:])


def _lines_of(account: Account, own: pd.DataFrame, words: Words) -> dict[str, Any]:
    """Return the tables of an organisation's own lines; none where it has no share."""
    if own.empty:
        return {"no_lines": words("share.none")}
    corrected = figures.corrections(own)
    notes = [words("share.note")]
    if len(corrected):
        share = words.euro(int(corrected["share_cents"].sum()))
        notes.append(words.plural("share.corrections", len(corrected), share=share))
    if late := int(own["late"].sum()):
        notes.append(words.plural("share.late", late))
    if account.settled.lines.has_vat.any():
        notes.append(words("share.vat", amount=words.euro(account.vat_cents)))
        if unknown := int((~account.settled.lines.has_vat).sum()):
            notes.append(words.plural("share.vat_unknown", unknown))
    return {
        "by_key": tables.by_key(account, own, words),
        "by_group": tables.by_group(account, own, words),
        "by_month": tables.by_month(own, words) if len(own["month"].unique()) > 1 else None,
        "largest": tables.largest(account, own, words),
        "notes": notes,
    }


def _chart(account: Account, everyone: Sequence[Account], words: Words) -> dict[str, Any]:
    own = account.position.party
    bearing = [each for each in everyone if each.position.cost_share_cents or each is account]
    part = tables.parts_of(each.position.cost_share_cents for each in bearing)[
        [each is account for each in bearing].index(True)
    ]
    return {
        "organisations": tables.per_organisation(bearing, words, own=own),
        "chart": overview.chart(bearing, words, own=own, width=CHART_WIDTH),
        "chart_claim": (
            overview.no_claim(everyone, words)
            if part is None
            else words("chart.claim", percent=words.percentage(part))
        ),
        "chart_unit": overview.unit(account.settled, words, "chart.unit"),
    }
