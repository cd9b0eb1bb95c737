"""Days and periods as options of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from datetime import date

    from ledger.periods import Period


def day(option: str, text: str | None) -> date | None:
    """Read a date of an option that may be absent.

    Raises:
        WrongInput: It is no date.
    """
    return None if text is None else day_of(option, text)


def day_of(option: str, text: str) -> date:
    """Read a date of an option.

    Raises:
        WrongInput: It is no date.
    """
    from ledger import written

    try:
        return written.day(text)
    except ValueError as error:
        raise WrongInput([Mistake(option, str(error))]) from None


def period(start: str | None, until: str | None) -> Period | None:
    """Read a period of ``--from`` and ``--until``, both or neither.

    Raises:
        WrongInput: One is missing, is no date, or the period ends before it begins.
    """
    from ledger.periods import Period

    if start is None and until is None:
        return None
    first, end = day("--from", start), day("--until", until)
    if first is None or end is None:
        raise WrongInput([Mistake("--from", "give both --from and --until, or neither")])
    try:
        return Period(first, end)
    except ValueError as error:
        raise WrongInput([Mistake("--until", str(error))]) from None
