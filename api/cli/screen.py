"""Where reports are shown: a terminal, or a pipe that may be closed early."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console

if TYPE_CHECKING:
    from rich.text import Text

_PIPE_WIDTH: Final = 160
_COMMANDS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys, or reads the other way around; texts that people wrote may hold it."""


class _Screen(Console):
    def render_str(self, text: str, **how: Any) -> Text:
        """Show a text; what would command the terminal is written out."""
        return super().render_str(_COMMANDS.sub(_written_out, text), **how)

    def on_broken_pipe(self) -> None:
        """End well: whoever read our output has seen enough, and the work is done."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0)


def console() -> Console:
    """Return a console that takes texts as they are."""
    screen = _Screen(highlight=False, markup=False, emoji=False, soft_wrap=True)
    if not screen.is_terminal:
        screen.width = _PIPE_WIDTH
    return screen


def _written_out(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode()
