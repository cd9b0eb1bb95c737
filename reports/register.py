"""The register of processing (AVG article 30) of a fund, as Markdown.

It says what this version of the software does, and takes its lists from the code: the
columns that can be erased, what the trail only commits to, who may read. What the
organisations do beside it, such as their own basis in law, they add themselves.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger import orders, texts
from ledger.decisions import consulting
from ledger.privacy import reading
from ledger.tables.funds import ROLES
from ledger.tables.privacy import GROUNDS_TO_RESTRICT, WHY_READ
from reports.board.isolating import CASES_MIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ledger.funds import Known
    from ledger.texts import Catalogue

_LOCALE: Final = Path(__file__).parent / "locale"
_PURPOSES: Final = ("spend", "settle", "account", "rights")
_PERSONS: Final = ("resident", "payee", "worker", "contact")
_STAYS: Final = (
    *("spending.amount_cents", "spending.spent_on", "spending.category", "spending.organisation"),
    *("spending.home", "spending.case_number", "spending.person_id", "person.handle"),
    *("finding.figures", "bank_line.fingerprint", "reading.spending", "case_reading.case_number"),
    *("restriction.case_number", "event.actor_id"),
)
"""Columns about people, or from which they may be found, that are final."""

_TERMS: Final = ("final", "erasable", "backups")
_MEASURES: Final = (
    *("pseudonyms", "screening", "commitments", "chain", "roles", "readings"),
    *("restriction", "board", "papers", "bank"),
)


def of(known: Known, erasable: Mapping[str, Sequence[str]], *, language: str) -> str:
    """Return the register of a fund.

    Args:
        known: The fund.
        erasable: By table, the columns that an erasure empties.
        language: Of the reader.
    """
    say = texts.catalogue(_LOCALE, language)
    return "\n".join(_lines(known, erasable, say)) + "\n"


def _lines(known: Known, erasable: Mapping[str, Sequence[str]], say: Catalogue) -> Iterator[str]:
    version = known.agreements[-1]
    yield f"# {say('register.title', fund=version.fund.name)}"
    yield from ("", say("register.lede"))
    names = {party.code: party.name for party in version.party}
    participants = [party.name for party in version.party if party.participant]
    yield from _heading("controller", say)
    yield say(
        "register.controller.says",
        holder=names[version.agreement.account_holder],
        participants=texts.together(say.language, participants),
    )
    yield from _listed("purposes", [say(f"register.purpose.{each}") for each in _PURPOSES], say)
    yield from _listed("persons", [say(f"register.person.{each}") for each in _PERSONS], say)
    yield from _data(erasable, say)
    yield from _recipients(say)
    yield from _listed("terms", [say(f"register.term.{each}") for each in _TERMS], say)
    yield from _listed("measures", [_measure(each, say) for each in _MEASURES], say)
    yield from _listed("rights", [*_rights(say)], say)


def _heading(name: str, say: Catalogue) -> Iterator[str]:
    yield from ("", f"## {say(f'register.{name}')}", "")


def _listed(name: str, texts_: Sequence[str], say: Catalogue) -> Iterator[str]:
    yield from _heading(name, say)
    yield from (f"- {text}" for text in texts_)


def _data(erasable: Mapping[str, Sequence[str]], say: Catalogue) -> Iterator[str]:
    yield from _heading("data", say)
    columns = (say("register.column"), say("register.holds"), say("register.erasable"))
    yield from (f"| {' | '.join(columns)} |", "|---|---|---|")
    for table, names in erasable.items():
        for name in names:
            yield f"| `{table}.{name}` | {_holds(name, say)} | {say('register.yes')} |"
    for place in _STAYS:
        yield f"| `{place}` | {_holds(place.split('.')[1], say)} | {say('register.no')} |"
    yield from ("", say("register.committed", names=", ".join(orders.COMMITTED)))


def _holds(column: str, say: Catalogue) -> str:
    return say(f"register.column.{column}")


def _recipients(say: Catalogue) -> Iterator[str]:
    yield from _heading("recipients", say)
    yield from (f"- {say(f'register.recipient.{role}')}" for role in ROLES)
    yield f"- {say('register.recipient.organisation')}"
    yield from ("", say("register.readers", roles=", ".join(reading.MAY_READ)))
    yield from ("", say("register.deciders", roles=", ".join(consulting.MAY_READ)))


def _measure(name: str, say: Catalogue) -> str:
    return say(f"register.measure.{name}", least=CASES_MIN, why=", ".join(WHY_READ))


def _rights(say: Catalogue) -> Iterator[str]:
    yield say("register.right.access")
    yield say("register.right.correction")
    yield say("register.right.restriction", grounds=", ".join(GROUNDS_TO_RESTRICT))
