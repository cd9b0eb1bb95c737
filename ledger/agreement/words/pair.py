"""Two versions side by side, and what changes from one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger import texts
from ledger.agreement.words import members
from ledger.agreement.words.voice import LOCALE, Voice, names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ledger.agreement.schema import Agreement, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that changes between two versions.

    Args:
        section: The subject, by the name that it has in the description.
        heading: The subject in words.
        what: What changes, one or more sentences.
        parties: The codes of those whom it touches, in the order of parties.
        whom: Those parties in words.
    """

    section: str
    heading: str
    what: str
    parties: tuple[str, ...]
    whom: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An old and a new version; both are spoken of by the names of the new one."""

    old: Voice
    new: Voice

    @property
    def say(self) -> texts.Catalogue:
        """The texts."""
        return self.new.say

    @property
    def order(self) -> tuple[str, ...]:
        """All parties: in the order of the new version, then those only in the old one."""
        listed = (*self.new.agreement.party, *self.old.agreement.party)
        return tuple(dict.fromkeys(party.code for party in listed))

    @property
    def everyone(self) -> tuple[str, ...]:
        """All that are participants in either version."""
        taking_part = {*self.old.everyone, *self.new.everyone}
        return tuple(code for code in self.order if code in taking_part)

    def change(self, section: str, what: str, parties: Iterable[str] | None = None) -> Change:
        """Return a change; without parties it touches every participant."""
        touched = set(self.everyone if parties is None else parties)
        codes = tuple(code for code in self.order if code in touched)
        return Change(
            section=section,
            heading=self.say(f"section.{section}"),
            what=f"{what[0].upper()}{what[1:]}",
            parties=codes,
            whom=self._whom(codes),
        )

    def members(
        self, old: Part, new: Part, *, subject: str = "", only: Iterable[str] | None = None
    ) -> Iterator[str]:
        """Yield in words which members of a part of the agreement change.

        Args:
            old: The part as it was.
            new: The part as it becomes.
            subject: What the part is about, nothing where there is but one of its kind.
            only: The members to look at; all where it is left out.
        """
        for name, before, after in members.differences(old, new):
            if only is None or members.base(name) in only:
                label = members.label(self.new, new, name)
                yield self._member(", ".join(filter(None, (subject, label))), name, before, after)

    def _member(self, what: str, name: str, before: Any, after: Any) -> str:
        old, new = members.in_other_words((self.old, self.new), name, before, after)
        if before is None:
            return self.say("change.member.first", what=what, new=new)
        if after is None:
            return self.say("change.member.gone", what=what, old=old)
        return self.say("change.member", what=what, new=new, old=old)

    def _whom(self, codes: tuple[str, ...]) -> str:
        if codes == self.everyone:
            return self.say("change.for.everyone")
        if not codes:
            return self.say("change.for.nobody")
        return self.say("change.for", parties=self.new.parties(codes))


def pair(old: Agreement, new: Agreement, *, language: str) -> Pair:
    """Return two versions side by side."""
    say = texts.catalogue(LOCALE, language)
    named = names(say, new, old)
    return Pair(
        old=Voice(agreement=old, names=named, say=say),
        new=Voice(agreement=new, names=named, say=say),
    )
