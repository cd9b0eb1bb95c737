"""Whether another grade of evidence would have changed who pays; outcomes worked by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from ledger.agreement import reading as agreements
from ledger.effects.expected import Place, saving
from ledger.money import as_text
from settlement.sensitivity import OtherPayer, Picked, Trial, sensitivity
from tests.support.catalogues import catalogue, effect, kinded
from tests.support.funds import Outcome, agreement, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.effects.schema import Catalogue
    from settlement.engine import Working

MOST: Final = (
    '[[key]]\ncode = "most"\nkind = "largest-saving"\nlevel = "case"\nfallback = "heads"\n'
)
SAVED: Final = '[[key]]\ncode = "saved"\nkind = "savings"\nlevel = "spending"\nfallback = "heads"\n'
KINDS: Final = {"m": "municipality", "n": "municipality", "h": "housing-association",
                "z": "health-insurer"}  # fmt: skip
EFFECTS: Final = catalogue(
    effect("eviction", "housing-association 1000.00", grade=4),
    effect("debt", "municipality 1000.00", grade=5),
    effect("both", "housing-association 300.00, municipality 100.00", grade=1),
)
CASE: Final = """
    id  amount  case  organisation  home
    s1   10.00  k     h             m
    s2   30.00  k     h             m
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """A fund of a municipality and a housing association, and what was picked in it."""

    key: str = MOST
    parties: str = "m 1, h 1"

    @property
    def text(self) -> bytes:
        rules = agreement(self.key, parties=self.parties, holder="m")
        present = (party.split()[0] for party in self.parties.split(","))
        return kinded(rules, {party: KINDS[party] for party in present})

    def settled(
        self,
        spendings: str,
        picks: dict[str, str],
        *,
        effects: Catalogue = EFFECTS,
        plain: str = "",
        period: str | None = None,
        previous: Sequence[Outcome] = (),
    ) -> Outcome:
        """Settle with the expected savings of these picks: spending -> effect."""
        rules = agreements.read("agreement.toml", self.text)
        rows = [
            dict(zip(*(line.split() for line in (header, row)), strict=True))
            for header, *lines in [spendings.strip().splitlines()]
            for row in lines
        ]
        saved = [
            f"{row['id']} {party} {as_text(cents)}"
            for row in rows
            if row["id"] in picks
            for party, cents in saving(
                effects.effect_of(picks[row["id"]]), catalogue=effects, agreement=rules,
                place=Place(organisation=row["organisation"], home=row.get("home")),
            ).by_party.items()
        ]  # fmt: skip
        return settle(
            self.text, spendings=spendings, period=period, previous=previous,
            savings="\n".join(["spending party amount", *saved, *plain.splitlines()]),
        )  # fmt: skip


def picked(picks: dict[str, str], effects: Catalogue = EFFECTS) -> list[Picked]:
    """Return picks as the settlement is asked with."""
    return [
        Picked(spending=spending, effect=code, catalogue=effects)
        for spending, code in picks.items()
    ]


def trials(working: Working, picks: list[Picked]) -> dict[tuple[str, int], str]:
    """Return what each grade changes, where it does: ``s1 h -> m; m 10.00, h -10.00``."""
    return {
        (trial.effect, trial.grade): "; ".join(
            [*map(_line, trial.other_payers),
             ", ".join(f"{party} {as_text(cents)}"
                       for party, cents in trial.differences_cents.items())]
        )
        for trial in sensitivity(working, picks)
        if trial.other_payers or trial.differences_cents
    }  # fmt: skip


def _line(other: OtherPayer) -> str:
    return f"{other.spending} {'+'.join(other.paid_by)} -> {'+'.join(other.would_be_paid_by)}"


def test_another_grade_changes_who_saves_most_and_so_who_pays() -> None:
    picks = {"s1": "eviction", "s2": "debt"}
    outcome = Fund().settled(CASE, picks)

    # h saves 1000 x 0.85 = 850.00 and m 1000 x 0.75 = 750.00, so h pays all 40.00.
    assert (outcome.cells("s1"), outcome.cells("s2")) == ("h 10.00", "h 30.00")
    to_m = "s1 h -> m; s2 h -> m; m 40.00, h -40.00"
    evenly = "s1 h -> m+h; s2 h -> m+h; m 20.00, h -20.00"
    assert trials(outcome.working, picked(picks)) == {
        ("eviction", 5): evenly,  # 750.00 against 750.00
        ("eviction", 6): to_m,  # 600.00 against 750.00
        ("debt", 1): to_m,  # 850.00 against 1000.00
        ("debt", 2): to_m,  # 850.00 against 950.00
        ("debt", 3): to_m,  # 850.00 against 900.00
        ("debt", 4): evenly,  # 850.00 against 850.00
    }


