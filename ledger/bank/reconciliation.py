"""The pool's bank account beside the journal, on a day.

What the journal has and the bank has not is *under way*. What the bank has and the
journal has not is a *difference*: named, until it is booked or explained. The account
reconciles where no difference is unexplained and no statement is missing; always

    journal = bank + under way - differences
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.bank import continuity
from ledger.bank.continuity import Gap, Sign
from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from ledger.bank.continuity import Standing
    from ledger.bank.kept import Extract, Line, LineKey
    from ledger.bank.matching import Match

OVERDUE_DAYS: Final = 14
"""After so many days an unexplained difference is overdue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """An amount that the journal moved on the account ``bank``.

    Args:
        id: That of the item which a match names.
        on: The day on which it is booked.
        amount_cents: Positive where it came in.
    """

    id: str
    on: date
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """All that is known of the pool's accounts, up to the day and after it.

    Args:
        extracts: Statements.
        lines: Lines of the account, each once.
        movements: What the journal moved.
        matches: Which lines are which movements.
        reasons: Why a line is not in the journal, or an account did not begin with
            nothing, as a person explained it: by key of the line, or by account.
    """

    extracts: Sequence[Extract]
    lines: Sequence[Line]
    movements: Sequence[Movement]
    matches: Sequence[Match]
    reasons: Mapping[LineKey | str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A movement that no statement shows yet."""

    movement: Movement
    age_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What the bank shows and the journal does not have, or not yet.

    Args:
        of: The line; or the account, of what stood there before its first statement.
        on: The day in the bank's books.
        amount_cents: The part that the journal does not have.
        age_days: From that day to the day of the statement.
        reason: Why, where somebody said so.
        booked_later: The day on which the journal has it after all.
    """

    of: LineKey | str
    on: date
    amount_cents: int
    age_days: int
    reason: str | None
    booked_later: date | None

    @property
    def explained(self) -> bool:
        """Whether it is known what it is."""
        return self.reason is not None or self.booked_later is not None

    @property
    def overdue(self) -> bool:
        """Whether an explanation has been wanted for too long."""
        return not self.explained and self.age_days > OVERDUE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The account beside the journal at the end of a day; lists in order of day."""

    day: date
    bank_cents: int
    journal_cents: int
    under_way: tuple[UnderWay, ...]
    differences: tuple[Difference, ...]
    gaps: tuple[Gap, ...]

    def __post_init__(self) -> None:
        expected = self.bank_cents + self.under_way_cents - self.differences_cents
        assert self.journal_cents == expected, (
            f"on {self.day} the journal has {as_text(self.journal_cents)} in the bank; what the "
            f"bank has makes {as_text(expected)}"
        )

    @property
    def under_way_cents(self) -> int:
        """What all that is under way adds up to."""
        return sum(each.movement.amount_cents for each in self.under_way)

    @property
    def differences_cents(self) -> int:
        """What all differences add up to, explained or not."""
        return sum(each.amount_cents for each in self.differences)

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """Differences that somebody must explain."""
        return tuple(each for each in self.differences if not each.explained)

    @property
    def reconciles(self) -> bool:
        """Whether all is explained, and nothing is missing up to the day."""
        return not self.unexplained and not self.gaps


def reconcile(books: Books, *, day: date) -> Reconciliation:
    """Set the pool's accounts beside the journal.

    Args:
        books: All that is known; what is later than the day tells whether statements
            follow each other, and what was booked later.
        day: At the end of which.

    Raises:
        ValueError: A match names a line that is not there or has another amount than its
            movements; a line, a movement or an account of a line is there twice or not.
    """
    found = _found(books)
    standings = {
        account: continuity.standing(extracts, found.lines_of[account])
        for account, extracts in sorted(found.extracts_of.items())
    }
    gaps = [
        gap
        for account, standing in standings.items()
        for gap in continuity.gaps(found.extracts_of[account], standing, day=day)
    ]
    journal_cents = sum(each.amount_cents for each in books.movements if each.on <= day)
    if not standings and any(each.on <= day for each in books.movements):
        gaps.append(Gap(account="", sign=Sign.END, after=None, before=None))
    return Reconciliation(
        day=day,
        bank_cents=sum(standing.on(day) for standing in standings.values()),
        journal_cents=journal_cents,
        under_way=tuple(_under_way(found, day)),
        differences=(
            *_beginnings(standings, books.reasons, day),
            *_differences(found, books.reasons, day),
        ),
        gaps=tuple(gaps),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The books by what finds them; lines and movements in order of day."""

    extracts_of: Mapping[str, Sequence[Extract]]
    lines_of: Mapping[str, Sequence[Line]]
    lines: Sequence[Line]
    movements: Sequence[Movement]
    match_of: Mapping[LineKey, Match]
    line_of: Mapping[str, Line]
    by_id: Mapping[str, Movement]


def _found(books: Books) -> _Found:
    extracts_of, lines_of = defaultdict(list), defaultdict(list)
    for extract in books.extracts:
        extracts_of[extract.account].append(extract)
    for line in books.lines:
        lines_of[line.key.account].append(line)
    by_key = {line.key: line for line in books.lines}
    by_id = {each.id: each for each in books.movements}
    match_of = {each.line: each for each in books.matches}
    named = [name for each in books.matches for name in each.items]
    if strangers := sorted(lines_of.keys() - extracts_of.keys()):
        raise ValueError(f"there are lines of {strangers[0]} and no statement of it")
    for things, once in (
        (books.lines, by_key),
        (books.movements, by_id),
        (books.matches, match_of),
        (named, set(named)),
    ):
        if len(things) != len(once):
            raise ValueError("a line, a movement or a match is there twice")
    for each in books.matches:
        _check(each, by_key, by_id)
    return _Found(
        extracts_of=extracts_of,
        lines_of=lines_of,
        lines=sorted(books.lines, key=lambda line: (line.booked_on, line.key)),
        movements=sorted(books.movements, key=lambda each: (each.on, each.id)),
        match_of=match_of,
        line_of={name: by_key[each.line] for each in books.matches for name in each.items},
        by_id=by_id,
    )


def _check(match: Match, by_key: Mapping[LineKey, Line], by_id: Mapping[str, Movement]) -> None:
    if match.line not in by_key:
        raise ValueError(f"a match is of a line that is not there: {match.line}")
    amounts = [by_id[name].amount_cents for name in match.items if name in by_id]
    whole = len(amounts) == len(match.items)
    if whole and sum(amounts) != by_key[match.line].amount_cents:
        raise ValueError(f"a match does not add up: {match}")


def _under_way(found: _Found, day: date) -> Iterator[UnderWay]:
    for movement in found.movements:
        line = found.line_of.get(movement.id)
        if movement.on <= day and (line is None or line.booked_on > day):
            yield UnderWay(movement=movement, age_days=(day - movement.on).days)


def _beginnings(
    standings: Mapping[str, Standing], reasons: Mapping[LineKey | str, str], day: date
) -> Iterator[Difference]:
    for account, standing in standings.items():
        if standing.opening_cents:
            yield Difference(
                of=account,
                on=standing.began_on,
                amount_cents=standing.opening_cents,
                age_days=max(0, (day - standing.began_on).days),
                reason=reasons.get(account),
                booked_later=None,
            )


def _differences(
    found: _Found, reasons: Mapping[LineKey | str, str], day: date
) -> Iterator[Difference]:
    for line in found.lines:
        if line.booked_on > day:
            break
        match = found.match_of.get(line.key)
        names = match.items if match else ()
        booked = [found.by_id[name] for name in names if name in found.by_id]
        later = [each.on for each in booked if each.on > day]
        missing = line.amount_cents - sum(each.amount_cents for each in booked if each.on <= day)
        if missing:
            yield Difference(
                of=line.key,
                on=line.booked_on,
                amount_cents=missing,
                age_days=(day - line.booked_on).days,
                reason=reasons.get(line.key),
                booked_later=max(later) if later and len(booked) == len(names) else None,
            )
