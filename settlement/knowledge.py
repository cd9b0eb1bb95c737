"""What weighing may look at: the facts of the file as positions, and what they add up to.

Gathered once for a run. A correction is weighed by what was known when its original was
settled, which differs for that one row only.

Source:
    The settlement rules, Weights; Reversals, refunds, true-ups.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ledger.errors import Mistake, WrongInput
from settlement import exact, keys
from settlement.eras import era_of
from settlement.saved import Interned, by_case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ledger.agreement.schema import UsageKey
    from ledger.facts import Savings, Spendings
    from ledger.periods import Period
    from settlement.eras import Era, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What weighing may look at.

    ``organisation`` and ``home`` are positions of parties (-1: none); ``saved_by_spending``
    and ``saved_by_case`` hold, per row of the spendings, the position of its savings in
    ``saved`` (0: none); ``cases`` tells cases apart (-1: no case).
    """

    eras: tuple[Era, ...]
    spendings: Spendings
    era: NDArray[np.int64]
    organisation: NDArray[np.int64]
    home: NDArray[np.int64]
    cases: NDArray[np.int64]
    saved: NDArray[np.int64]
    saved_by_spending: NDArray[np.int64]
    saved_by_case: NDArray[np.int64]
    usage: Usage

    def situation(self, row: int) -> keys.Situation:
        """Return what keys can see of one row."""
        home = int(self.home[row])
        return keys.Situation(
            organisation=int(self.organisation[row]),
            home=None if home < 0 else home,
            saved_by_spending=tuple(self.saved[self.saved_by_spending[row]].tolist()),
            saved_by_case=tuple(self.saved[self.saved_by_case[row]].tolist()),
            amount_cents=abs(int(self.spendings.amount_cents[row])),
            line=row,
            case=int(self.cases[row]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Each participant's own spending before a period, worked out when a key asks for it.

    ``period`` is where windows end; ``None`` where no period was given.
    """

    booked_on: NDArray[np.int64]
    amount_cents: NDArray[np.int64]
    party_of: dict[str, NDArray[np.int64]]  # organisation | home -> position of a party
    parties: int
    period: Period | None
    _found: dict[tuple[str, int], Weights] = field(default_factory=dict)

    def window(self, key: UsageKey) -> Period:
        """Return the days that a key looks back on.

        Raises:
            WrongInput: No period was given, or the window begins before the calendar does.
        """
        if self.period is None:
            raise WrongInput(
                [
                    Mistake(
                        "--from",
                        f"key {key.code} looks back from the period: give --from and --until",
                    )
                ]
            )
        try:
            return self.period.trailing(key.periods)
        except (ValueError, OverflowError):
            raise WrongInput(
                [
                    Mistake(
                        "--from",
                        f"key {key.code} looks back {key.periods} times this period, to before "
                        "the year 1; give a shorter period",
                    )
                ]
            ) from None

    def weights(self, key: UsageKey) -> Weights:
        """Return the weights of a usage key, per party; negative totals count as zero.

        Raises:
            WrongInput: As :meth:`window`.
        """
        asked = key.by, key.periods
        if asked not in self._found:
            window, party = self.window(key), self.party_of[key.by]
            inside = (
                (self.booked_on >= window.start.toordinal())
                & (self.booked_on < window.until.toordinal())
                & (party >= 0)
            )
            sums = exact.grouped(party[inside], self.amount_cents[inside], groups=self.parties)
            self._found[asked] = tuple(max(0, cents) for cents in sums)
        return self._found[asked]


def gather(
    eras: tuple[Era, ...],
    spendings: Spendings,
    savings: Savings,
    *,
    counted: NDArray[np.bool_],
    period: Period | None,
) -> Knowledge:
    """Gather what weighing may look at.

    Args:
        eras: The rules, oldest first.
        spendings: All rows of the file.
        savings: Their expected savings.
        counted: Per row whether its savings count for its case: known at the end of the
            period, neither reversed nor a reversal.
        period: Where usage windows end; ``None`` where no period was given.
    """
    parties = eras[0].parties
    party_of = {by: _positions(spendings, by, parties) for by in ("organisation", "home")}
    cases = spendings.texts["case"].codes
    saved = Interned(len(parties))
    by_spending = saved.positions(
        savings.spending, savings.party, savings.total_cents, owners=len(spendings)
    )
    return Knowledge(
        eras=eras,
        spendings=spendings,
        era=era_of(spendings.spent_on, eras),
        organisation=party_of["organisation"],
        home=party_of["home"],
        cases=cases,
        saved_by_spending=by_spending,
        saved_by_case=np.where(cases < 0, by_spending, by_case(savings, cases, counted, saved)),
        saved=saved.rows(),
        usage=Usage(
            booked_on=spendings.booked_on,
            amount_cents=spendings.amount_cents,
            party_of=party_of,
            parties=len(parties),
            period=period,
        ),
    )


def then(
    known: Knowledge,
    savings: Savings,
    row: int,
    *,
    era: int,
    counted: NDArray[np.bool_],
    period: Period | None,
) -> Knowledge:
    """Return the same, but for one row what was known at another time.

    Args:
        known: What is known now.
        savings: The expected savings.
        row: Position of the row.
        era: By which rules it is weighed.
        counted: Per row whether its savings counted for its case then.
        period: Where usage windows ended then.
    """
    era_of_row, saved_by_case, saved = known.era.copy(), known.saved_by_case, known.saved
    era_of_row[row] = era
    case = known.cases[row]
    if case >= 0:
        shared = counted[savings.spending] & (known.cases[savings.spending] == case)
        sums = np.zeros((1, saved.shape[1]), dtype=np.int64)
        np.add.at(sums[0], savings.party[shared], np.maximum(savings.total_cents[shared], 0))
        saved_by_case = saved_by_case.copy()
        saved_by_case[row] = len(saved)
        saved = np.concatenate([saved, sums])
    return replace(
        known,
        era=era_of_row,
        saved=saved,
        saved_by_case=saved_by_case,
        usage=replace(known.usage, period=period, _found={}),
    )


def _positions(spendings: Spendings, column: str, parties: Sequence[str]) -> NDArray[np.int64]:
    coded = spendings.texts[column]
    positions = [parties.index(value) for value in coded.values]
    return np.array([*positions, -1], dtype=np.int64)[coded.codes]
