"""What is on record of a finding or a request, with what people wrote: words, or JSON."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from api.cli import decisions_report, findings_report, ledgers, screen
from ledger import store, texts
from ledger.decisions import consulting, written
from ledger.lawfulness import rows, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from ledger.decisions.grounds import Offered
    from ledger.decisions.written import Accepted, OfFinding, OfRequest, Request, Said
    from ledger.texts import Catalogue

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show_finding(found: OfFinding, reading: int, *, language: str, as_json: bool) -> None:
    """Show a finding, the decision that accepted it, and what reviewers said."""
    if as_json:
        _json(reading, _finding_told(found, language))
        return
    _print(reading, _finding(found, texts.catalogue(_LOCALE, language)), language)


def read_request(fund: str, request: Request, why: str, who: str) -> tuple[OfRequest, int]:
    """Return what was written about a request, and the act that put on record that it is read."""
    engine = ledgers.open_engine()
    with ledgers.acting(engine, who) as (session, act):
        number = consulting.of_request(session, fund, request, why, act=act)
    with store.reading(engine) as session:
        found = written.of_request(session, fund, request, on=ledgers.today(session, fund))
    return found, number


def show_request(
    kind: str, found: OfRequest, reading: int, *, language: str, as_json: bool
) -> None:
    """Show a ``moratorium``, or a case on the ``table``, and what was decided."""
    if as_json:
        _json(reading, _request_told(kind, found))
        return
    _print(reading, _request(kind, found, texts.catalogue(_LOCALE, language)), language)


def _print(reading: int, lines: Iterable[str], language: str) -> None:
    console = screen.console()
    console.print(texts.catalogue(_LOCALE, language)("read.on_record", number=reading))
    for line in lines:
        console.print(line)


def _json(reading: int, told: Mapping[str, Any]) -> None:
    typer.echo(json.dumps({"reading": reading, **told}, ensure_ascii=False, indent=1))


def _finding(found: OfFinding, say: Catalogue) -> Iterator[str]:
    language, target = say.language, found.listed.target
    yield say("show.finding", finding=target.name, rule=words.name(target.rule, language=language))
    yield words.says(rows.of_row(target), language=language)
    yield _line(say, "kind", _kind(found, say))
    yield _line(say, "amount", texts.euro(language, target.amount_cents))
    yield _line(say, "norm_of_rule", words.norm(target.rule, language=language))
    spent = (
        *(target.spending_id, texts.day(language, target.spent_on)),
        *(target.category, target.organisation, texts.euro(language, target.spent_cents)),
    )
    yield _line(say, "spending", " · ".join(spent))
    yield _line(say, "found_on", texts.day(language, target.found_on))
    yield _line(say, "state", findings_report.state(found.listed, say))
    if found.accepted is not None:
        yield from _accepted(found.accepted, say)
    for each in found.reviews:
        yield _said(each, say)
    if found.listed.offered:
        offers = [_offer(each, say) for each in found.listed.offered]
        yield _line(say, "offers", "; ".join(offers))


def _kind(found: OfFinding, say: Catalogue) -> str:
    kind, criterion = say(f"findings.kind.{found.listed.kind}"), found.listed.target.criterion
    return kind if criterion is None else f"{kind}, {say(f'show.criterion.{criterion}')}"


def _accepted(each: Accepted, say: Catalogue) -> Iterator[str]:
    yield say(
        f"show.accepted.{each.how}",
        day=texts.day(say.language, each.on),
        by=each.by,
        number=each.number,
        mandate=each.mandate,
        decision=each.decision,
        present=each.present,
        members=each.members,
    )
    ground = say(f"show.ground.{each.ground}")
    yield _line(say, "ground", f"{ground} {each.moratorium}" if each.moratorium else ground)
    if each.erased:
        yield say("read.erased")
    if each.norm is not None:
        yield _line(say, "norm", each.norm)
    if each.reason is not None:
        yield _line(say, "reason", each.reason)


def _said(each: Said, say: Catalogue) -> str:
    verdict = say(f"review.verdict.{each.verdict}") if each.verdict else say("show.comment")
    head = say(
        "show.said",
        day=texts.day(say.language, each.on),
        by=each.by,
        verdict=verdict,
        number=each.number,
    )
    if each.erased:
        return f"{head}: {say('read.erased')}"
    return head if each.comment is None else f"{head}: {each.comment}"


def _offer(each: Offered, say: Catalogue) -> str:
    ground = say(f"show.ground.{each.ground}")
    if each.table_id is not None and each.decided_on is not None:
        day = texts.day(say.language, each.decided_on)
        return say("show.offer.table", ground=ground, id=each.table_id, day=day)
    if each.moratorium_id is None or each.until is None:
        return ground
    day = texts.day(say.language, each.until)
    return say("show.offer.moratorium", ground=ground, id=each.moratorium_id, day=day)


def _request(kind: str, found: OfRequest, say: Catalogue) -> Iterator[str]:
    each, language = found.listed, say.language
    yield say(f"show.{kind}", id=each.id)
    yield _line(say, "case", each.case or say("requests.erased"))
    yield say(
        "show.asked",
        day=texts.day(language, each.asked_on),
        by=found.asked_by,
        organisation=each.organisation,
    )
    told = decisions_report.plain(kind, each)
    if "rules" in told:
        named = [words.name(code, language=language) for code in told["rules"]]
        yield _line(say, "rules", ", ".join(named))
    if "why" in told:
        yield _line(say, "why", say(f"table.why.{told['why']}"))
    if told.get("amount") is not None:
        yield _line(say, "amount", texts.euro(language, getattr(each, "amount_cents", 0)))
    if found.erased:
        yield say("read.erased")
    for name, text in found.texts.items():
        if text is not None:
            yield _line(say, name, text)
    if "until" in told and told["since"] is None:
        yield say("show.lapses", day=texts.day(language, getattr(each, "until", each.asked_on)))
    yield _line(say, "state", say(f"{kind}.state.{each.state}"))
    yield _line(say, "decide_by", decisions_report.promise(say, each))
    yield from _answer(found, say)


def _answer(found: OfRequest, say: Catalogue) -> Iterator[str]:
    each, language = found.listed, say.language
    if each.decided_on is None:
        return
    by = "board" if found.mandate is None else "mandate"
    yield say(
        f"show.decided.{by}",
        day=texts.day(language, each.decided_on),
        by=found.decided_by,
        mandate=found.mandate,
    )
    since: date | None = getattr(each, "since", None)
    until: date | None = getattr(each, "until", None)
    if since is not None and until is not None:
        days = {"since": texts.day(language, since), "until": texts.day(language, until)}
        yield say("show.holds", **days)
    if found.room_cents is not None and found.room_until is not None:
        room = {"amount": texts.euro(language, found.room_cents)}
        yield say("show.room", **room, until=texts.day(language, found.room_until))
    if found.answer_erased:
        yield say("read.erased")
    elif found.answer is not None:
        yield _line(say, "answer", found.answer)


def _line(say: Catalogue, name: str, text: str) -> str:
    return f"{say(f'show.{name}')}: {text}"


def _finding_told(found: OfFinding, language: str) -> dict[str, Any]:
    target = found.listed.target
    (told,) = findings_report.told([found.listed], language)
    return {
        **told,
        "norm": words.norm(target.rule, language=language),
        "figures": json.loads(target.figures),
        "spent": ledgers.as_text(target.spent_cents),
        "offers": [_plain(each._asdict()) for each in found.listed.offered],
        "accepted": None if found.accepted is None else _plain(dataclasses.asdict(found.accepted)),
        "reviews": [_plain(dataclasses.asdict(each)) for each in found.reviews],
    }


def _request_told(kind: str, found: OfRequest) -> dict[str, Any]:
    decided = None
    if found.listed.decided_on is not None:
        decided = {
            "by": found.decided_by,
            "mandate": found.mandate,
            "room": ledgers.as_text(found.room_cents),
            "room_until": found.room_until and found.room_until.isoformat(),
            "reason": found.answer,
            "erased": found.answer_erased,
        }
    said = {"asked_by": found.asked_by, **found.texts, "erased": found.erased, "decision": decided}
    return decisions_report.plain(kind, found.listed) | said


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in told.items()
    }