def test_every_grade_is_tried_for_every_effect_and_the_own_one_changes_nothing() -> None:
    picks = {"s1": "eviction", "s2": "debt"}
    found = sensitivity(Fund().settled(CASE, picks).working, picked(picks))

    assert [(trial.effect, trial.grade) for trial in found] == [
        (code, grade) for code in ("eviction", "debt") for grade in range(1, 7)
    ]
    own = [trial for trial in found if trial.as_picked]
    assert own == [
        Trial(effect=code, grade=grade, as_picked=True, other_payers=(), differences_cents={})
        for code, grade in (("eviction", 4), ("debt", 5))
    ]


def test_shares_may_change_while_the_same_organisations_pay() -> None:
    # s1 saves h 300.00 and m 100.00 by its effect; m another 200.00 by a plain amount.
    outcome = Fund(key=SAVED).settled(
        "id amount organisation home\ns1 60.00 h m", {"s1": "both"}, plain="s1 m 200.00"
    )

    # 300 against 300; at grade 6 180 against 60 + 200 = 260: h bears 60 x 18/44 = 24.545.
    assert outcome.cells("s1") == "m 30.00, h 30.00"
    found = trials(outcome.working, picked({"s1": "both"}))
    assert found["both", 6] == "m 5.45, h -5.45"
    # At grade 5 225 against 275: h bears 60 x 225/500 = 27.00.
    assert found["both", 5] == "m 3.00, h -3.00"
    assert not any("->" in what for what in found.values())


def test_an_effect_that_stands_alone_pays_the_same_whatever_its_grade() -> None:
    picks = {"s1": "both", "s2": "both"}
    outcome = Fund().settled(CASE, picks)

    # All picks of an effect get the grade together: its proportions stay.
    assert trials(outcome.working, picked(picks)) == {}


def test_picks_of_one_effect_under_two_catalogues_are_tried_together() -> None:
    newer = catalogue(effect("eviction", "housing-association 1000.00", grade=6),
                      effect("debt", "municipality 1000.00", grade=5))  # fmt: skip
    picks = {"s1": "eviction", "s2": "debt"}
    outcome = Fund().settled(
        "id amount case organisation home\ns1 1.00 k h m\ns2 1.00 k h m\ns3 1.00 l h m",
        picks, plain="s3 h 600.00\ns3 m 700.00",
    )  # fmt: skip
    found = sensitivity(
        outcome.working,
        [*picked(picks), Picked(spending="s3", effect="eviction", catalogue=newer)],
    )

    # s3 was picked under a catalogue that gave it grade 6: 600.00. No grade is that of both.
    assert not any(trial.as_picked for trial in found if trial.effect == "eviction")
    of_grade = {trial.grade: trial for trial in found if trial.effect == "eviction"}
    # 750.00 is as much as m saves in case k, and more than the 700.00 in case l.
    assert [_line(each) for each in of_grade[5].other_payers] == ["s1 h -> m+h", "s2 h -> m+h",
                                                                  "s3 m -> h"]  # fmt: skip
    assert [_line(each) for each in of_grade[4].other_payers] == ["s3 m -> h"]
    assert [_line(each) for each in of_grade[6].other_payers] == ["s1 h -> m", "s2 h -> m"]


def test_the_municipal_part_is_tried_where_the_case_holder_says_it_is() -> None:
    fund = Fund(parties="m 1, n 1, h 1")
    spendings = "id amount case organisation\ns1 9.00 k h\ns2 9.00 k h"
    outcome = fund.settled(spendings, {"s1": "eviction"}, plain="s2 n 750.00")
    picks = [
        *picked({"s1": "eviction"}),
        Picked(spending="s2", effect="debt", catalogue=EFFECTS, case_holder="n"),
    ]

    # Nobody said where the resident lives; the case is with n, which so saves 750.00.
    assert trials(outcome.working, picks)["debt", 1] == "s1 h -> n; s2 h -> n; n 18.00, h -18.00"


