"""What commands on the ledger show: a sentence, or JSON where that is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from api.cli import ledgers, screen
from ledger import texts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ledger.on_record import Recorded
    from ledger.pool import Answer
    from ledger.rooms import Room

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show_reservation(answer: Answer, room: Room | None, *, language: str, as_json: bool) -> None:
    """Say what became of a reservation."""
    if as_json:
        _json(
            {
                "id": answer.id,
                "status": answer.status,
                "number": answer.number,
                "room": room and _room(room),
            }
        )
        return
    say = texts.catalogue(_LOCALE, language)
    screen.console().print(say(f"reservation.{answer.status}", id=answer.id, number=answer.number))
    if room is not None:
        _print_room(room, language)


def show_correction(answers: Sequence[Recorded], *, language: str, as_json: bool) -> None:
    """Say what was recorded: a reversal, and what is right in its place if anything is."""
    if as_json:
        _json(
            [
                {
                    "id": each.id,
                    "status": each.status,
                    "number": each.number,
                    "booked_on": each.booked_on.isoformat(),
                }
                for each in answers
            ]
        )
        return
    say = texts.catalogue(_LOCALE, language)
    for what, each in zip(("reversal", "replacement"), answers, strict=False):
        day = texts.day(language, each.booked_on)
        line = say(f"correction.{what}.{each.status}", id=each.id, number=each.number, day=day)
        screen.console().print(line)


def show_expired(count: int, *, language: str, as_json: bool) -> None:
    """Say how many reservations ended because their time had come."""
    if as_json:
        _json({"expired": count})
    else:
        say = texts.catalogue(_LOCALE, language)
        screen.console().print(say.plural("reservation.expired", count))


def show_room(fund: str, room: Room, on: date, *, language: str, as_json: bool) -> None:
    """Say what room is left on a day."""
    if as_json:
        _json({"on": on.isoformat(), **_room(room)})
        return
    say = texts.catalogue(_LOCALE, language)
    screen.console().print(say("room.headline", fund=fund, day=texts.day(language, on)))
    _print_room(room, language)


def show_imported(
    kind: str,
    statuses: Sequence[str],
    ignored: Sequence[str],
    *,
    savings: int | None = None,
    language: str,
    as_json: bool,
) -> None:
    """Say how much of a file was new, how many savings came with it, and what was passed over."""
    known = statuses.count("known")
    new = len(statuses) - known
    if as_json:
        read = {} if savings is None else {"savings": savings}
        _json({"new": new, "known": known, **read, "ignored_columns": [*ignored]})
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    console.print(say.plural(f"import.{kind}", new))
    if known:
        console.print(say.plural("import.known", known))
    if savings is not None:
        console.print(say.plural("import.savings", savings))
    if ignored:
        console.print(say("import.ignored", columns=", ".join(ignored)))


def show_written(out: Path, *, language: str, as_json: bool) -> None:
    """Say where something was written."""
    if as_json:
        _json({"written": str(out)})
    else:
        screen.console().print(texts.catalogue(_LOCALE, language)("export.written", file=str(out)))


def show_case(reference: str, *, sound: bool, language: str) -> None:
    """Say whether a pseudonym can be right."""
    say = texts.catalogue(_LOCALE, language)
    text = "case.sound" if sound else "case.unsound"
    screen.console().print(say(text, reference=reference))


def _print_room(room: Room, language: str) -> None:
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    for whose, cents in (
        ("fund", room.fund_cents),
        ("organisation", room.organisation_cents),
        ("person", room.person_cents),
        ("per_spending", room.per_spending_cents),
    ):
        left = say("room.unlimited") if cents is None else texts.euro(language, cents)
        console.print(say(f"room.{whose}", left=left))


def _room(room: Room) -> dict[str, str | None]:
    return {
        "fund": ledgers.as_text(room.fund_cents),
        "organisation": ledgers.as_text(room.organisation_cents),
        "person": ledgers.as_text(room.person_cents),
        "per_spending": ledgers.as_text(room.per_spending_cents),
    }


def _json(value: object) -> None:
    import typer

    typer.echo(json.dumps(value, ensure_ascii=False))
