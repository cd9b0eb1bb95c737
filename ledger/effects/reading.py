"""Catalogue files in, checked catalogues out, or every mistake that they have."""

from __future__ import annotations

from ledger.agreement import tomlfile
from ledger.effects import checks
from ledger.effects.schema import Catalogue


def read(name: str, content: bytes) -> Catalogue:
    """Read one catalogue of effects.

    Args:
        name: What the file is called in messages.
        content: Its bytes: TOML in UTF-8, with or without a byte order mark.

    Raises:
        WrongInput: It is no catalogue; every mistake is named, with what would be right.
    """
    return tomlfile.read(name, content, model=Catalogue, checks=checks.mistakes)
