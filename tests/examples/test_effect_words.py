"""The working of an expected saving, as it is told to people in Dutch and in English."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest

from api import effect_words
from ledger import texts
from ledger.agreement.schema import PartyKind
from ledger.effects import reading
from ledger.effects.expected import Place, Rule, saving
from ledger.savings.observations import OUTCOMES, Observed
from ledger.savings.workings import PickWorking, SpendingWorking
from ledger.texts import MINUS, NO_BREAK
from tests.support.catalogues import agreement_of, catalogue, effect

if TYPE_CHECKING:
    from ledger.effects.schema import Catalogue

API: Final = Path(__file__).parents[2] / "api"
EXAMPLE: Final = reading.read("effects.toml", (API / "example/effects.toml").read_bytes())
_PLAIN: Final = str.maketrans({NO_BREAK: " ", MINUS: "-", "\N{MULTIPLICATION SIGN}": "x"})
TOWNS: Final = "m municipality, n municipality, h housing-association, s school, t school"


def of(
    effects: Catalogue = EXAMPLE,
    code: str = "eviction",
    *,
    fund: str = TOWNS,
    home: str | None = "m",
    is_reversed: bool = False,
    **pick: Any,
) -> SpendingWorking:
    """Return the working of a spending of ``h`` with this effect."""
    worth = saving(
        effects.effect_of(code), catalogue=effects, agreement=agreement_of(fund),
        place=Place(organisation="h", home=home),
    )  # fmt: skip
    members: dict[str, Any] = {
        "number": 5, "effect": effects.effect_of(code), "expected": worth, "carried_by": None,
        "is_stranded": False, "observed": (),
    }  # fmt: skip
    counts = pick.get("carried_by") is None
    return SpendingWorking(
        spending="s1",
        spent_on=date(2026, 2, 1),
        is_reversed=is_reversed,
        savings_cents=worth.by_party if counts else {},
        pick=PickWorking(**(members | pick)),
    )


def told(working: SpendingWorking, language: str = "nl") -> list[str]:
    """Return the sentences, with plain blanks, and with ``x`` and ``-`` for the signs."""
    sentences = effect_words.working(working, language=language)
    return [sentence.translate(_PLAIN) for sentence in sentences]


NL: Final = """
Besteding s1 van 1 februari 2026: Huis behouden, zodat ze kunnen blijven wonen.
Ontruiming kost 6.679,88 per ontruiming, in geld en prijzen van de bron (2010/11). Bron: GMCA Unit \
Cost Database v1.4, HO1.0, complex eviction.
x 1,48 naar prijzen van 2026, x 1,15 naar euro. Bron: Aanname (assumption): prices 2.5% a year, 16 \
years; 1 GBP = 1.15 EUR.
- 27,5%: dit deel was ook zonder deze besteding uitgebleven.
- 15% van wat overblijft: het bewijs heeft graad 4 (1 is sterk, 6 is zwak). Bron: HM Treasury and \
New Economy, Supporting public service transformation (2014).
= € 7.006,24, naar verwachting: het is geen feit.
gemeente: € 734,07, bij m, waar de inwoner woont.
woningcorporatie: € 6.089,67, bij h, de enige van die soort.
justitie: € 182,50, bij niemand: het convenant heeft er geen.
Wat ervan kwam, is nog niet waargenomen.
"""
EN: Final = """
Spending s1 of 1 February 2026: Home kept, so that they can stay in their home.
Eviction costs 6,679.88 per eviction, in the money and the prices of the source (2010/11). Source: \
GMCA Unit Cost Database v1.4, HO1.0, complex eviction.
x 1.48 to prices of 2026, x 1.15 to euro. Source: Aanname (assumption): prices 2.5% a year, 16 \
years; 1 GBP = 1.15 EUR.
- 27.5%: this part would have been avoided without this spending too.
- 15% of what is left: the evidence has grade 4 (1 is strong, 6 is weak). Source: HM Treasury and \
New Economy, Supporting public service transformation (2014).
= €7,006.24, as is expected: it is not a fact.
municipality: €734.07, with m, where the resident lives.
housing association: €6,089.67, with h, the only one of that kind.
justice: €182.50, with nobody: the agreement has none.
What came of it has not been observed yet.
"""


@pytest.mark.parametrize(("language", "text"), [("nl", NL), ("en", EN)])
def test_the_working_tells_every_factor_and_on_whom_it_falls(language: str, text: str) -> None:
    # 6679.88 x 1.48 x 1.15 x 0.725 x 0.85 = 7006.2424...
    assert told(of(), language) == text.strip().splitlines()


def test_what_changes_nothing_is_left_out() -> None:
    plain = catalogue(effect(shares="housing-association 1000.00"))

    assert told(of(plain)) == [
        "Besteding s1 van 1 februari 2026: Huis behouden, zodat ze kunnen blijven wonen.",
        "Ontruiming kost € 1.000,00 per keer, in prijzen van 2026. Bron: made up.",
        "Er gaat niets af voor het bewijs: dat heeft graad 1 (1 is sterk, 6 is zwak). Bron: HM "
        "Treasury and New Economy, Supporting public service transformation (2014).",
        "= € 1.000,00, naar verwachting: het is geen feit.",
        "woningcorporatie: € 1.000,00, bij h, de enige van die soort.",
        "Wat ervan kwam, is nog niet waargenomen.",
    ]


@pytest.mark.parametrize(
    ("shares", "home", "sentence"),
    [
        ("school 0.05", None, "onderwijs: € 0,05, gelijk over s (€ 0,03) en t (€ 0,02)."),
        (
            "municipality 1.00",
            None,
            "gemeente: € 1,00, bij niemand: er zijn meer gemeenten, en waar de inwoner woont is "
            "niet gezegd.",
        ),
        ("municipality 1.00", "n", "gemeente: € 1,00, bij n, waar de inwoner woont."),
    ],
)
def test_the_rule_says_why_it_fell_there(shares: str, home: str | None, sentence: str) -> None:
    assert sentence in told(of(catalogue(effect(shares=shares)), home=home))


def test_years_are_told_with_their_discount() -> None:
    # 1 + 1/1.0225 = 1.977995...
    recurring = catalogue(effect(shares="housing-association 1000.00", more="years = 2"))
    sentence = "x 1,977995: 2 jaar, elk later jaar verdisconteerd met 2,25% per jaar."

    assert sentence in told(of(recurring))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "In deze casus telt dit effect al bij besteding s0. Het telt één keer; hier is de "
               "besparing 0."),
        ("en", "In this case the effect counts already with spending s0. It counts once; the "
               "saving here is 0."),
    ],
)  # fmt: skip
def test_what_counts_elsewhere_is_told_without_amounts(language: str, sentence: str) -> None:
    _, second, *rest = told(of(carried_by="s0"), language)

    assert second == sentence
    assert len(rest) == 1


def test_what_counted_with_a_spending_that_was_reversed_asks_to_be_picked_anew() -> None:
    assert (
        "Dit effect telde bij besteding s0, die is teruggeboekt. Kies het hier opnieuw, dan telt "
        "het hier."
    ) in told(of(carried_by="s0", is_stranded=True))


def test_an_erased_effect_leaves_its_amounts() -> None:
    assert told(of(effect=None, expected=None)) == [
        "Besteding s1 van 1 februari 2026: welk effect werd gekozen, is gewist; wat ervan werd "
        "verwacht, staat vast.",
        "m: € 734,07.",
        "h: € 6.089,67.",
        "Wat ervan kwam, is nog niet waargenomen.",
    ]


@pytest.mark.parametrize(
    ("savings", "sentences"),
    [
        (
            {"m": 12_50},
            [
                "Besteding s1 van 1 februari 2026: de verwachte besparing is als bedrag opgegeven, "
                "zonder berekening.",
                "Deze besteding is teruggeboekt: haar besparing telt niet meer mee.",
                "m: € 12,50.",
            ],
        ),
        (
            {},
            [
                "Besteding s1 van 1 februari 2026: er is geen effect gekozen en geen besparing "
                "opgegeven.",
                "Deze besteding is teruggeboekt: haar besparing telt niet meer mee.",
            ],
        ),
    ],
)
def test_amounts_from_a_file_have_no_working(savings: dict[str, int], sentences: list[str]) -> None:
    plain = SpendingWorking(
        spending="s1", spent_on=date(2026, 2, 1), is_reversed=True, savings_cents=savings,
        pick=None,
    )  # fmt: skip

    assert told(plain) == sentences


def test_only_the_last_observation_is_told() -> None:
    seen = tuple(
        Observed(number=day, pick=5, outcome=outcome, observed_on=date(2026, 3, day))
        for day, outcome in ((1, "no"), (2, "partly"))
    )

    assert told(of(observed=seen))[-1] == (
        "Waargenomen op 2 maart 2026: deels. Dat staat naast de verwachting en verandert geen "
        "afrekening."
    )


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_rule_outcome_and_kind_has_words(language: str) -> None:
    say = texts.catalogue(API / "locale", language)

    assert all(say.has(f"effect.rule.{rule}") for rule in get_args(Rule))
    assert all(say.has(f"effect.outcome.{outcome}") for outcome in OUTCOMES)
    assert all(effect_words.kind(kind, language=language) for kind in get_args(PartyKind))


@pytest.mark.parametrize(
    ("value", "text"),
    [("1", "1"), ("1.5", "1,5"), ("0.0225", "0,0225"), ("1/3", "0,333333"), ("1200", "1.200")],
)
def test_a_factor_has_as_many_decimals_as_it_needs(value: str, text: str) -> None:
    assert effect_words.factor("nl", Fraction(value)) == text
