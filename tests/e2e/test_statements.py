"""Statements as real PDF: what stands in them, what is attached, and what must never be."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pikepdf
import pytest
from reports import attachments, figures, pdf, statements
from reports.accounts import Outcome, accounts
from reports.exports import settlement_files
from reports.words import Words

from ledger import facts
from ledger.agreement import reading
from ledger.errors import WrongInput
from ledger.periods import Period
from settlement import earlier, engine
from settlement.eras import in_order
from settlement.results import Settlement

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT.parent / "shared" / "cases"
FIRST = Period(date(2026, 1, 1), date(2026, 4, 1))
THIRD = Period(date(2026, 7, 1), date(2026, 10, 1))

AGREEMENT = """
schema = 1
[fund]
code = "brug"
name = "Brugfonds <Noord & Oost>"
currency = "EUR"
timezone = "Europe/Amsterdam"
[agreement]
version = 1
valid_from = 2026-01-01
approval = "all"
account_holder = "stad"
[settlement]
minimum_transfer = "25.00"
{settlement}
[[party]]
code = "stad"
name = "Gemeente Stad"
kind = "municipality"
participant = true
iban = "NL91ABNA0417164300"
contact_role = "team Financiën"
measures = {{ inhabitants = 3 }}
[[party]]
code = "dorp"
name = "Gemeente Dorp"
kind = "municipality"
participant = true
iban = "NL20INGB0001234567"
reference = "V-2026-0042"
oin = "00000001001234567000"
contact_role = "afdeling Financiën"
address = {{ street = "Markt", number = "1", postcode = "1234 AB", town = "Dorp" }}
measures = {{ inhabitants = 1 }}
[[party]]
code = "zorg"
name = "Zorgverzekeraar Şifa"
kind = "health-insurer"
participant = true
measures = {{ inhabitants = 1 }}
[[party]]
code = "rijk"
name = "Rijk"
kind = "state"
participant = false
{contributions}
[[key]]
code = "inwoners"
kind = "measure"
measure = "inhabitants"
[[key]]
code = "gelijk"
kind = "equal"
[[assignment]]
category = ["geheim"]
key = "gelijk"
[[assignment]]
key = "inwoners"
[[category]]
code = "huur"
name = {{ nl = "Huurachterstand", en = "Rent arrears" }}
group = "wonen"
[[category]]
code = "geheim"
group = "overig"
{more}
"""

SPENDINGS = """id,spent_on,booked_on,amount,category,case,organisation,domain,professional,payee,advanced_by
s-1,2026-01-03,,100.01,huur,CASUS-EEN,stad,DOMEIN-X,PRO-JANSEN,BEGUNSTIGDE-BV,pool
s-2,2026-02-05,,99.99,geheim,CASUS-TWEE,dorp,DOMEIN-X,PRO-JANSEN,BEGUNSTIGDE-BV,dorp
s-3,2026-02-17,,33.35,huur,CASUS-TWEE,dorp,DOMEIN-Y,PRO-PIETERS,BEGUNSTIGDE-BV,pool
s-4,2026-03-31,,-10.00,huur,CASUS-DRIE,stad,DOMEIN-Y,PRO-PIETERS,BEGUNSTIGDE-BV,pool
"""
SAVINGS = "spending,party,amount\ns-1,rijk,250.00\n"
IDENTIFYING = re.compile(
    r"CASUS|DOMEIN|PRO-|BEGUNSTIGDE|2026-01-03|2026-02-05|2026-02-17|3 januari|03-01-2026"
)


def contribution(party: str, amount: str, due_on: str = "2026-01-15") -> str:
    return f'[[contribution]]\nparty = "{party}"\ndue_on = {due_on}\namount = "{amount}"\n'


def settled(
    *,
    settlement: str = "",
    contributions: str = "",
    more: str = "",
    spendings: str = SPENDINGS,
    period: Period = FIRST,
    final: bool = False,
) -> Settlement:
    text = AGREEMENT.format(settlement=settlement, contributions=contributions, more=more)
    agreements = reading.read_fund([("agreement.toml", text.encode())])
    parties = tuple(party.code for party in in_order(agreements))
    rows = facts.spendings("spendings.csv", spendings.encode(), parties=parties)
    known = {spending for spending in rows.ids if spending == "s-1"}
    saved = facts.no_savings()
    if known:
        saved = facts.savings(
            "savings.csv", SAVINGS.encode(), of=rows, parties=parties, booked=set()
        )
    order = engine.Order(
        agreements=agreements, spendings=rows, savings=saved, period=period, final=final
    )
    return engine.settle(order)[0]


def papers(settlement: Settlement, language: str = "nl") -> dict[str, bytes]:
    return dict(statements.papers(settlement, language=language))


def paper(settlement: Settlement, party: str, language: str = "nl") -> bytes:
    everyone = accounts(settlement)
    account = next(each for each in everyone if each.position.party == party)
    lines = figures.every_line(settlement)
    return statements.statement(account, everyone, lines, Words(language))


def attached(content: bytes) -> dict[str, bytes]:
    with pikepdf.open(io.BytesIO(content)) as document:
        return {name: file.get_file().read_bytes() for name, file in document.attachments.items()}


def pages(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as document:
        return len(document.pages)


def text(content: bytes) -> str:
    """Read the text of a PDF by the Unicode maps of its fonts, without spaces."""
    found = []
    with pikepdf.open(io.BytesIO(content)) as document:
        for page in document.pages:
            maps = {name: _unicode(font) for name, font in page.resources.Font.items()}
            font: dict[int, str] = {}
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    font = maps[str(operands[0])]
                elif str(operator) == "TJ":
                    found += [_decoded(each, font) for each in operands[0]]
                elif str(operator) == "Tj":
                    found.append(_decoded(operands[0], font))
    return re.sub(r"\s+", "", "".join(found))


def _decoded(operand: object, font: dict[int, str]) -> str:
    if not isinstance(operand, pikepdf.String):
        return ""
    codes = bytes(operand)
    return "".join(
        font.get(int.from_bytes(codes[at : at + 2], "big"), "") for at in range(0, len(codes), 2)
    )


def _unicode(font: pikepdf.Object) -> dict[int, str]:
    found = {}
    for code, value in re.findall(
        r"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>", font.ToUnicode.read_bytes().decode()
    ):
        found[int(code, 16)] = bytes.fromhex(value).decode("utf-16-be")
    return found


def squeezed(words: str) -> str:
    return re.sub(r"\s+", "", words)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


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
    script = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]\n"
        "import hashlib, test_statements as t\n"
        "s = t.settled(contributions=t.contribution('stad','100.00')+t.contribution('dorp','20.00'))\n"
        "print({n: hashlib.sha256(b).hexdigest() for n, b in t.papers(s).items()})"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
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


def recomputed(lines: list[dict[str, str]]) -> tuple[Decimal, dict[str, Decimal], Fraction]:
    """Do what a controller does: shares from amount, numerator and denominator alone."""
    total, per_key, exact = Decimal(0), Counter[str](), Fraction(0)
    for line in lines:
        share = Fraction(line["amount"]) * int(line["numerator"]) / int(line["denominator"])
        assert abs(share - Fraction(line["exact_share"])) <= Fraction(1, 10**10)
        assert Decimal(line["floor"]) * 100 == share * 100 // 1
        assert Decimal(line["floor"]) + Decimal(line["odd_cent"]) == Decimal(line["share"])
        assert line["odd_cent"] in {"0.00", "0.01"}
        total += Decimal(line["share"])
        per_key[line["key"]] += Decimal(line["share"])
        exact += share
    return total, dict(per_key), exact


def check_statement(settlement: Settlement, content: bytes, party: str) -> None:
    files = attached(content)
    lines = rows(files[f"lines-{party}.csv"])
    figures = {
        each["figure"]: each["value"]
        for each in rows(files[f"position-{party}.csv"])
        if not each["detail"]
    }
    total, _, exact = recomputed(lines)
    assert total == Decimal(figures["cost_share"])
    if all(line["standing"] == "chain" for line in lines):
        check_running(lines, figures, exact)
    assert settlement_files.exact_text(exact * 100) == figures["exact_cost_share"]
    money = {name: Decimal(value) for name, value in figures.items()}
    assert money["balance"] == (
        money["opening"]
        + money["contributed"]
        + money["advanced"]
        - money["cost_share"]
        - money["adjustments"]
    )
    assert money["balance"] == money["due"] + money["closing"]
    asked = money["carried_in"] + money["due"]
    assert asked == money["transferred"] + money["carried_out"]
    about = json.loads(files[f"statement-{party}.json"])
    assert [dict(zip(about["line_columns"], map(str, row), strict=True)) for row in about["lines"]] == lines
    assert about["position"]["balance"] == figures["balance"]
    position = next(each for each in settlement.positions if each.party == party)
    assert total * 100 == position.cost_share_cents


def check_running(lines: list[dict[str, str]], figures: dict[str, str], exact: Fraction) -> None:
    """Recompute the deviations from the lines in their order."""
    running, largest = Fraction(0), Fraction(0)
    for line in lines:
        share = Fraction(line["amount"]) * int(line["numerator"]) / int(line["denominator"])
        running += (Fraction(line["share"]) - share) * 100
        largest = max(largest, abs(running))
    assert running < 1
    assert abs(running - Fraction(figures["deviation_at_end"])) < Fraction(1, 10**6)
    assert abs(largest - Fraction(figures["deviation_on_the_way"])) < Fraction(1, 10**6)


@pytest.mark.parametrize("rounding", ["date", "category"])
def test_a_controller_recomputes_a_statement_from_its_attachment(rounding: str) -> None:
    settlement = settled(settlement=f'rounding = "{rounding}"')
    for party in ("stad", "dorp"):
        check_statement(settlement, paper(settlement, party), party)


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


OUTCOMES = {
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
        {"spendings": SPENDINGS.splitlines()[0] + "\n"},
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


BUDGET = '[[budget]]\nparty = "dorp"\nyear = 2026\namount = "{amount}"\ndecision = "raadsbesluit 7"\n'


@pytest.mark.parametrize(
    ("amount", "period", "warned"),
    [("1.00", FIRST, False), ("1.00", THIRD, True), ("9000.00", THIRD, False)],
)
def test_a_forecast_over_budget_is_a_warning_from_september_on(
    amount: str, period: Period, *, warned: bool
) -> None:
    later = SPENDINGS
    for month in ("01", "02", "03") if period is THIRD else ():
        later = later.replace(f"2026-{month}", f"2026-{int(month) + 6:02d}").replace("09-31", "09-30")
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
    check_statement(settlement, dorp, "dorp")


def test_outsiders_are_named_apart_and_pay_nothing(ordinary_papers: dict[str, bytes]) -> None:
    words = squeezed("Buitenstaanders bespaarden naar verwachting € 250,00 en betalen niet mee.")
    assert words in text(ordinary_papers["summary.pdf"])


def test_a_missing_library_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    pdf._styles.cache_clear()
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(WrongInput, match="install libpango-1.0-0 libpangoft2-1.0-0"):
        pdf.render("<p>", dated=date(2026, 1, 1), attachments=())


def test_catalogues_have_the_same_texts() -> None:
    from ledger import texts
    from reports.words import LOCALE

    dutch, english = (texts.catalogue(LOCALE, language).texts for language in texts.LANGUAGES)
    assert dutch.keys() == english.keys()


def test_a_real_year_of_reversals_and_a_leaver_recomputes() -> None:
    case = CASES / "small-fund"
    if not case.exists():
        pytest.skip(f"no {case}")
    runs: list[tuple[str, dict[str, bytes]]] = []
    bounds = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]
    for number, (start, until) in enumerate(zip(bounds, bounds[1:], strict=False)):
        settlement = _settled_case(case, Period(start, until), runs)
        files = {name: b"".join(each) for name, each in settlement_files.files(settlement)}
        runs.append((f"q{number}", files))
    assert settlement.reversals_of_earlier
    for position in settlement.positions:
        check_statement(settlement, paper(settlement, position.party), position.party)


def _settled_case(
    case: Path, period: Period, runs: list[tuple[str, dict[str, bytes]]]
) -> Settlement:
    agreements = reading.read_fund([("agreement.toml", (case / "agreement.toml").read_bytes())])
    parties = tuple(party.code for party in in_order(agreements))
    spendings = facts.spendings(
        "spendings.csv", (case / "spendings.csv").read_bytes(), parties=parties
    )
    before = earlier.in_order(
        [
            earlier.read(name, files, fund=agreements[-1].fund.code, parties=parties)
            for name, files in runs
        ],
        start=period.start,
    )
    booked = {spending for run in before for spending in run.position_of}
    saved = facts.savings(
        "savings.csv",
        (case / "savings.csv").read_bytes(),
        of=spendings,
        parties=parties,
        booked=booked,
    )
    order = engine.Order(
        agreements=agreements, spendings=spendings, savings=saved, period=period, runs=before
    )
    return engine.settle(order)[0]
