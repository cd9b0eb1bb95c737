"""Who works in the example fund. A handle names a role, never a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ADMINISTRATOR: Final = "administrator"
AUDITOR: Final = "accountant"
PRIVACY_OFFICER: Final = "privacyfunctionaris"
DIRECTOR: Final = "gebiedsmanager-dordrecht"
"""Decides on what is more than a lead may spend, and where there is no lead."""

HOLDER: Final = "dordrecht"
"""The account holder."""

INHABITANTS: Final = {
    "dordrecht": 119_345,
    "zwijndrecht": 44_730,
    "papendrecht": 32_130,
    "hendrik-ido-ambacht": 31_205,
    "sliedrecht": 25_230,
    "alblasserdam": 20_070,
    "hardinxveld-giessendam": 18_295,
}
"""Of the municipalities; as in the agreement."""

OTHERS: Final = ("sociale-dienst", "merwebocht", "welzijn")
JOINS_LATER: Final = "welzijn"
START: Final = date(2026, 1, 1)
JOINED_ON: Final = date(2026, 7, 1)

_TEAMS: Final = {
    "wijkteam-dordrecht": 4,
    "wijkteam-zwijndrecht": 2,
    "wijkteam-papendrecht": 2,
    "wijkteam-hendrik-ido-ambacht": 2,
    "wijkteam-sliedrecht": 1,
    "wijkteam-alblasserdam": 1,
    "wijkteam-hardinxveld-giessendam": 1,
    "consulent-sociale-dienst": 3,
    "woonconsulent-merwebocht": 2,
    "buurtwerker-welzijn": 2,
}
_LEADS: Final = ("dordrecht", "zwijndrecht", "sliedrecht", "sociale-dienst")


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody with a role."""

    handle: str
    role: str
    organisation: str
    mandate: str | None = None

    @property
    def since(self) -> date:
        """The day from which they have it."""
        return JOINED_ON if self.organisation == JOINS_LATER else START


def organisations() -> tuple[str, ...]:
    """Return the codes of all participants."""
    return (*INHABITANTS, *OTHERS)


def finance(organisation: str) -> str:
    """Return who speaks for an organisation about settlements."""
    return f"financien-{organisation}"


def board(organisation: str) -> str:
    """Return who speaks for an organisation on the board."""
    return f"bestuur-{organisation}"


def workers(organisation: str) -> list[str]:
    """Return the professionals of an organisation that see residents."""
    return [each.handle for each in professionals() if _sees_residents(each, organisation)]


def lead(organisation: str) -> str:
    """Return who decides for an organisation on more than others may spend."""
    return f"teamleider-{organisation}" if organisation in _LEADS else DIRECTOR


def professionals() -> Iterator[Colleague]:
    """Yield everybody who spends."""
    for team, size in _TEAMS.items():
        for number in range(1, size + 1):
            yield Colleague(
                handle=f"{team}-{number}",
                role="professional",
                organisation=team.split("-", 1)[1],
                mandate="social-worker",
            )
    for organisation in _LEADS:
        yield Colleague(
            handle=f"teamleider-{organisation}",
            role="professional",
            organisation=organisation,
            mandate="team-lead",
        )
    yield Colleague(
        handle=DIRECTOR, role="professional", organisation=HOLDER, mandate="area-director"
    )


def everybody() -> Iterator[Colleague]:
    """Yield everybody with a role but the administrator."""
    for organisation in organisations():
        yield Colleague(handle=finance(organisation), role="finance", organisation=organisation)
        yield Colleague(handle=board(organisation), role="board", organisation=organisation)
    yield Colleague(handle=AUDITOR, role="auditor", organisation=HOLDER)
    yield Colleague(handle=PRIVACY_OFFICER, role="privacy-officer", organisation=HOLDER)
    yield from professionals()


def _sees_residents(colleague: Colleague, organisation: str) -> bool:
    return colleague.organisation == organisation and colleague.mandate == "social-worker"
