"""Where reports are shown: a terminal, or a pipe that may be closed early."""

from __future__ import annotations

import os
import sys
from typing import Final

from rich.console import Console

_PIPE_WIDTH: Final = 160


class _Screen(Console):
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
