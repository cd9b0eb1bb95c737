"""What the example year is told from: ``stories.toml``, as values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = Path(__file__).parent
NONE: Final = "none"
"""Stands among the effects of a kind for none at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is the matter in a case.

    Args:
        code: Its name.
        weight: How often it comes, beside the others.
        holders: Who holds such cases, by weight; ``municipality`` is that of the resident.
        kinds: What money is spent on, by weight.
        domain: Of everything in it, if it has one of its own.
    """

    code: str
    weight: int
    holders: Mapping[str, int]
    kinds: Mapping[str, int]
    domain: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What money is spent on.

    Args:
        code: Of the category.
        amounts: In whole euros: the smallest, those below which 10, 25, 50, 75, 90 and 97
            percent lie, and the largest.
        whole: How often of a hundred times an amount is round.
        domains: Life domains, by weight.
        payees: Kinds of payees, by weight.
        effects: Codes of the catalogue, by weight, with ``none``.
        purposes: Which basic purposes it may serve.
        wanted: What is wanted, where no effect is picked.
        departs: How often of a hundred times it departs from a rule.
        rules: From which.
        vat: Percentage of VAT; ``None`` where it has none, or nobody knows.
    """

    code: str
    amounts: tuple[int, ...]
    whole: int
    domains: Mapping[str, int]
    payees: Mapping[str, int]
    effects: Mapping[str, int]
    purposes: tuple[str, ...]
    wanted: tuple[str, ...]
    departs: int
    rules: tuple[str, ...]
    vat: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All of it: stories and kinds by code, sentences by effect, and the words of corrections."""

    stories: Mapping[str, Story]
    kinds: Mapping[str, Kind]
    wanted: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]


@cache
def material() -> Material:
    """Return what the year is told from."""
    told = tomllib.loads((FOLDER / "stories.toml").read_text(encoding="utf-8"))
    return Material(
        stories={each["code"]: Story(**each) for each in told["story"]},
        kinds={each["code"]: _kind(each) for each in told["kind"]},
        wanted={each["effect"]: tuple(each["sentences"]) for each in told["wanted"]},
        words=told["words"],
    )


def _kind(told: Mapping[str, Any]) -> Kind:
    lists = {name: tuple(told[name]) for name in ("amounts", "purposes", "wanted")}
    departs = {"departs": told["departs"]["chance"], "rules": tuple(told["departs"]["rules"])}
    return Kind(**{**told, **lists, **departs})
