"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

import typer

Language: TypeAlias = Annotated[
    Literal["nl", "en"], typer.Option(help="Of what is shown and of the papers.")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
Why: TypeAlias = Annotated[
    str, typer.Option(metavar="KIND", help="review, question, correction or request.")
]
VERSION_MAX: Final = 1_000_000
"""Of agreements and catalogues, in an option."""

EVENT_MAX: Final = 10**15
"""Of the numbers of events: more than any trail will hold, and less than databases take."""

MEMBERS_MAX: Final = 1_000
"""Of a board, and of those of them who were there."""

Year: TypeAlias = Annotated[
    int,
    typer.Argument(
        metavar="YEAR", help="The calendar year, which is the financial year.", min=1900, max=2999
    ),
]

Apart: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set-apart", metavar="SPENDING", help="Leave a disputed line for the next; once for each."
    ),
]
