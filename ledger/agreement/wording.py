"""An agreement in words, so that who signs it can read what was agreed.

Every member of the agreement file shows somewhere. The words explain; what is signed is
the canonical form, whose SHA-256 stands at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.agreement.words import organisations, paperwork, terms
from ledger.agreement.words.document import Document
from ledger.agreement.words.voice import voice

if TYPE_CHECKING:
    from ledger.agreement.schema import Agreement

_SECTIONS: Final = (
    terms.fund,
    organisations.parties,
    organisations.contributions,
    organisations.measures,
    paperwork.keys,
    paperwork.assignments,
    paperwork.ladder,
    terms.settlement,
    terms.approval,
    paperwork.budgets,
    paperwork.lawfulness,
    paperwork.mandates,
    paperwork.categories,
    terms.fingerprint,
)


def describe(agreement: Agreement, *, language: str) -> Document:
    """Describe an agreement in words.

    Args:
        agreement: A checked agreement; names that point nowhere are shown as they are.
        language: ``nl`` or ``en``.

    Returns:
        A document with a section for every subject that the agreement speaks of.
    """
    speaker = voice(agreement, language=language)
    sections = (section(speaker) for section in _SECTIONS)
    return Document(
        title=speaker.say("title", fund=agreement.fund.name, version=agreement.agreement.version),
        language=language,
        sections=tuple(section for section in sections if section is not None),
    )
