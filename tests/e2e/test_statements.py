"""Statements as real PDF: what stands in them, and what must never."""

from __future__ import annotations

import io
import json
import re
import sys
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pikepdf
import pytest

from ledger import texts
from ledger.errors import WrongInput
from reports import attachments, pdf
from reports.accounts import Outcome, accounts
from reports.words import LOCALE, Words
from tests.support.statements import (
    COLUMNS,
    FIRST,
    IDENTIFYING,
    SPENDINGS,
    THIRD,
    attached,
    contribution,
    pages,
    paper,
    papers,
    settled,
    squeezed,
    text,
    told_elsewhere,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.periods import Period
    from settlement.results import Settlement

SCRIPT: Final = """
import sys; sys.path.insert(0, {root!r})
import hashlib
from tests.support import statements as made
paid = made.contribution("stad", "100.00") + made.contribution("dorp", "20.00")
papers = made.papers(made.settled(contributions=paid))
print([(name, hashlib.sha256(content).hexdigest()) for name, content in papers.items()])
"""


@pytest.fixture(scope="module")
def ordinary() -> Settlement:
    return settled(contributions=contribution("stad", "100.00") + contribution("dorp", "20.00"))


@pytest.fixture(scope="module")
def ordinary_papers(ordinary: Settlement) -> dict[str, bytes]:
    return papers(ordinary)


def test_every_position_has_a_statement_and_the_summary_comes_last(
    ordinary: Settlement, ordinary_papers: dict[str, bytes]
) -> None:
    expected = [f"{each.party}.pdf" for each in ordinary.positions]
    assert list(ordinary_papers) == [*expected, "summary.pdf"]


def test_same_settlement_gives_the_same_bytes(
    ordinary: Settlement, ordinary_papers: dict[str, bytes]
) -> None:
    assert papers(ordinary) == ordinary_papers


def test_another_process_gives_the_same_bytes(
    tmp_path: Path, ordinary_papers: dict[str, bytes]
) -> None:
    outputs = told_elsewhere(SCRIPT, tmp_path)
    assert len(outputs) == 1


def test_a_paper_is_marked_as_archivable_tagged_and_in_its_language(
    ordinary_papers: dict[str, bytes],
) -> None:
    for content in ordinary_papers.values():
        with pikepdf.open(io.BytesIO(content)) as document, document.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfaid:conformance"] == "A"
            assert str(document.Root.Lang) == "nl"
            assert document.Root.MarkInfo.Marked
            assert document.Root.OutputIntents[0].S == "/GTS_PDFA1"
            assert str(document.docinfo["/CreationDate"]).startswith("D:20260331")
            kinds = Counter(_kinds(document.Root.StructTreeRoot))
            assert kinds["/H1"] == 1
            assert kinds["/Table"]
            assert kinds["/TH"]


def _kinds(node: pikepdf.Object) -> list[str]:
    """Walk the tags of a document."""
    if isinstance(node, pikepdf.Array):
        return [kind for each in node for kind in _kinds(each)]
    if not isinstance(node, pikepdf.Dictionary):
        return []
    own = [str(node.S)] if "/S" in node else []
    return own + (_kinds(node.K) if "/K" in node else [])


def test_a_picture_has_a_description(ordinary_papers: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(ordinary_papers["dorp.pdf"])) as document:
        figures = [each for each in _nodes(document.Root.StructTreeRoot) if each.S == "/Figure"]
        assert [str(each.Alt)[:13] for each in figures] == ["Staafdiagram "]


def _nodes(node: pikepdf.Object) -> list[pikepdf.Object]:
    if isinstance(node, pikepdf.Array):
        return [found for each in node for found in _nodes(each)]
    if not isinstance(node, pikepdf.Dictionary):
        return []
    own = [node] if "/S" in node else []
    return own + (_nodes(node.K) if "/K" in node else [])


def test_only_fonts_that_are_shipped_are_used(ordinary_papers: dict[str, bytes]) -> None:
    for content in ordinary_papers.values():
        with pikepdf.open(io.BytesIO(content)) as document:
            fonts = {
                str(font.BaseFont)
                for page in document.pages
                for font in page.resources.Font.values()
            }
        assert all(re.search(r"\+(Source-|Overbrug-)", font) for font in fonts), fonts


def test_a_letter_outside_the_basic_latin_ones_is_not_a_box(
    ordinary_papers: dict[str, bytes],
) -> None:
    assert "ZorgverzekeraarŞifa" in text(ordinary_papers["zorg.pdf"])


def test_each_attachment_is_associated_once(ordinary_papers: dict[str, bytes]) -> None:
    for content in ordinary_papers.values():
        with pikepdf.open(io.BytesIO(content)) as document:
            named = document.Root.Names.EmbeddedFiles.Names
            names = [str(each) for each in list(named)[::2]]
            associated = [str(each.UF) for each in document.Root.AF]
            assert names == sorted(names)
            assert associated == names
            assert {str(each.AFRelationship) for each in document.Root.AF} == {"/Data"}


def test_statement_has_lines_figures_and_the_whole_for_a_program(
    ordinary_papers: dict[str, bytes],
) -> None:
    assert set(attached(ordinary_papers["dorp.pdf"])) == {
        "lines-dorp.csv",
        "position-dorp.csv",
        "statement-dorp.json",
    }
    assert tuple(attached(ordinary_papers["summary.pdf"])) == attachments.SUMMARY


def test_nothing_identifies_a_case_a_day_or_a_payee(ordinary_papers: dict[str, bytes]) -> None:
    for name, content in ordinary_papers.items():
        assert not IDENTIFYING.search(text(content)), name
        for file, inside in attached(content).items():
            assert not IDENTIFYING.search(inside.decode()), f"{name}: {file}"


def test_insurer_gets_one_page_of_totals_and_no_spending(
    ordinary_papers: dict[str, bytes],
) -> None:
    paper = ordinary_papers["zorg.pdf"]
    files = attached(paper)
    assert pages(paper) == 1
    assert set(files) == {"position-zorg.csv", "statement-zorg.json"}
    assert "s-1" not in text(paper)
    assert "lines" not in json.loads(files["statement-zorg.json"])
    assert not any(b"s-1" in inside for inside in files.values())


@pytest.mark.parametrize("kind", ["health-insurer", "care-office", "police", "justice", "school"])
def test_who_gets_totals_only(kind: str) -> None:
    settlement = settled()
    agreement = settlement.agreement
    changed = [
        each.model_copy(update={"kind": kind}) if each.code == "dorp" else each
        for each in agreement.party
    ]
    account = next(each for each in accounts(settlement) if each.position.party == "dorp")
    assert not account.totals_only
    object.__setattr__(agreement, "party", tuple(changed))
    assert account.totals_only


def test_statement_names_sender_recipient_reference_and_payment(
    ordinary_papers: dict[str, bytes],
) -> None:
    words = text(ordinary_papers["dorp.pdf"])
    for expected in (
        "Brugfonds <Noord & Oost>",
        "Gemeente Stad, kassier",
        "NL91 ABNA 0417 1643 00",
        "t.a.v. afdeling Financiën",
        "Markt 1",
        "1234 AB Dorp",
        "V-2026-0042",
        "00000001001234567000",
        "brug-2026-01-dorp",
        "31 maart 2026",
        "30 april 2026",
    ):
        assert squeezed(expected) in words, expected


OUTCOMES: Final[dict[Outcome, tuple[str, dict[str, Any], str]]] = {
    Outcome.PAYS: ("zorg", {}, "U betaalt"),
    Outcome.RECEIVES: (
        "dorp",
        {"contributions": contribution("dorp", "500.00")},
        "terug",
    ),
    Outcome.HOLDER_PAYS: ("stad", {}, "bij en boekt dat zelf"),
    Outcome.HOLDER_RECEIVES: (
        "stad",
        {"contributions": contribution("stad", "500.00"), "settlement": 'funding = "bridge"'},
        "en boekt dat zelf",
    ),
    Outcome.CARRIES_DEBT: (
        "zorg",
        {"contributions": contribution("zorg", "50.00")},
        "schuldig; dat schuift door",
    ),
    Outcome.CARRIES_CLAIM: (
        "zorg",
        {"contributions": contribution("zorg", "70.00"), "settlement": 'funding = "bridge"'},
        "te goed; dat schuift door",
    ),
    Outcome.STAYS: (
        "zorg",
        {"contributions": contribution("zorg", "500.00")},
        "U hoeft nu niets te betalen",
    ),
    Outcome.NOTHING: (
        "dorp",
        {"spendings": COLUMNS + "\n"},
        "Er is niets te verrekenen",
    ),
}


def test_no_outcome_is_forgotten() -> None:
    assert set(OUTCOMES) == set(Outcome)


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_heading_is_the_answer(outcome: Outcome, language: str) -> None:
    party, changed, heading = OUTCOMES[outcome]
    settlement = settled(**changed)
    account = next(each for each in accounts(settlement) if each.position.party == party)
    assert account.outcome == outcome
    words = text(paper(settlement, party, language))
    if language == "nl":
        assert squeezed(heading) in words
    for piece in Words(language)(f"heading.{outcome}", amount="#").split("#"):
        assert squeezed(piece) in words


def test_direct_transfers_name_everyone_that_is_paid() -> None:
    settlement = settled(
        settlement='funding = "bridge"\ntransfers = "direct"',
        contributions=contribution("stad", "113.34") + contribution("zorg", "10.02"),
    )
    assert settlement.transfers
    for transfer in settlement.transfers:
        amount = f"{transfer.amount_cents // 100},{transfer.amount_cents % 100:02d}"
        assert amount in text(paper(settlement, transfer.payer))
        assert amount in text(paper(settlement, transfer.payee))


BUDGET: Final = (
    '[[budget]]\nparty = "dorp"\nyear = 2026\namount = "{amount}"\ndecision = "raadsbesluit 7"\n'
)


@pytest.mark.parametrize(
    ("amount", "period", "warned"),
    [("1.00", FIRST, False), ("1.00", THIRD, True), ("9000.00", THIRD, False)],
)
def test_a_forecast_over_budget_is_a_warning_from_september_on(
    amount: str, period: Period, *, warned: bool
) -> None:
    later = SPENDINGS
    for month in ("01", "02", "03") if period is THIRD else ():
        later = later.replace(f"2026-{month}", f"2026-{int(month) + 6:02d}").replace(
            "09-31", "09-30"
        )
    settlement = settled(more=BUDGET.format(amount=amount), period=period, spendings=later)
    words = text(paper(settlement, "dorp"))
    assert ("Letop:" in words) is warned
    assert "raadsbesluit7" in words


def test_without_a_budget_the_statement_says_so(ordinary_papers: dict[str, bytes]) -> None:
    assert squeezed("staat geen begroting van uw organisatie voor 2026") in text(
        ordinary_papers["dorp.pdf"]
    )


def test_the_ladder_stands_in_the_sum() -> None:
    cap = '[[ladder]]\nkind = "cap"\nparty = "dorp"\namount = "20.00"\nover = "gelijk"\n'
    settlement = settled(more=cap)
    dorp = paper(settlement, "dorp")
    assert squeezed("Plafonds (stap 1), minder voor u") in text(dorp)
    assert squeezed("Plafonds (stap 1), meer voor u") in text(paper(settlement, "stad"))
    assert squeezed("Uw plafond in het convenant is € 20,00 per jaar.") in text(dorp)


def test_outsiders_are_named_apart_and_pay_nothing(ordinary_papers: dict[str, bytes]) -> None:
    words = squeezed("Buitenstaanders bespaarden naar verwachting € 250,00 en betalen niet mee.")
    assert words in text(ordinary_papers["summary.pdf"])


@pytest.mark.parametrize(
    ("rounding", "promised"),
    [("date", "uw lopende totaal bleef"), ("category", "uw lopende totaal per categorie")],
)
def test_a_statement_promises_what_its_rounding_keeps(rounding: str, promised: str) -> None:
    settlement = settled(settlement=f'rounding = "{rounding}"')
    assert squeezed(promised) in text(paper(settlement, "zorg"))


def test_a_missing_library_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    pdf.styles.cache_clear()
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(WrongInput, match=r"install libpango-1\.0-0 libpangoft2-1\.0-0"):
        pdf.render("<p>", dated=date(2026, 1, 1), attachments=())


def test_catalogues_have_the_same_texts() -> None:
    dutch, english = (texts.catalogue(LOCALE, language).texts for language in texts.LANGUAGES)
    assert dutch.keys() == english.keys()
