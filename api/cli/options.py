"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import typer

Language: TypeAlias = Annotated[
    Literal["nl", "en"], typer.Option(help="Of what is shown and of the papers.")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
