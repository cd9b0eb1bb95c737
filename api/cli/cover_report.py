"""What ``overbrug covered`` shows: short sentences for whoever spent, or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from api.cli import ledgers, screen
from ledger import texts
from ledger.lawfulness import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.agreement.schema import Mandate
    from ledger.decisions.cover import Cover, Departure
    from ledger.texts import Catalogue

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show(found: Cover, *, language: str, as_json: bool) -> None:
    """Say what stands behind a spending."""
    if as_json:
        typer.echo(json.dumps(_told(found), ensure_ascii=False))
        return
    console = screen.console()
    for sentence in sentences(found, language=language):
        console.print(sentence)


def sentences(found: Cover, *, language: str) -> Iterator[str]:
    """Yield what whoever spent reads."""
    say = texts.catalogue(_LOCALE, language)
    yield _mandate(found, say)
    if found.granted is not None:
        day = texts.day(language, found.granted.decided_on)
        yield say("covered.granted", id=found.granted.id, day=day)
    if found.receipt_by is not None:
        yield say("covered.receipt", day=texts.day(language, found.receipt_by))
    for each in found.departures:
        yield _departure(each, say)
    if not found.departures and found.receipt_by is None:
        yield say("covered.nothing")


def _mandate(found: Cover, say: Catalogue) -> str:
    if found.mandates is None:
        return say("covered.mandate.none")
    if found.mandate is None:
        return say("covered.mandate.over")
    return say(
        "covered.mandate",
        code=found.mandate.code,
        tier=_tier(found.mandate, say),
        source=_source(found.mandate, say),
    )


def _tier(mandate: Mandate, say: Catalogue) -> str:
    if mandate.per_spending is None:
        return say("covered.tier.unlimited")
    return say("covered.tier", most=texts.euro(say.language, mandate.per_spending))


def _source(mandate: Mandate, say: Catalogue) -> str:
    named = [each for each in (mandate.grantor, mandate.instrument) if each is not None]
    return say("covered.source", named=", ".join(named)) if named else ""


def _departure(each: Departure, say: Catalogue) -> str:
    name = words.name(each.target.rule, language=say.language)
    if each.target.is_accepted:
        assert each.target.accepted_on is not None, "what was accepted was accepted on a day"
        return say(
            "covered.accepted",
            name=name,
            by=say(f"covered.by.{each.target.how}"),
            day=texts.day(say.language, each.target.accepted_on),
            ground=say(f"covered.ground.{each.target.ground}"),
        )
    if not each.offered:
        return say("covered.open", name=name)
    first = each.offered[0]
    if first.moratorium_id is not None:
        return say("covered.moratorium", name=name, moratorium=first.moratorium_id)
    return say("covered.table", name=name, id=first.table_id)


def _told(found: Cover) -> dict[str, Any]:
    mandate = found.mandate
    return {
        "mandate": None
        if mandate is None
        else {
            "code": mandate.code,
            "per_spending": ledgers.as_text(mandate.per_spending),
            "per_year": ledgers.as_text(mandate.per_year),
            "grantor": mandate.grantor,
            "instrument": mandate.instrument,
        },
        "granted": None
        if found.granted is None
        else {
            "table": found.granted.id,
            "decided_on": found.granted.decided_on.isoformat(),
            "mandate": found.granted.mandate,
        },
        "receipt_by": found.receipt_by and found.receipt_by.isoformat(),
        "departures": [
            {
                "finding": each.target.name,
                "rule": each.target.rule,
                "accepted_on": each.target.accepted_on and each.target.accepted_on.isoformat(),
                "ground": each.target.ground,
                "moratoria": [x.moratorium_id for x in each.offered if x.moratorium_id is not None],
                "table": [x.table_id for x in each.offered if x.table_id is not None],
            }
            for each in found.departures
        ],
    }
