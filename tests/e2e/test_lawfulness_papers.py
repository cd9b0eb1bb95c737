"""Lawfulness papers as real PDF and workbooks: what stands in them, and what must never."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

import pikepdf
import pytest

from ledger.texts import MINUS
from reports.lawfulness import explained, papers, sentences, workbook
from reports.lawfulness.accounts import Outcome, Paper
from reports.words import Words
from settlement.landing import CRITERIA, KINDS, Overspent
from tests.support.lawfulness_papers import (
    BY_BOARD,
    BY_MANDATE,
    account,
    accountability,
    calculated,
    findings,
    formulas,
    found,
    limit,
    pdf,
    spent,
    values,
    xlsx,
)
from tests.support.statements import attached, pages, rows, runs, squeezed, text, told_elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from settlement.accountability import Accountability

PARTIES: Final = ("a", "b", "c", "d", None)
OVER: Final = Overspent(
    party="a", budget_cents=500_00, cost_cents=533_34, authorised={"R-9": 30_00}
)
WITHIN: Final = Overspent(party="b", budget_cents=900_00, cost_cents=333_33)
DASH: Final = "\N{EN DASH}"
_AMOUNT: Final = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{3})*,\d{2}(?![\d%])")
SCRIPT: Final = """
import sys; sys.path.insert(0, {root!r})
import hashlib
from tests.support import lawfulness_papers as made
of = made.accountability(terms=made.limit())
for party in ("a", None):
    for content in (made.pdf(of, party), made.xlsx(of, party)):
        print(hashlib.sha256(content).hexdigest())
