"""What ``overbrug effects`` prints: a catalogue, a working, and what came of effects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich import box
from rich.table import Table

from api import effect_words
from api.cli import screen
from ledger import texts
from ledger.effects import expected
from ledger.money import as_text
from ledger.savings.observations import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ledger.effects.schema import Catalogue
    from ledger.savings.outcomes import Outcome
    from ledger.savings.workings import PickWorking, SpendingWorking

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show_checked(checked: Mapping[str, object], *, language: str) -> None:
    """Say that a catalogue is sound, and by which fingerprint it is known."""
    say = texts.catalogue(_LOCALE, language)
    screen.console().print(say("effect.sound", **checked))


def show_sentences(sentences: Iterable[str]) -> None:
    """Show sentences, a line each."""
    console = screen.console()
    for sentence in sentences:
        console.print(sentence)


def show_catalogue(catalogue: Catalogue, *, withdrawn: Collection[str] = (), language: str) -> None:
    """Show every effect, with what each kind of parties is expected to save by it."""
    say, about = texts.catalogue(_LOCALE, language), catalogue.catalogue
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("effect", "name", "kind"):
        table.add_column(say(f"effect.column.{name}"))
    for name in ("source", "saving", "grade", "months"):
        table.add_column(say(f"effect.column.{name}"), justify="right")
    for effect in catalogue.effect:
        how = expected.working(effect, catalogue=catalogue)
        name = getattr(effect.name, language)
        if effect.code in withdrawn:
            name = say("effect.name_withdrawn", name=name)
        first = (effect.code, name)
        last = (f"{effect.grade}", f"{effect.horizon_months}")
        for share, cents in expected.by_kind(effect, how):
            kind = effect_words.kind(share.party_kind, language=language)
            source = f"{texts.amount(language, share.amount)} ({how.price_year})"
            table.add_row(*first, kind, source, texts.amount(language, cents), *last)
            first, last = ("", ""), ("", "")
    console = screen.console()
    console.print(
        say(
            "effect.catalogue",
            code=about.code,
            version=about.version,
            day=texts.day(language, about.valid_from),
            source=about.source,
            licence=about.licence,
        )
    )
    console.print(table)
    console.print(say("effect.catalogue_note"))


def catalogue_as_json(catalogue: Catalogue, *, withdrawn: Collection[str] = ()) -> dict[str, Any]:
    """Return the same for programs."""
    about = catalogue.catalogue
    return {
        "catalogue": about.code,
        "version": about.version,
        "valid_from": about.valid_from.isoformat(),
        "effects": [
            {
                "effect": effect.code,
                "name": effect.name.model_dump(),
                "grade": effect.grade,
                "horizon_months": effect.horizon_months,
                "withdrawn": effect.code in withdrawn,
                "savings": {
                    share.party_kind: {"source": as_text(share.amount), "saving": as_text(cents)}
                    for share, cents in expected.by_kind(
                        effect, expected.working(effect, catalogue=catalogue)
                    )
                },
            }
            for effect in catalogue.effect
        ],
    }


def working_as_json(of: SpendingWorking) -> dict[str, Any]:
    """Return the working of a spending's savings for programs; factors are exact fractions."""
    return {
        "spending": of.spending,
        "spent_on": of.spent_on.isoformat(),
        "reversed": of.is_reversed,
        "savings": {party: as_text(cents) for party, cents in of.savings_cents.items()},
        "pick": of.pick and _pick_as_json(of.pick),
    }


def _pick_as_json(pick: PickWorking) -> dict[str, Any]:
    how = pick.expected.working if pick.expected else None
    return {
        "number": pick.number,
        "effect": pick.effect and pick.effect.code,
        "carried_by": pick.carried_by,
        "carrier_reversed": pick.is_stranded,
        "withdrawn": pick.is_withdrawn,
        "catalogue": how and how.catalogue[1],
        "amount": how and as_text(how.amount_cents),
        "price_year": how and how.price_year,
        "factors": how
        and {
            name: str(getattr(how, name))
            for name in (
                "uprating",
                "exchange",
                "deadweight",
                "optimism_bias",
                "discount_rate",
                "discounted_years",
                "factor",
            )
        },
        "parts": [
            {
                "kind": part.kind,
                "rule": part.rule,
                "saving": as_text(part.cents),
                "by_party": {party: as_text(cents) for party, cents in part.by_party.items()},
            }
            for part in (pick.expected.parts if pick.expected else ())
        ],
        "observed": [
            {"outcome": each.outcome, "observed_on": each.observed_on.isoformat()}
            for each in pick.observed
        ],
    }


def show_outcomes(outcomes: Sequence[Outcome], *, language: str) -> None:
    """Show per effect what is expected, and beside it how often what was seen."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if not outcomes:
        console.print(say("effect.none_picked"))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("effect.column.effect"))
    heads = ["effect.column.times", "effect.column.expected"]
    heads += [f"effect.outcome.{outcome}" for outcome in OUTCOMES]
    for head in (*heads, "effect.column.unobserved"):
        table.add_column(say(head), justify="right")
    for each in outcomes:
        counts = (*(each.observed.get(outcome, 0) for outcome in OUTCOMES), each.unobserved)
        table.add_row(
            each.effect or say("effect.column.erased"),
            texts.number(language, each.picks),
            texts.amount(language, sum(each.expected_cents.values())),
            *(texts.number(language, count) for count in counts),
        )
    console.print(table)
    console.print(say("effect.outcomes_note"))


def outcomes_as_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return the same for programs."""
    return [
        {
            "effect": each.effect,
            "picks": each.picks,
            "expected": {party: as_text(cents) for party, cents in each.expected_cents.items()},
            "observed": {
                **{outcome: each.observed.get(outcome, 0) for outcome in OUTCOMES},
                "not_yet": each.unobserved,
            },
        }
        for each in outcomes
    ]
