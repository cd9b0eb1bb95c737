"""What commands about decisions show: a sentence or a table, or JSON where that is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer
from rich import box
from rich.table import Table

from api.cli import ledgers, screen
from ledger import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.decisions.accepting import Accepted, Meeting
    from ledger.decisions.asked import Answer
    from ledger.decisions.authorising import Authorised
    from ledger.decisions.moratoria import Listed as Moratorium
    from ledger.decisions.reminding import Due
    from ledger.decisions.reviewing import Answer as Reviewed
    from ledger.decisions.table import Kept
    from ledger.decisions.table import Listed as Escalation
    from ledger.texts import Catalogue

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show_accepted(
    answer: Accepted,
    meeting: Meeting | None,
    undecided: int,
    *,
    left_out: Sequence[str],
    language: str,
    as_json: bool,
) -> None:
    """Say what was accepted, and that it takes nothing away."""
    if as_json:
        _json(answer._asdict() | {"undecided": undecided, "left_out": left_out})
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if meeting is None:
        console.print(say(f"accept.mandate.{answer.status}", number=answer.number))
    else:
        told = {
            "decision": meeting.number,
            "day": texts.day(language, meeting.on),
            "present": meeting.present,
            "members": meeting.members,
            "number": answer.number,
        }
        console.print(say.plural(f"accept.board.{answer.status}", answer.findings, **told))
    if undecided:
        console.print(say.plural("accept.undecided", undecided))
    console.print(say("accept.note"))
    _say_left_out(left_out, language)


def show_authorised(answer: Answer, asked: Authorised, *, language: str, as_json: bool) -> None:
    """Say what a council authorised."""
    if as_json:
        _json({"status": answer.status, "number": answer.number})
        return
    say = texts.catalogue(_LOCALE, language)
    told = {
        "party": asked.party,
        "year": asked.year,
        "amount": texts.euro(language, asked.amount_cents),
        "decision": asked.decision,
        "number": answer.number,
    }
    screen.console().print(say(f"authorise.{answer.status}", **told))


def show_answer(
    kind: str, answer: Answer, *, left_out: Sequence[str], language: str, as_json: bool
) -> None:
    """Say what became of a request from a case, or of the decision on it."""
    if as_json:
        _json(answer._asdict() | {"left_out": left_out})
        return
    say = texts.catalogue(_LOCALE, language)
    told = say(f"{kind}.{answer.status}", id=answer.id, number=answer.number)
    screen.console().print(told)
    _say_left_out(left_out, language)


def show_moratoria(found: Sequence[Moratorium], *, language: str, as_json: bool) -> None:
    """Show moratoria as they stand."""
    if as_json:
        _json([plain("moratorium", each) for each in found])
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if not found:
        console.print(say("moratorium.none"))
        return
    names = ("id", "case", "organisation", "asked", "decide_by", "state", "until")
    shown = _table(say, names)
    for each in found:
        shown.add_row(
            each.id,
            each.case or say("requests.erased"),
            each.organisation,
            texts.short_day(language, each.asked_on),
            promise(say, each),
            say(f"moratorium.state.{each.state}"),
            texts.short_day(language, each.until),
        )
    console.print(shown)


def show_table(found: Sequence[Escalation], kept: Kept, *, language: str, as_json: bool) -> None:
    """Show what was put on the escalation table, and how often the promise was kept."""
    if as_json:
        cases = [plain("table", each) for each in found]
        _json({"in_time": kept.kept, "of": kept.of, "cases": cases})
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if not found:
        console.print(say("table.none"))
        return
    console.print(say("table.kept", kept=kept.kept, of=kept.of))
    shown = _table(say, ("id", "case", "organisation", "why", "amount", "decide_by", "state"))
    for each in found:
        cents = each.amount_cents
        shown.add_row(
            each.id,
            each.case or say("requests.erased"),
            each.organisation,
            say(f"table.why.{each.why}"),
            "" if cents is None else texts.amount(language, cents),
            promise(say, each),
            say(f"table.state.{each.state}"),
        )
    console.print(shown)


def show_reviewed(
    answer: Reviewed,
    asked: tuple[str, str | None],
    *,
    left_out: Sequence[str],
    language: str,
    as_json: bool,
) -> None:
    """Say what was found of a finding, and what that changes."""
    finding, verdict = asked
    if as_json:
        said = {"finding": finding, "verdict": verdict, "left_out": left_out}
        _json(said | answer._asdict())
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    kind = "commented" if verdict is None else "reviewed"
    word = "" if verdict is None else say(f"review.verdict.{verdict}")
    text = f"review.{kind}.{'known' if answer.status == 'known' else 'done'}"
    console.print(say(text, finding=finding, verdict=word, number=answer.number))
    if verdict is not None:
        console.print(say(f"review.note.{verdict}"))
    _say_left_out(left_out, language)


def show_reminders(found: Sequence[Due], *, sent: bool, language: str, as_json: bool) -> None:
    """Show whom to remind of a receipt, or who was."""
    if as_json:
        names = ("id", "spent_on", "recorded_on", "organisation", "who", "nth", "due_on")
        reminders = [
            _plain(each, names) | {"amount": ledgers.as_text(each.amount_cents)} for each in found
        ]
        _json({"sent": sent, "reminders": reminders})
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if not found:
        console.print(say("reminders.none"))
        return
    console.print(say.plural("reminders.sent" if sent else "reminders.due", len(found)))
    shown = _table(say, ("spending", "who", "organisation", "amount", "spent_on", "nth"))
    for each in found:
        shown.add_row(
            each.id,
            each.who or say("reminders.nobody"),
            each.organisation,
            texts.amount(language, each.amount_cents),
            texts.short_day(language, each.spent_on),
            say(f"reminders.nth.{each.nth}"),
        )
    console.print(shown)


def _say_left_out(kinds: Sequence[str], language: str) -> None:
    """Say what was left out of a text, if anything was."""
    say = texts.catalogue(_LOCALE, language)
    if kinds:
        what = texts.together(language, [say(f"left_out.{kind}") for kind in kinds])
        screen.console().print(say("left_out", what=what))


_OF_REQUEST: Final = ("id", "case", "organisation", "asked_on", "decide_by", "state", "is_late")
_OF_MORATORIUM: Final = (*_OF_REQUEST, "since", "until", "decided_on", "rules")
_OF_ESCALATION: Final = (*_OF_REQUEST, "why", "decided_on")
_FIGURES: Final = frozenset({"amount"})


def _table(say: Catalogue, columns: Sequence[str]) -> Table:
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        right = "right" if name in _FIGURES else "left"
        shown.add_column(say(f"requests.{name}"), justify=right)  # type: ignore[arg-type]
    return shown


def promise(say: Catalogue, each: Moratorium | Escalation) -> str:
    """Return by which day something is, or was to be, decided on, and whether that is late."""
    day = texts.short_day(say.language, each.decide_by)
    return say("requests.late", day=day) if each.is_late else day


def plain(kind: str, each: Moratorium | Escalation) -> dict[str, Any]:
    """Return a ``moratorium``, or a case on the ``table``, as programs read it."""
    if kind == "moratorium":
        return _plain(each, _OF_MORATORIUM)
    cents: int | None = getattr(each, "amount_cents", None)
    return _plain(each, _OF_ESCALATION) | {"amount": ledgers.as_text(cents)}


def _plain(row: Any, names: Sequence[str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }


def _json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))
