"""Whether a paper is of a proposal: it must not read as what was booked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from tests.support import ledgers
from tests.support.funds import written
from tests.support.statements import attached, contribution, pages, papers, settled, squeezed, text

if TYPE_CHECKING:
    from tests.support.databases import Database

PAID: Final = contribution("stad", "100.00") + contribution("dorp", "20.00")
STATE: Final = {"nl": "voorstel, nog niet vastgesteld", "en": "proposal, not yet booked"}
TITLE: Final = {"nl": "Voorstel: ", "en": "Proposal: "}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_of_a_proposal_says_that_it_is_one(language: str) -> None:
    plain = settled(contributions=PAID)
    for name, content in papers(replace(plain, unbooked=True), language).items():
        said = text(content)
        assert squeezed(STATE[language]) in said, name
        assert said.count(squeezed(TITLE[language])) == pages(content), name
    for name, content in papers(plain, language).items():
        assert squeezed(STATE[language]) not in text(content), name
        assert squeezed(TITLE[language]) not in text(content), name


def test_the_statement_as_a_file_says_so_too_and_the_figures_are_the_same() -> None:
    plain = settled(contributions=PAID)
    proposal = replace(plain, unbooked=True)
    final, made = (
        json.loads(attached(papers(each)["dorp.pdf"])["statement-dorp.json"])
        for each in (plain, proposal)
    )

    assert made.pop("booked") is False
    assert made == final
    assert written(proposal) == written(plain)


def test_what_is_exported_is_a_proposal_until_it_is_booked(database: Database) -> None:
    ledger = ledgers.opened(database.engine).at("2026-01-10")
    ledger.finance()
    ledger.record(10_00)
    ledger.at("2026-04-01").propose("2026-01-01 2026-04-01")

    def unbooked() -> bool:
        return ledger.exported().settlement.unbooked

    assert unbooked()
    ledger.agree("a", "b", "c")
    assert unbooked()
    ledger.book()
    assert not unbooked()
    ledger.pay()
    assert not unbooked()