"""


@pytest.fixture(scope="module")
def ordinary() -> Accountability:
    return accountability(
        terms=limit(more='reporting_limit = "400.00"'),
        overspent=[OVER, WITHIN],
        unsettled=(1, 10_00),
    )


@pytest.fixture(scope="module")
def printed(ordinary: Accountability) -> Callable[..., bytes]:
    """Give the papers of the ordinary year, each made once."""
    return cache(partial(pdf, ordinary))


def says(content: bytes, *sentences: str) -> None:
    words = text(content)
    for sentence in sentences:
        assert squeezed(sentence) in words, sentence


def says_not(content: bytes, *sentences: str) -> None:
    words = text(content)
    for sentence in sentences:
        assert squeezed(sentence) not in words, sentence


def test_organisations_and_what_waits_add_up_to_the_fund_to_the_cent(
    ordinary: Accountability,
) -> None:
    for criterion in CRITERIA:
        for kind in KINDS:
            parts = [ordinary.sums(each.code)[criterion, kind] for each in ordinary.parties]
            waits = ordinary.findings.not_allocated[criterion, kind]
            assert sum(parts) + waits == ordinary.fund_sums[criterion, kind]


@pytest.mark.parametrize(
    ("party", "language"), [*((party, "nl") for party in PARTIES), ("a", "en"), (None, "en")]
)
def test_every_formula_comes_to_what_stands_beside_it(
    ordinary: Accountability, party: str | None, language: str, tmp_path: Path
) -> None:
    content = xlsx(ordinary, party, language)
    stated, anew = values(content), calculated(content, tmp_path)

    checked = 0
    for sheet, cells in formulas(content).items():
        for at in cells:
            there, again = stated[sheet][at], anew[sheet][at]
            if isinstance(there, str):
                assert there == again, f"{sheet} {at}"
            else:
                assert abs(float(again) - float(there)) < 1e-7, f"{sheet} {at}"
            checked += 1
    assert checked > 20


@pytest.mark.parametrize("party", PARTIES)
def test_every_amount_of_a_paper_stands_in_its_workbook(
    ordinary: Accountability, printed: Callable[..., bytes], party: str | None
) -> None:
    known = {
        abs(Decimal(str(value)).quantize(Decimal("0.01")))
        for cells in values(xlsx(ordinary, party)).values()
        for value in cells.values()
        if isinstance(value, int | float)
    }
    # What the paper says in sentences only: what was spent, what is not settled, decisions.
    of = account(ordinary, party)
    told = (ordinary.spent_cents, ordinary.unsettled_cents, of.cost_cents, 30_00, 400_00)
    known |= {Decimal(cents).scaleb(-2) for cents in (*told, of.of.spent_cents + 10_00)}
    shown = [
        Decimal(amount.replace(".", "").replace(",", "."))
        for run in runs(printed(party))
        for amount in _AMOUNT.findall(run)
    ]

    assert len(shown) > 15
    assert [amount for amount in shown if amount not in known] == []


def test_the_rows_of_the_model_hold_what_landed(
    ordinary: Accountability, printed: Callable[..., bytes]
) -> None:
    cells = values(xlsx(ordinary, "a"))["Opgave"]

    assert [cells[f"C{row}"] for row in range(4, 10)] == [33.34, 0, 0, 513.34, 0, 546.68]
    assert [cells[f"D{row}"] for row in range(4, 10)] == [0, 0, 0, 0, 3.34, 3.34]
    assert [cells[f"E{row}"] for row in range(4, 10)] == [33.34, 0, 0, 513.34, 3.34, 550.02]
    says(
        printed("a"),
        f"1A Begroting: overschrijding lasten programma's 33,34 {DASH} 33,34",
        f"2 Voorwaarden 513,34 {DASH} 513,34",
        f"3 Misbruik en oneigenlijk gebruik {DASH} 3,34 3,34",
        "Totaal uit het fonds 546,68 3,34 550,02",
    )


def test_explanations_add_up_to_the_same_total(
    ordinary: Accountability, printed: Callable[..., bytes]
) -> None:
    for party, total in (("a", "550,02"), (None, "1.228,37")):
        says(
            printed(party),
            f"Totaal uit het fonds {'546,68 3,34' if party else '1.213,37 15,00'} {total}",
        )
        cells = values(xlsx(ordinary, party))
        explained = [value for at, value in cells["Toelichting"].items() if at.startswith("E")]
        assert f"{explained[-1]:.2f}" == total.replace(".", "").replace(",", ".")


FOUND: Final[dict[str, Any]] = {"those": [found(1, 10_00, spent(1, {"a": 30_00, "b": 70_00}))]}
UNCLEAR: Final = found(
    2, 10_00, spent(2, {"a": 100_00}), kind="uncertainty", rule="evidence-missing"
)
ERROR: Final = found(1, 20_00, spent(1, {"a": 100_00}))
BACK: Final = found(
    1, 20_00, spent(1, {"a": 100_00}, booked_on=spent(0, {}).booked_on.replace(year=2025),
                    taken_back_on=spent(0, {}).booked_on),
    ended="reversed",
)  # fmt: skip
OUTCOMES: Final[list[tuple[Outcome, str | None, dict[str, Any], str, str]]] = [
    (Outcome.NOTHING, "a", {"those": []},
     "Over 2026 viel geen afwijking op uw organisatie", "In 2026 no deviation fell on"),
    (Outcome.NOTHING, None, {"those": []},
     "Over 2026 is geen afwijking gevonden", "In 2026 no deviation was found"),
    (Outcome.WAITING, "a", {"those": [found(1, 1_00, spent(1, None))]},
     "Over 2026 viel nog geen afwijking", "no deviation has fallen on your organisation yet"),
    (Outcome.FOUND, "a", FOUND,
     "Op uw organisatie viel € 3,00 aan afwijkingen", "Deviations of €3.00 fell on your"),
    (Outcome.FOUND, None, FOUND | {"terms": limit()},
     "Over 2026 is € 10,00 aan afwijkingen gevonden", "Deviations of €10.00 were found in 2026"),
    (Outcome.WITHIN, "a", {"those": [ERROR], "terms": limit()},
     "Dit fonds draagt € 20,00 bij aan de grens van € 20,00",
     "This fund contributes €20.00 of the limit of €20.00"),
    (Outcome.ABOVE, "a", {"those": [ERROR, UNCLEAR], "terms": limit()},
     "Dit fonds draagt € 30,00 bij: meer dan de grens van € 20,00",
     "This fund contributes €30.00: more than the limit of €20.00"),
    (Outcome.WITHIN_APART, "a",
     {"those": [ERROR, UNCLEAR], "terms": limit(year=2024), "year": 2024},
     "Dit fonds draagt € 20,00 aan fouten en € 10,00 aan onduidelijkheden bij, elk binnen de grens",
     "This fund contributes €20.00 of errors and €10.00 of uncertainties, each within the limit"),
    (Outcome.ABOVE_APART, "a", {"those": [ERROR, UNCLEAR], "terms": limit(year=2024, base="900.00"),
                                "year": 2024},
     "Fouten uit dit fonds: meer dan de grens van € 18,00",
     "Errors from this fund: more than the limit of €18.00"),
    (Outcome.TAKEN_BACK, "a", {"those": [BACK], "terms": limit()},
     "Per saldo gaat er € 20,00 af van wat eerder is opgegeven",
     "On balance €20.00 comes off what was reported before"),
]  # fmt: skip


def test_no_outcome_is_forgotten() -> None:
    assert {outcome for outcome, *_ in OUTCOMES} == set(Outcome)


@pytest.mark.parametrize(("outcome", "party", "said", "dutch", "english"), OUTCOMES)
def test_the_heading_is_the_answer(
    outcome: Outcome, party: str | None, said: dict[str, Any], dutch: str, english: str
) -> None:
    of = _moved(said)

    asked = account(of, party)
    assert asked.outcome == outcome
    assert squeezed(dutch) in squeezed(sentences.heading(asked, Words("nl")))
    assert squeezed(english) in squeezed(sentences.heading(asked, Words("en")))


def test_the_heading_stands_on_the_paper(printed: Callable[..., bytes]) -> None:
    says(printed("a"), "Dit fonds draagt € 550,02 bij: meer dan de grens van € 20,00")


def _moved(said: dict[str, Any]) -> Accountability:
    """Return a year; findings of 2026 are moved to the year that is asked for."""
    year = said.get("year", 2026)
    if year == 2026:
        return accountability(**said)
    those = [
        replace(each, spent=replace(each.spent, booked_on=each.spent.booked_on.replace(year=year)))
        for each in said["those"]
    ]
    return accountability(**(said | {"those": those}))


@pytest.mark.parametrize(
    ("form", "party", "paper", "called"),
    [
        ("host", "a", Paper.INPUT, "Inbreng voor de rechtmatigheidsverantwoording 2026"),
        ("agreement", "b", Paper.INPUT, "de rechtmatigheidsverantwoording van uw bestuur"),
        ("agreement", "c", Paper.DEVIATIONS, "Overzicht van afwijkingen 2026"),
        ("host", "d", Paper.DEVIATIONS, "Overzicht van afwijkingen 2026"),
        ("host", None, Paper.FUND, "Rechtmatigheid 2026, het hele fonds"),
        ("own-body", None, Paper.OWN_BODY, "deelnemers krijgen haar ter informatie"),
    ],
)  # fmt: skip
def test_a_paper_is_called_by_the_legal_form_and_the_kind_of_organisation(
    form: str, party: str | None, paper: Paper, called: str
) -> None:
    of = accountability(form=form)

    assert account(of, party).paper == paper
    says(pdf(of, party), called)


def test_a_body_of_its_own_has_one_statement_held_to_its_own_limit() -> None:
    of = accountability(form="own-body", terms=limit("a", base="100000.00"))

    assert [name for name, _ in papers.papers(of, language="nl")] == ["summary.pdf"]
    assert [name for name, _ in workbook.workbooks(of, language="nl")] == ["summary.xlsx"]
    says(pdf(of, None), "Dit fonds draagt € 1.195,03 bij aan de grens van € 2.000,00")


def test_a_body_of_its_own_accounts_for_its_own_budget_only() -> None:
    own = Overspent(party="a", budget_cents=400_00, cost_cents=533_34)
    other = Overspent(party="b", budget_cents=1_00, cost_cents=333_33)
    terms = limit("a", base="100000.00")

    body = accountability((), form="own-body", terms=terms, overspent=[own, other])
    none = accountability((), form="own-body", terms=terms, overspent=[other])
    host = accountability((), form="host", overspent=[own, other])

    assert [account(of, None).over_cents for of in (body, none, host)] == [133_34, 0, 465_67]
    for of in (body, none, host):
        parts = [of.sums(each)["budget", "error"] for each in "abcd"]
        assert sum(parts) == of.fund_sums["budget", "error"]
    says(
        pdf(body, None),
        "1A vergelijkt het kostenaandeel van het lichaam met zijn eigen begroting.",
        "Begroting van het eigen bestuur",
        "De grens is niet overschreden.",
    )
    says(pdf(host, None), "Begroting van de eigen raad of het eigen bestuur")
    says(pdf(host, "b"), "Begroting van het eigen bestuur")


def test_what_is_taken_back_of_one_kind_hides_nothing_of_the_other() -> None:
    first, second = spent(1, {"a": 500_00}), spent(2, {"a": 500_00}, taken_back_on=date(2026, 5, 1))
    before = replace(second, booked_on=date(2025, 12, 1))
    those = [
        found(1, 500_00, first),
        found(2, 500_00, before, kind="uncertainty", rule="evidence-missing"),
    ]

    together = accountability(those, terms=limit("a", base="100000.00"))
    apart = accountability(
        those, terms='[lawfulness]\nregime = "2023"\n' + limit("a", base="100000.00")
    )

    assert account(together, "a").outcome == "within"
    assert account(apart, "a").outcome == "within_apart"


def test_nobody_gets_a_statement_called_its_own(printed: Callable[..., bytes]) -> None:
    for party in PARTIES:
        words = text(printed(party))
        assert not re.search(r"(?<!inbrengvoorde)rechtmatigheidsverantwoording", words.lower())


@pytest.mark.parametrize("language", ["nl", "en"])
def test_nothing_that_was_accepted_is_called_lawful(
    ordinary: Accountability, printed: Callable[..., bytes], language: str
) -> None:
    for party in PARTIES:
        sheets = " ".join(
            str(each) for cells in values(xlsx(ordinary, party, language)).values()
            for each in cells.values()
        )  # fmt: skip
        for words in (text(printed(party, language)), squeezed(sheets)):
            assert not re.search(r"rechtmatig(?!heid)|lawful(?!ness)", words, re.IGNORECASE)


def test_an_accepted_error_stays_an_error_and_says_who_accepted_on_which_kind_of_ground(
    printed: Callable[..., bytes],
) -> None:
    says(
        printed("a"),
        "Wijkt af van een regel fout",
        "Geaccepteerd door het bestuur op grond van een moratorium (B-14, 12 juni 2026).",
        "Geaccepteerd binnen mandaat op grond van de omgekeerde toets.",
        "Acceptatie door het fonds neemt een bevinding niet weg: zij blijft een fout",
    )
    says(
        printed("c"),
        "Voorliggende voorziening niet afgewogen fout",
        "Niet geaccepteerd.",
        "Acceptatie door het fonds neemt een bevinding niet weg",
    )


def test_acceptances_are_counted_by_who_gave_them_and_by_their_grounds() -> None:
    whole = spent(1, {"a": 100_00})
    other = replace(BY_BOARD, ground="reverse-test", decision="B-20", decided_on=date(2026, 9, 3))
    given = [BY_BOARD, BY_BOARD, other, BY_MANDATE, None]
    of = accountability(
        [
            found(at, 10_00, replace(whole, sequence=at), accepted=accepted)
            for at, accepted in enumerate(given, 1)
        ]
    )

    (row,) = explained.per_rule(account(of, "a"), Words("nl"))

    assert row.accepted == (
        "4 van 5 geaccepteerd:",
        "3 door het bestuur: 2 op grond van een moratorium en 1 op grond van de omgekeerde toets "
        "(B-14, 12 juni 2026; B-20, 3 september 2026).",
        "1 binnen mandaat op grond van de omgekeerde toets.",
    )


def test_an_error_that_was_unclear_says_that_it_was_established() -> None:
    of = accountability()
    rows_ = {row.rule: row.cause for row in explained.per_rule(account(of, None), Words("nl"))}

    assert rows_["duplicate-receipt"].endswith("bij beoordeling is het als fout vastgesteld.")
    assert rows_["splitting"].endswith("is niet vastgesteld.")


def test_what_was_put_right_is_told_and_counts_no_more(printed: Callable[..., bytes]) -> None:
    for party in PARTIES:
        says(
            printed(party),
            "In het hele fonds is daarnaast 1 bevinding over 2026 in het jaar zelf hersteld",
            "Nog 1 bevinding betreft een besteding waarvan voor hetzelfde criterium al een andere",
        )
        says_not(printed(party), "Ontvanger werkt in het fonds")


def test_a_limit_is_tested_only_where_there_is_one(printed: Callable[..., bytes]) -> None:
    says(
        printed("a"),
        "Totale lasten 2026, zonder toevoegingen aan reserves 1.000,00",
        "Grens: 2%, raadsbesluit 2025-11-14 20,00",
        "Fouten en onduidelijkheden uit het fonds, opgeteld 550,02",
        "Dit fonds draagt € 550,02 bij aan de grens van € 20,00.",
    )
    says(printed("b"), "In het convenant staat voor 2026 geen grens")
    says_not(printed("b"), "Toets aan de grens", "bij aan de grens")


def test_before_2025_errors_and_uncertainties_are_held_to_the_limit_apart() -> None:
    of = _moved({"those": [ERROR, UNCLEAR], "year": 2024, "terms": limit(year=2024, share="0.04")})
    made = pdf(of, "a")

    says(
        made,
        "Totale lasten 2024, met toevoegingen aan reserves",
        "Fouten uit het fonds 20,00",
        "Onduidelijkheden uit het fonds 10,00",
        "Aan fouten draagt dit fonds € 20,00 bij aan de grens van € 40,00.",
        "2023: fouten en onduidelijkheden apart",
        "De grens is 4%; het regime van 2023 gaat tot 3%.",
    )
    says_not(made, "opgeteld")


def test_a_budget_that_was_exceeded_is_an_error_and_what_was_authorised_stands_apart(
    printed: Callable[..., bytes],
) -> None:
    says(
        printed("a"),
        "1A: uw kostenaandeel van € 533,34 is € 33,34 hoger dan de € 500,00 die is begroot.",
        "Daarvan is € 30,00 achteraf geautoriseerd; dat is hier niet afgetrokken.",
        "Achteraf geautoriseerd: € 30,00 (R-9).",
    )
    more = replace(OVER, authorised={"R-9": 30_00, "R-10": 90_00})
    says(
        pdf(accountability((), overspent=[more]), "a"),
        "Daarvan is € 33,34 achteraf geautoriseerd",
    )
    says(printed("b"), "bleef binnen de € 900,00 die is begroot")
    says(
        printed("c"),
        "geen begroting van uw organisatie voor 2026; 1A is daarom niet getoetst",
    )


def test_what_is_above_the_reporting_limit_stands_by_itself(printed: Callable[..., bytes]) -> None:
    # 500.00 of 1000.00 fell on a: above 400.00. Without id of the case, day, or category.
    says(
        printed("a"),
        "Boven de rapporteringsgrens",
        "s-1 fout Wijkt af van een regel. maart 2026, housing",
    )
    lower = accountability(terms=limit(more='reporting_limit = "33.33"'), overspent=[OVER])
    says(pdf(lower, "a"), "Bevindingen afzonderlijk in euro, uw deel", "Boven de begroting fout")
    higher = accountability(terms=limit(more='reporting_limit = "500.00"'))
    says(pdf(higher, "a"), "Geen bevinding is hoger dan de rapporteringsgrens van € 500,00.")
    says_not(pdf(higher, "a"), "Bevindingen afzonderlijk")
    says_not(printed("b"), "rapporteringsgrens")


def test_measures_are_those_of_the_agreement_and_else_left_to_fill_in() -> None:
    terms = (
        '[[lawfulness.measure]]\nrule = "departs-from-rule"\n'
        'text = "Voorstel tot wijziging van de beleidsregel."\n'
    )
    of = accountability(terms=terms)
    says(pdf(of, "a"), "Voorstel tot wijziging van de beleidsregel.", "Nog in te vullen.")
    says_not(pdf(accountability(), "a"), "Voorstel tot wijziging")


def test_the_boards_own_tolerance_is_named_so_on_the_overview_only() -> None:
    of = accountability(terms='[lawfulness]\nfund_tolerance = "0.10"\n' + limit())
    sentence = "Het bestuur van het fonds houdt zelf een tolerantie aan van 10%"

    says(pdf(of, None), sentence, "Die tolerantie is geen grens van een raad.", "gaat daarboven")
    says_not(pdf(of, "a"), sentence)


def test_what_is_not_settled_is_named_apart_and_falls_on_nobody(
    printed: Callable[..., bytes],
) -> None:
    for party in PARTIES:
        says(
            printed(party),
            "1 besteding van 2026, van € 10,00, is nog niet afgerekend.",
            "1 bevinding van € 5,00 is nog niet toegerekend",
            f"Nog niet toegerekend {DASH}{DASH} 5,00 {DASH}{DASH} 5,00",
        )


def test_a_paper_takes_back_what_was_reported_for_an_earlier_year() -> None:
    of = accountability([BACK, UNCLEAR])

    says(pdf(of, "a"), f"{MINUS}20,00", "die besteding is in 2026 teruggeboekt")
    assert values(xlsx(of, "a"))["Opgave"]["C7"] == -20


def test_an_insurer_gets_totals_only(
    ordinary: Accountability, printed: Callable[..., bytes]
) -> None:
    made = printed("d")
    files = attached(made)

    assert set(files) == {"lawfulness-d.json", "totals-d.csv"}
    assert set(values(xlsx(ordinary, "d"))) == {"Opgave", "Aansluiting"}
    says(made, "Andere organisaties samen")
    says_not(made, "s-2", "Boven het mandaat", "Toelichting")
    assert {row["organisation"] for row in rows(files["totals-d.csv"])} == {
        "d", "(not allocated)", "(fund)"
    }  # fmt: skip


def test_no_day_case_category_or_text_leaves_the_fund(
    ordinary: Accountability, printed: Callable[..., bytes]
) -> None:
    forbidden = re.compile(r"secret|17maart2026|17-0?3-2026|2026-03-17")
    for party in PARTIES:
        made = printed(party)
        sheets = json.dumps(values(xlsx(ordinary, party)), default=str)
        assert not forbidden.search(text(made))
        assert not forbidden.search(sheets)
        for content in attached(made).values():
            assert not forbidden.search(content.decode())


def test_what_is_attached_recomputes_every_share(printed: Callable[..., bytes]) -> None:
    found_ = rows(attached(printed("a"))["findings-a.csv"])

    assert len(found_) == 3
    for row in found_:
        exact = Decimal(row["found"]) * Decimal(row["share"]) / Decimal(row["amount"])
        assert abs(Decimal(row["landed"]) - exact) < Decimal("0.01")
    total = sum(Decimal(row["landed"]) for row in found_)
    assert f"{total}" == "516.68"


def test_a_paper_is_marked_as_archivable_and_in_its_language(printed: Callable[..., bytes]) -> None:
    with pikepdf.open(io.BytesIO(printed("a"))) as document:
        with document.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
        assert str(document.Root.Lang) == "nl"
        assert str(document.docinfo["/CreationDate"]).startswith("D:20270125")
    assert pages(printed("a")) <= 3


def test_only_fonts_that_are_shipped_are_used(printed: Callable[..., bytes]) -> None:
    for party in PARTIES:
        with pikepdf.open(io.BytesIO(printed(party))) as document:
            fonts = {
                str(font.BaseFont)
                for page in document.pages
                for font in page.resources.Font.values()
            }
        assert all(re.search(r"\+(Source-|Overbrug-)", font) for font in fonts), fonts


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    outputs = told_elsewhere(SCRIPT, tmp_path)

    assert len(outputs) == 1
    assert len(set(outputs.pop().split())) == 4


def test_findings_of_every_kind_are_in_the_example() -> None:
    assert {each.criterion for each in findings()} == {"conditions", "misuse"}
    assert {each.ended for each in findings()} == {None, "corrected"}