def test_a_pick_on_a_spending_that_is_not_there_changes_nothing() -> None:
    outcome = Fund().settled(CASE, {"s1": "eviction", "s2": "debt"})

    assert trials(outcome.working, picked({"s9": "eviction"})) == {}


def test_what_no_key_looks_at_changes_nothing() -> None:
    outcome = Fund(key='[[key]]\ncode = "even"\nkind = "equal"\n').settled(
        CASE, {"s1": "eviction", "s2": "debt"}
    )

    assert trials(outcome.working, picked({"s1": "eviction", "s2": "debt"})) == {}


@pytest.mark.parametrize("key", [MOST, SAVED.replace("spending", "case")])
def test_every_trial_is_what_the_engine_makes_of_a_catalogue_with_that_grade(key: str) -> None:
    fund = Fund(key=key, parties="m 3, n 1, h 1, z -")
    spendings = """
        id  spent_on    amount  case  organisation  home  category  reverses  refunds  replaces
        s1  2026-01-05   10.01  k     h             m     rent      -         -        -
        s2  2026-01-06   30.02  k     m             n     debt      -         -        -
        s3  2026-01-07   25.05  l     n             n     rent      -         -        -
        s4  2026-01-08   25.05  l     n             m     rent      -         -        -
        r4  2026-01-09  -25.05  l     n             m     rent      s4        -        -
        t4  2026-01-10   11.11  l     n             m     rent      -         -        s4
        b1  2026-01-11   -4.00  k     h             m     rent      -         s1       -
        """ + "\n".join(
        f"x{at} 2026-01-{at} {at / 7:.2f} {'kl'[at % 2]} m {'mn'[at % 5 % 2]} c{at % 3} - - -"
        for at in range(12, 32)
    )  # fmt: skip
    picks = {"s1": "eviction", "s2": "debt", "s3": "both", "s4": "eviction", "t4": "debt"}
    outcome = fund.settled(spendings, picks)
    settled, changed = cost_shares(outcome), 0
    for trial in sensitivity(outcome.working, picked(picks)):
        effects = EFFECTS.model_copy(
            update={
                "effect": tuple(
                    each.model_copy(update={"grade": trial.grade})
                    if each.code == trial.effect
                    else each
                    for each in EFFECTS.effect
                )
            }
        )
        tried = cost_shares(fund.settled(spendings, picks, effects=effects))
        more = {party: tried[party] - settled[party] for party in tried}
        assert trial.differences_cents == {party: cents for party, cents in more.items() if cents}
        assert sum(trial.differences_cents.values()) == 0
        changed += bool(trial.differences_cents)
    assert changed


def cost_shares(outcome: Outcome) -> dict[str, int]:
    return {each.party: each.cost_share_cents for each in outcome.settlement.positions}


def test_a_pick_of_a_day_without_agreement_keeps_its_saving() -> None:
    outcome = Fund().settled(
        """
        id  spent_on    amount  case  organisation  home
        s0  2025-12-30   10.00  k     h             m
        s1  2026-01-05   10.00  k     h             m
        s2  2026-01-06   30.00  k     h             m
        """,
        {"s0": "eviction", "s1": "debt"},
        period="2026-01-01 2026-04-01",
    )
    found = trials(outcome.working, picked({"s0": "eviction", "s1": "debt"}))

    # s0 saved h 850.00 when it was settled, under an agreement that is not given now.
    assert {code for code, _ in found} == {"debt"}


def test_a_line_of_an_earlier_settlement_stays_while_its_saving_still_weighs() -> None:
    picks = {"s1": "eviction", "s2": "debt"}
    spendings = """
        id  spent_on    amount  case  organisation  home  reverses
        s1  2026-01-05   10.00  k     h             m     -
        s0  2026-01-06    7.00  -     h             m     -
        s2  2026-04-06   30.00  k     h             m     -
        r0  2026-04-07   -7.00  -     h             m     s0
        """
    first = Fund().settled(spendings, picks, period="2026-01-01 2026-04-01")
    second = Fund().settled(spendings, picks, period="2026-04-01 2026-07-01", previous=[first])

    # What s1 saves decides with s2 who pays s2; s1 itself and what takes s0 back are booked.
    assert (first.cells("s1"), second.cells("s2")) == ("h 10.00", "h 30.00")
    found = trials(second.working, picked(picks))
    assert found["eviction", 6] == found["debt", 3] == "s2 h -> m; m 30.00, h -30.00"
