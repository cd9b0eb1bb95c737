"""What is said about a catalogue that is wrong: where it stands, and what would be right."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from ledger.effects import reading
from ledger.errors import WrongInput

EXAMPLE: Final = (Path(__file__).parents[2] / "api/example/effects.toml").read_text("utf-8")
EVICTION: Final = 'code = "eviction"\n'
RENT: Final = 'party_kind = "housing-association"\namount = "5806.00"'
KINDS: Final = "'municipality' or 'social-service' or 'water-board' or 'housing-association'"

MISTAKES: Final[dict[str, tuple[str, str, str]]] = {
    # --- the shape -------------------------------------------------------------------------
    "an unknown member": (
        EVICTION, EVICTION + "bewijs = 4\n",
        "effect[eviction].bewijs: is no member of the catalogue; there are code, deadweight,",
    ),
    "a member with a typing mistake": (
        EVICTION, EVICTION + 'deadwieght = "0.2"\n',
        "effect[eviction].deadwieght: is no member of the catalogue; did you mean deadweight?",
    ),
    "an unknown table": (
        "schema = 1", "schema = 1\nparty = []", "party: is no member of the catalogue; there are",
    ),
    "another schema": ("schema = 1", "schema = 2", "schema: 2 does not fit; write 1"),
    "no licence": (
        'licence = "CC, GMCA Research Team"\n', "",
        "catalogue.licence: is missing; write a text between quotes",
    ),
    "a day between quotes": (
        "valid_from = 2026-01-01", 'valid_from = "2026-01-01"',
        "catalogue.valid_from: write a date without quotes",
    ),
    "version 0": ("version = 1", "version = 0", "catalogue.version: must be 1 or more"),
    "a name in one language": (
        'name = { nl = "Huis behouden", en = "Home kept" }', 'name = { nl = "Huis behouden" }',
        "effect[eviction].name.en: is missing; write a text between quotes",
    ),
    "a name in a third language": (
        'en = "Home kept" }', 'en = "Home kept", fy = "Hûs" }',
        "effect[eviction].name.fy: is no member of the catalogue; there are en, nl",
    ),
    "no event": (
        'event = { nl = "Ontruiming", en = "Eviction" }\n', "",
        "effect[eviction].event: is missing; write { nl = …, en = … }",
    ),
    "a code of capitals": (
        EVICTION, 'code = "HO1.0"\n', "effect[HO1.0].code: 'HO1.0' does not fit; write a code",
    ),
    "a grade that is better than the best": (
        "grade = 4\n", "grade = 0\n", "effect[eviction].grade: must be 1 or more",
    ),
    "a grade that is worse than the worst": (
        "grade = 4\n", "grade = 7\n", "effect[eviction].grade: must be 6 or less",
    ),
    "a grade as a text": (
        "grade = 4\n", 'grade = "4"\n',
        "effect[eviction].grade: '4' does not fit; write a whole number, without quotes",
    ),
    "no grade": ("grade = 4\n", "", "effect[eviction].grade: is missing; write a whole number"),
    "no source": (
        'source = "GMCA Unit Cost Database v1.4, HO1.0, complex eviction"\n', "",
        "effect[eviction].source: is missing; write a text between quotes",
    ),
    "a deadweight that is no number": (
        'deadweight = "0.275"', 'deadweight = "27,5%"',
        "effect[eviction].deadweight: '27,5%' is not an exact number of 0 or more",
    ),
    "no horizon at all": (
        "horizon_months = 12", "horizon_months = 0",
        "effect[eviction].horizon_months: must be 1 or more",
    ),
    "half a year": (
        "years = 2", "years = 0.5", "effect[school-exclusion].years: 0.5 does not fit; write a",
    ),
    "an amount without quotes": (
        '"5806.00"', "5806.00",
        "effect[eviction].share[1].amount: write the amount between quotes, such as '1234.50'",
    ),
    "an amount below nothing": (
        '"5806.00"', '"-5806.00"', "effect[eviction].share[1].amount: '-5806.00' is less than",
    ),
    "a kind that no party has": (
        '"housing-association"\namount = "5806.00"', '"landlord"\namount = "5806.00"',
        f"effect[eviction].share[1].party_kind: 'landlord' does not fit; write {KINDS}",
    ),
    "no year of prices for an index": (
        'price_year = "2005/06"\nto_year', "to_year",
        "index[gbp-2005].price_year: is missing; write a year such as 2010, or '2010/11'",
    ),
    "a year that is none": (
        'price_year = "2010/11"\ndiscount', 'price_year = "tien"\ndiscount',
        "catalogue.price_year: 'tien' is not a year of prices; write a year such as 2010",
    ),
    "a financial year of two years": (
        'price_year = "2010/11"\ndiscount', 'price_year = "2010/12"\ndiscount',
        "catalogue.price_year: '2010/12' is not a year of prices",
    ),
    "a table of grades without a source": (
        'source = "HM Treasury and New Economy, Supporting public service transformation (2014)"',
        "", "optimism_bias.source: is missing; write a text between quotes",
    ),
    "a table of grades that lacks one": (
        'grade_3 = "0.10"\n', "", "optimism_bias.grade_3: is missing; write a number, a decimal",
    ),
    # --- between members -------------------------------------------------------------------
    "two effects of one code": (
        'code = "growing-debt"', 'code = "eviction"',
        "effect[eviction].code: 'eviction' is used twice; give each its own",
    ),
    "two indexes of one code": (
        'code = "gbp-2007"', 'code = "gbp-2005"',
        "index[gbp-2005].code: 'gbp-2005' is used twice; give each its own",
    ),
    "a kind twice in an effect": (
        '"municipality"\namount = "699.88"', '"justice"\namount = "699.88"',
        "effect[eviction].share[3].party_kind: 'justice' has a share of this effect already; "
        "add the amounts up",
    ),
    "no year of prices anywhere": (
        'price_year = "2010/11"\ndiscount', "discount",
        "effect[eviction].price_year: is missing here and in [catalogue]; say of which year",
    ),
    "an index that there is not": (
        'index = "gbp-2010"', 'index = "gbp-2100"',
        "effect[eviction].index: there is no index 'gbp-2100'; did you mean 'gbp-2010'?",
    ),
    "an index that resembles none": (
        'index = "gbp-2010"', 'index = "x"',
        "effect[eviction].index: there is no index 'x'; there are gbp-2005, gbp-2007",
    ),
    "an index for another year": (
        'index = "gbp-2010"', 'index = "gbp-2005"',
        "effect[eviction].index: 'gbp-2005' is for prices of 2005/06, these are of 2010/11; "
        "name an index for that year",
    ),
    "indexes to different years": (
        'price_year = "2013/14"\nto_year = 2026', 'price_year = "2013/14"\nto_year = 2025',
        "index[gbp-2013].to_year: is 2025; all indexes lead to the prices of one year, write 2026",
    ),
    "an index that leaves nothing": (
        'uprating = "1.48"', 'uprating = "0"', "index[gbp-2010].uprating: is 0, which leaves",
    ),
    "an exchange that leaves nothing": (
        'exchange = "1.15"', 'exchange = "0"', "index[gbp-2005].exchange: is 0, which leaves",
    ),
    "a rate in percents": (
        '"0.0225"', '"2.25"', "catalogue.discount_rate: is more than 1; write 2.25% as '0.0225'",
    ),
    "a deadweight in percents": (
        'deadweight = "0.275"', 'deadweight = "27.5"',
        "effect[eviction].deadweight: is more than 1; write 20% as '0.20'",
    ),
    "a correction in percents": (
        'grade_6 = "0.40"', 'grade_6 = "40"',
        "optimism_bias.grade_6: is more than 1; write 15% as '0.15'",
    ),
    "weaker evidence that counts for more": (
        'grade_5 = "0.25"', 'grade_5 = "0.14"',
        "optimism_bias.grade_5: is less than that of grade 4, whose evidence is stronger; "
        "write '3/20' or more",
    ),
    "an effect of nothing": (
        '"18200.00"', '"0.00"', "effect[out-of-home-placement].share: all amounts are 0.00; say",
    ),
    "an effect of everything": (
        '"18200.00"', '"9000000000.00"',
        "effect[out-of-home-placement].share: comes to more than 10000000000.00; look at",
    ),
    "a conjunction that the page says": (
        'nl = "ze kunnen blijven wonen"', 'nl = "zodat ze kunnen blijven wonen"',
        "effect[eviction].so_that.nl: begins with 'zodat', which pages say; leave it out",
    ),
    "a conjunction in English": (
        'en = "they could stay in their home"', 'en = "So that they could stay"',
        "effect[eviction].so_that_past.en: begins with 'so that', which pages say; leave it out",
    ),
    "a stop in the middle of a sentence": (
        'en = "they can stay in their home"', 'en = "they can stay."',
        "effect[eviction].so_that.en: ends with '.'; it is part of a sentence, leave that out",
    ),
}  # fmt: skip


def said(text: str) -> list[str]:
    with pytest.raises(WrongInput) as caught:
        reading.read("effects.toml", text.encode())
    return str(caught.value).splitlines()


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_catalogue_is_named(name: str) -> None:
    before, after, mistake = MISTAKES[name]
    assert before in EXAMPLE

    lines = said(EXAMPLE.replace(before, after, 1))

    assert any(line.startswith(f"effects.toml: {mistake}") for line in lines), lines


def test_an_index_where_there_is_none_is_asked_for() -> None:
    indexes = EXAMPLE.index("[[index]]"), EXAMPLE.index("[[effect]]")
    without = EXAMPLE[: indexes[0]] + EXAMPLE[indexes[1] :]

    assert (
        "effects.toml: effect[eviction].index: there is no index 'gbp-2010'; "
        "write an [[index]] table with this code"
    ) in said(without)


def test_all_mistakes_of_a_catalogue_come_at_once() -> None:
    text = EXAMPLE
    for name in ("no grade", "an amount without quotes", "an unknown table"):
        before, after, _ = MISTAKES[name]
        text = text.replace(before, after, 1)

    assert len(said(text)) == 3


def test_a_catalogue_without_effects_is_none() -> None:
    first = EXAMPLE.index("[[effect]]")

    assert said(EXAMPLE[:first]) == [
        "effects.toml: effect: is missing; write one or more [[effect]] tables"
    ]


def test_an_effect_without_shares_saves_nobody() -> None:
    first = EXAMPLE.index("[[effect.share]]")
    second = EXAMPLE.index("[[effect]]", first)

    assert said(EXAMPLE[:first] + EXAMPLE[second:]) == [
        "effects.toml: effect[eviction].share: is missing; write a list with one or more of "
        "{ party_kind = …, amount = … }"
    ]


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b"", "effects.toml: is empty; write a catalogue"),
        (b"# " + b"x" * 5_000_000, "effects.toml: is larger than 5000000 bytes; is this a cat"),
        (b"a = 1\n# caf\xe9", "effects.toml:2: is not UTF-8; save it as UTF-8"),
        (b"a = 1\nb = [", "effects.toml: is not TOML"),
    ],
)
def test_what_is_no_catalogue_at_all_is_said_to_be_none(content: bytes, mistake: str) -> None:
    with pytest.raises(WrongInput) as caught:
        reading.read("effects.toml", content)

    assert str(caught.value).startswith(mistake)
