"""``overbrug accept`` and ``authorise``: what a board or colleague accepts, what a council did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import days, ledgers
from api.cli.ledgers import ADMINISTRATOR, As, FundCode
from api.cli.options import MEMBERS_MAX, AsJson, Language, Year
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from ledger.decisions.accepting import Line, Meeting

Text = str | None
Number = int | None


def accept(
    fund: FundCode,
    what: Annotated[
        str,
        typer.Argument(
            metavar="LIST|FINDING", help="A filled-in list (.csv or .json); or a finding, as 17/2."
        ),
    ],
    *,
    meeting: Annotated[Text, typer.Option(metavar="DATE", help="When the board met.")] = None,
    number: Annotated[Text, typer.Option(help="Of the board's decision.")] = None,
    present: Annotated[
        Number, typer.Option(help="How many members were there.", min=0, max=MEMBERS_MAX)
    ] = None,
    of: Annotated[
        Number,
        typer.Option("--of", help="How many members the board has.", min=0, max=MEMBERS_MAX),
    ] = None,
    ground: Annotated[
        Text,
        typer.Option(help="moratorium, board-decision, agreement-clause or reverse-test."),
    ] = None,
    reason: Annotated[Text, typer.Option(help="Why, in a few words.")] = None,
    norm: Annotated[Text, typer.Option(help="From which norm was departed.")] = None,
    moratorium: Annotated[Text, typer.Option(metavar="ID", help="Which one is the ground.")] = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Accept findings: the board a list, in one decision; or one finding, by a mandate.

    The findings stay, and stay in every statement.
    """
    from api.cli import decisions_report as report
    from ledger.decisions import accepting, words

    of_meeting = {"--meeting": meeting, "--number": number, "--present": present, "--of": of}
    of_line = {"--ground": ground, "--reason": reason, "--norm": norm, "--moratorium": moratorium}
    finding = _finding(what)
    _refuse_others(of_line if finding is None else of_meeting, is_list=finding is None)
    if finding is not None:
        _require(ground=ground, reason=reason)
        line = accepting.Line(
            finding=finding,
            ground=ground or "",
            reason=reason or "",
            norm=norm,
            moratorium=moratorium,
        )
        with ledgers.acting(ledgers.open_engine(), who) as (session, act):
            answer = accepting.by_mandate(session, fund, line, act=act)
        left = words.left_out(norm, reason)
        report.show_accepted(answer, None, 0, left_out=left, language=language, as_json=as_json)
        return
    _require(meeting=meeting, number=number, present=present, of=of)
    lines, undecided = _list(Path(what))
    decided = _meeting(meeting or "", number or "", present or 0, of or 0)
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answer = accepting.by_board(session, fund, lines, decided, act=act)
    left = words.left_out(*(text for each in lines for text in (each.norm, each.reason)))
    report.show_accepted(
        answer, decided, undecided, left_out=left, language=language, as_json=as_json
    )


def authorise(
    fund: FundCode,
    party: Annotated[str, typer.Argument(metavar="PARTY", help="Whose council it was.")],
    year: Year,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="Such as 500.00.")],
    *,
    decision: Annotated[str, typer.Option(help="How the council's decision is named.")],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="When it decided.")],
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Record what a council authorised afterwards of what was over its budget."""
    from api.cli import decisions_report as report
    from ledger.decisions import authorising

    asked = authorising.Authorised(
        party=party,
        year=year,
        amount_cents=ledgers.cents("AMOUNT", amount),
        decided_on=days.day_of("--on", on),
        decision=decision,
    )
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answer = authorising.authorise(session, fund, asked, act=act)
    report.show_authorised(answer, asked, language=language, as_json=as_json)


def _finding(what: str) -> tuple[int, int] | None:
    """Return the finding that a text names; ``None`` where it names a file."""
    from ledger.decisions import places

    try:
        return places.read(what)
    except ValueError as error:
        if Path(what).suffix not in {".csv", ".json"} and not Path(what).exists():
            raise WrongInput(
                [Mistake("LIST", f"{error}; nor is there a file of that name")]
            ) from None
        return None


def _refuse_others(options: dict[str, Any], *, is_list: bool) -> None:
    given = [name for name, value in options.items() if value is not None]
    if given:
        what = (
            "is said of each finding in the list"
            if is_list
            else "is of a decision on a list; one finding is accepted by a mandate"
        )
        raise WrongInput([Mistake(given[0], what)])


def _require(**options: object) -> None:
    missing = [name for name, value in options.items() if value is None]
    if missing:
        raise WrongInput([Mistake(f"--{name}", "is missing") for name in missing])


def _list(file: Path) -> tuple[list[Line], int]:
    from api.cli import folders
    from ledger.decisions import lists

    read = lists.read(str(file), folders.read(file))
    return read.lines, read.undecided


def _meeting(on: str, number: str, present: int, members: int) -> Meeting:
    from ledger.decisions import accepting

    return accepting.Meeting(
        on=days.day_of("--meeting", on), number=number, present=present, members=members
    )
