"""The head of the trail on paper: what anyone can hold against a rewritten history."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

import pytest

from settlement import earlier_files
from settlement.eras import in_order
from settlement.results import Head
from tests.support.funds import written
from tests.support.statements import attached, contribution, pages, papers, settled, squeezed, text

HEAD: Final = Head(sequence=12345, sha256="0123456789abcdef" * 4)
PAID: Final = contribution("stad", "100.00") + contribution("dorp", "20.00")


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("nl", (f"controlespoor 12.345 {HEAD.sha256}", "tot daar niets is gewijzigd")),
        ("en", (f"audit trail 12,345 {HEAD.sha256}", "nothing up to there was changed")),
    ],
)
def test_every_page_bears_the_head_of_the_trail(language: str, sentences: tuple[str, str]) -> None:
    plain = settled(contributions=PAID)
    for name, content in papers(replace(plain, head=HEAD), language).items():
        foot, why = map(squeezed, sentences)
        assert text(content).count(foot) == pages(content), name
        assert why in text(content), name
        if name != "summary.pdf":
            code = name.removesuffix(".pdf")
            about = json.loads(attached(content)[f"statement-{code}.json"])
            assert about["head"] == {"sequence": 12345, "sha256": HEAD.sha256}


def test_totals_still_fit_on_one_page() -> None:
    made = papers(replace(settled(contributions=PAID), head=HEAD))
    assert pages(made["zorg.pdf"]) == 1


def test_without_a_trail_no_paper_and_no_file_speaks_of_one() -> None:
    plain = settled(contributions=PAID)
    for name, content in papers(plain).items():
        assert "controlespoor" not in text(content), name
    assert "head" not in json.loads(written(plain)["settlement.json"])


def test_the_head_is_in_the_files_and_changes_nothing_that_the_next_settlement_rests_on() -> None:
    plain = settled(contributions=PAID)
    without, with_ = written(plain), written(replace(plain, head=HEAD))
    about = json.loads(with_["settlement.json"])
    assert about.pop("head") == {"sequence": 12345, "sha256": HEAD.sha256}
    assert about == json.loads(without["settlement.json"])
    parties = tuple(party.code for party in in_order(plain.agreements))
    runs = [
        earlier_files.read("q1", each, fund="brug", parties=parties) for each in (without, with_)
    ]
    assert runs[0].sha256 == runs[1].sha256
