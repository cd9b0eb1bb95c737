"""What was agreed, in words: every member shows, and it reads as an alderman expects."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, get_args

import pytest
from babel.messages import pofile
from pydantic import BaseModel

from api.cli import agreement_report
from ledger import texts
from ledger.agreement import canonical, schema
from ledger.agreement.changes import changes
from ledger.agreement.wording import describe
from ledger.agreement.words.voice import LOCALE
from tests.support.agreement_variants import full_agreement, variants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.agreement.words.document import Document

FULL = full_agreement()

BARE_PARTY: dict[str, Any] = {
    **dict.fromkeys(
        ("start", "until", "iban", "reference", "contact_role", "oin", "kvk", "address")
    ),
    "measures": {},
}

NEVER_CHANGES = {
    "Agreement.schema_": "there is one file format",
    "Fund.currency": "amounts are in euro",
    "RiskPool.per": "a risk pool is always per year",
    **{
        f"{kind}.kind": "a key or step of another kind is another model"
        for kind in ("MeasureKey", "FixedKey", "EqualKey", "SavingsKey", "LargestSavingKey",
                     "HomeKey", "UsageKey", "BlendKey", "TieredKey", "RiskPool")
    },
}  # fmt: skip


def bare() -> schema.Agreement:
    """Return an agreement with only what is required."""
    return FULL.model_copy(
        update={
            "agreement": FULL.agreement.model_copy(update={"valid_until": None}),
            "settlement": schema.SettlementTerms(),
            "party": tuple(each.model_copy(update=BARE_PARTY) for each in FULL.party[:2]),
            "key": (schema.EqualKey(code="even", kind="equal"),),
            "assignment": (schema.Assignment(key="even"),),
            "contribution": (),
            "ladder": (),
            "budget": (),
            "lawfulness": None,
            "mandate": (),
            "category": (),
        }
    )


def said(document: Document) -> str:
    """Return all that a document says, without the SHA-256, which shows every change."""
    return repr([each for each in document.sections if each.name != "fingerprint"])


def section(name: str, language: str = "nl") -> str:
    document = describe(FULL, language=language)
    found = next(each for each in document.sections if each.name == name)
    return "\n".join((*found.sentences, *found.items)).replace(texts.NO_BREAK, " ")


def members_of(model: type[BaseModel]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        if not _is_model(info.annotation):
            yield f"{model.__name__}.{name}"
        for inner in models_in(info.annotation):
            yield from members_of(inner)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if _is_model(annotation):
        yield annotation
    for each in get_args(annotation):
        yield from models_in(each)


def test_every_member_of_the_schema_is_varied_or_has_a_reason_not_to_be() -> None:
    varied = {variant.member for variant in variants(FULL)}

    assert set(members_of(schema.Agreement)) == varied | NEVER_CHANGES.keys()
    assert not varied & NEVER_CHANGES.keys()


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_changing_any_member_changes_the_description(language: str) -> None:
    before = said(describe(FULL, language=language))
    silent = [
        f"{variant.member}, {variant.how}"
        for variant in variants(FULL)
        if "twice" not in variant.how and variant.how not in {"turned round", "last first"}
        if said(describe(variant.value, language=language)) == before
    ]

    assert silent == []


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_order_that_decides_figures_shows(language: str) -> None:
    before = said(describe(FULL, language=language))
    for name in ("party", "key", "assignment"):
        turned = FULL.model_copy(update={name: getattr(FULL, name)[::-1]})

        assert said(describe(turned, language=language)) != before


def test_the_sha256_of_the_canonical_form_stands_at_the_end() -> None:
    document = describe(FULL, language="nl")

    assert document.sections[-1].name == "fingerprint"
    assert canonical.sha256(FULL) in document.sections[-1].sentences[-1]


def test_a_measure_key_names_every_share_in_each_period() -> None:
    assert (
        "Naar rato van inwoners. Vanaf 1 januari 2026: Dordrecht 67,80%, Papendrecht 18,08% en "
        "Sliedrecht 14,12%; Woonstichting De Oever draagt niets. Vanaf 16 augustus 2026: "
        "Dordrecht 78,95% en Papendrecht 21,05%; Woonstichting De Oever draagt niets."
    ) in section("keys")


def test_a_fixed_key_names_its_shares_exactly() -> None:
    assert (
        "Vaste aandelen: Dordrecht 2/3 (66,67%), Papendrecht 25% en Woonstichting De Oever "
        "1/12 (8,33%)."
    ) in section("keys")


def test_a_largest_saving_key_says_what_happens_without_a_winner() -> None:
    assert (
        "Alles bij de deelnemer waar de grootste verwachte besparing valt, per besteding bekeken. "
        "Bij gelijke stand verdeelt sleutel gelijk onder hen. Valt er bij geen deelnemer "
        "besparing, dan geldt sleutel inwoners."
    ) in section("keys")


def test_blends_and_tiers_name_their_keys() -> None:
    assert "70% volgens sleutel grootste besparing en 30% volgens sleutel inwoners" in section(
        "keys"
    )
    assert (
        "tot en met € 250,00 volgens sleutel gelijk; wat daarboven komt, tot en met € 900,00, "
        "volgens sleutel afgesproken; de rest volgens sleutel grootste besparing"
    ) in section("keys")


def test_an_assignment_names_all_its_conditions() -> None:
    assert section("assignments").splitlines()[1] == (
        "Bestedingen aan huurachterstand of waarborgsom in het leefgebied wonen of werk van "
        "Dordrecht of Zorgverzekeraar Waalborg vanaf 1 februari 2026 tot en met 31 oktober 2026: "
        "sleutel grootste besparing."
    )
    assert section("assignments").splitlines()[-1] == "Alle overige bestedingen: sleutel inwoners."


def test_the_ladder_is_told_in_the_order_in_which_it_works() -> None:
    kinds = [line.split(":")[0] for line in section("ladder").splitlines()[1:]]

    assert kinds == ["Vloer", "Plafond", "Risicopot"]


def test_contributions_add_up_per_date_and_in_all() -> None:
    document = describe(FULL, language="nl")
    table = next(each for each in document.sections if each.name == "contributions").tables[0]

    assert table.header == ("organisatie", "15-01-2026", "15-07-2026", "samen")
    assert table.rows[-1] == ("samen", "250.000,00", "64.000,50", "314.000,50")


def test_many_dates_of_payment_become_rows() -> None:
    paid = FULL.contribution[0]
    monthly = [
        paid.model_copy(update={"due_on": paid.due_on.replace(month=m)}) for m in (9, 3, 5, 7, 1)
    ]
    document = describe(FULL.model_copy(update={"contribution": tuple(monthly)}), language="en")
    table = next(each for each in document.sections if each.name == "contributions").tables[0]

    assert [row[0] for row in table.rows] == [
        "2026-01-15", "2026-03-15", "2026-05-15", "2026-07-15", "2026-09-15", "together",
    ]  # fmt: skip
    assert table.rows[-1][-1] == "1,250,000.00"


@pytest.mark.parametrize("year", [2025, 2027])
def test_a_contribution_outside_the_validity_is_said_not_to_count(year: int) -> None:
    paid = FULL.contribution[0]
    outside = paid.model_copy(update={"due_on": paid.due_on.replace(year=year)})
    document = describe(FULL.model_copy(update={"contribution": (outside,)}), language="en")
    found = next(each for each in document.sections if each.name == "contributions")

    assert "does not count" in found.sentences[-1]


def test_two_organisations_with_one_name_are_told_apart() -> None:
    twin = FULL.party[1].model_copy(update={"name": "Gemeente Dordrecht"})
    document = describe(
        FULL.model_copy(update={"party": (FULL.party[0], twin, *FULL.party[2:])}), language="nl"
    )

    assert "Dordrecht (papendrecht) 18,08%" in repr(document).replace("\\xa0", " ")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_an_agreement_with_only_what_is_required_reads_well(language: str) -> None:
    document = describe(bare(), language=language)
    names = [each.name for each in document.sections]

    assert names == [
        "fund", "parties", "contributions", "keys", "assignments", "ladder", "settlement",
        "approval", "fingerprint",
    ]  # fmt: skip
    assert not re.search(r"[{}]|None", repr([each.sentences for each in document.sections]))


def test_what_was_not_agreed_is_said_to_be_nothing() -> None:
    shown = said(describe(bare(), language="nl"))

    assert "Er is geen inleg afgesproken." in shown
    assert "Na de verdeling volgens de sleutels verschuift er niets meer." in shown
    assert "Ook het kleinste bedrag wordt overgeboekt." in shown
    assert "'Alle bestedingen: sleutel gelijk.'" in shown
    assert "tot een volgende versie haar vervangt" in shown


def test_a_key_that_weighs_nobody_is_said_to() -> None:
    nobody = schema.EqualKey(code="even", kind="equal", parties=("onbekend",))

    assert "niemand draagt iets" in said(
        describe(bare().model_copy(update={"key": (nobody,)}), language="nl")
    )


def test_a_role_without_a_limit_is_said_to_have_none() -> None:
    mandates = (schema.Mandate(code="coordinator"), schema.Mandate(code="nachtdienst"))
    shown = said(describe(bare().model_copy(update={"mandate": mandates}), language="nl"))

    assert "Rol regisseur (in bestanden: coordinator): zonder grens." in shown
    assert "Rol nachtdienst: zonder grens." in shown


def test_lawfulness_without_limits_of_councils_has_no_table() -> None:
    lawful = bare().model_copy(update={"lawfulness": schema.Lawfulness(regime="2025")})
    found = next(
        each for each in describe(lawful, language="nl").sections if each.name == "lawfulness"
    )

    assert found.tables == ()
    assert found.sentences[-1] == "Fouten en onduidelijkheden tellen samen volgens regime 2025."


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_word_of_the_other_language_slips_in(language: str) -> None:
    others = {"nl": {"the", "and", "key", "spending"}, "en": {"de", "het", "sleutel", "en"}}
    document = describe(bare(), language=language)
    words = {
        word
        for each in document.sections
        for sentence in (each.heading, *each.sentences, *each.items)
        for word in re.findall(r"\w+", sentence.lower())
    }

    assert not words & others[language]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_tables_have_as_many_cells_as_headings(language: str) -> None:
    for found in describe(FULL, language=language).sections:
        for table in found.tables:
            assert {len(row) for row in table.rows} == {len(table.header)}
            assert all(place < len(table.header) for place in table.figures)


def placeholders(text: str) -> Counter[str]:
    return Counter(re.findall(r"\{(\w*)\}", text))


def catalogue(language: str) -> dict[str, tuple[str, ...]]:
    path = LOCALE / language / "LC_MESSAGES" / "overbrug.po"
    with path.open(encoding="utf-8") as file:
        return {
            str(each.id): (each.string,)
            if isinstance(each.string, str)
            else tuple(each.string or ())
            for each in pofile.read_po(file, locale=language)
            if each.id
        }


def test_both_catalogues_have_the_same_texts_with_the_same_placeholders() -> None:
    dutch, english = catalogue("nl"), catalogue("en")

    assert list(dutch) == list(english)
    for name, forms in dutch.items():
        others = english[name]
        assert all((*forms, *others)), name
        assert len(forms) == len(others), name
        for one, other in zip(forms, others, strict=True):
            assert placeholders(one).keys() == placeholders(other).keys(), name


def test_the_terminal_shows_every_sentence_and_every_cell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = describe(FULL, language="nl")
    agreement_report.show(document)
    shown = " ".join(capsys.readouterr().out.split())

    for found in document.sections:
        for text in (found.heading, *found.sentences, *found.items):
            assert " ".join(text.split()) in shown
        for table in found.tables:
            assert " ".join(table.caption.split()) in shown


def test_the_terminal_shows_changes_under_their_headings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    terms = FULL.agreement.model_copy(update={"approval_days": 30})
    newer = FULL.model_copy(update={"agreement": terms})
    agreement_report.show_changes(changes(FULL, newer, language="nl"), language="nl")
    shown = " ".join(capsys.readouterr().out.split())

    assert "Hoe organisaties akkoord gaan" in shown
    assert "Termijn voor akkoord: 30 dagen in plaats van 21 dagen." in shown
    assert "voor alle deelnemers" in shown


def test_the_terminal_says_when_nothing_changes(capsys: pytest.CaptureFixture[str]) -> None:
    agreement_report.show_changes((), language="en")

    assert capsys.readouterr().out == "These versions are equal.\n"
