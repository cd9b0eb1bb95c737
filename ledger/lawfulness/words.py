"""Rules and findings in words, from the catalogues of texts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger import texts

if TYPE_CHECKING:
    from ledger.lawfulness.found import Finding
    from ledger.texts import Catalogue

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def name(rule: str, *, language: str) -> str:
    """Return what a rule is called."""
    return _say(language)(f"rule.{rule}.name")


def norm(rule: str, *, language: str) -> str:
    """Return the norm that a rule rests on."""
    return _say(language)(f"rule.{rule}.norm")


def says(found: Finding, *, language: str) -> str:
    """Return the sentence about a finding, with its figures."""
    filled = {name: _figure(language, name, value) for name, value in found.figures.items()}
    return _say(language)(f"rule.{found.rule}.says", **filled)


def kind(found: Finding, *, language: str) -> str:
    """Return how a finding counts, and for what criterion if it has one."""
    say = _say(language)
    said = say(f"finding.kind.{found.kind}")
    if found.criterion is None:
        return said
    return f"{said}, {say(f'finding.criterion.{found.criterion}')}"


def _say(language: str) -> Catalogue:
    return texts.catalogue(_LOCALE, language)


def _figure(language: str, name: str, value: int | str) -> str:
    if isinstance(value, str):
        return texts.day(language, date.fromisoformat(value)) if name.endswith("_on") else value
    if name.endswith("_cents"):
        return texts.euro(language, value)
    return str(value) if name == "year" else texts.number(language, value)
