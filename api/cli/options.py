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

Apart: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set-apart", metavar="SPENDING", help="Leave a disputed line for the next; once for each."
    ),
]
