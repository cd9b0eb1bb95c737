"""Whatever differs between two versions is said, and what is equal is not."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import texts
from ledger.agreement.canonical import canonical_json
from ledger.agreement.changes import changes
from ledger.agreement.schema import Lawfulness
from ledger.agreement.words.shares import constant, shares
from ledger.errors import WrongInput
from tests.support.agreement_variants import full_agreement, variants

if TYPE_CHECKING:
    from ledger.agreement.changes import Change
    from ledger.agreement.schema import Agreement, Party

FULL = full_agreement()
OWN_CODES = {"Agreement.party", "Agreement.key"}  # two with one code are refused as a mistake
VARIANTS = [
    variant
    for variant in variants(FULL)
    if variant.member != "Fund.code"
    if not (variant.member in OWN_CODES and "twice" in variant.how)
]
LISTS = ("party", "contribution", "key", "assignment", "ladder", "budget", "mandate", "category")

unhurried = settings(deadline=None)  # a busy machine is no mistake
versions = st.sampled_from([variant.value for variant in VARIANTS])
languages = st.sampled_from(texts.LANGUAGES)


def with_party(code: str, **members: object) -> Agreement:
    parties = tuple(
        party.model_copy(update=members) if party.code == code else party for party in FULL.party
    )
    return FULL.model_copy(update={"party": parties})


def said(told: tuple[Change, ...]) -> str:
    return "\n".join(change.what for change in told).replace(texts.NO_BREAK, " ")


def told_in_dutch(new: Agreement, old: Agreement = FULL) -> str:
    return said(changes(old, new, language="nl"))


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_single_difference_is_said_both_ways(language: str) -> None:
    for variant in VARIANTS:
        differs = canonical_json(variant.value) != canonical_json(FULL)
        forth = changes(FULL, variant.value, language=language)
        back = changes(variant.value, FULL, language=language)

        assert bool(forth) == bool(back) == differs, f"{variant.member}, {variant.how}"


@unhurried
@given(versions, versions, languages)
def test_versions_have_changes_exactly_when_their_canonical_forms_differ(
    old: Agreement, new: Agreement, language: str
) -> None:
    differ = canonical_json(old) != canonical_json(new)

    assert bool(changes(old, new, language=language)) == differ


@unhurried
@given(st.sampled_from(LISTS), st.data(), languages)
def test_a_list_in_any_other_order_is_said(name: str, data: st.DataObject, language: str) -> None:
    turned = FULL.model_copy(update={name: tuple(data.draw(st.permutations(getattr(FULL, name))))})
    differ = canonical_json(turned) != canonical_json(FULL)

    assert bool(changes(FULL, turned, language=language)) == differ


@unhurried
@given(versions, languages)
def test_equal_versions_have_no_changes(version: Agreement, language: str) -> None:
    assert changes(version, version.model_copy(deep=True), language=language) == ()


@unhurried
@given(versions, versions, languages)
def test_a_change_is_a_sentence_about_parties_that_exist(
    old: Agreement, new: Agreement, language: str
) -> None:
    codes = {party.code for party in (*old.party, *new.party)}
    for change in changes(old, new, language=language):
        assert change.what.endswith((".", "]", "}"))
        assert not change.what[0].islower()
        assert change.heading
        assert change.whom
        assert codes >= set(change.parties)
        assert len(change.parties) == len(set(change.parties))


@unhurried
@given(versions, versions)
def test_both_languages_tell_the_same_changes(old: Agreement, new: Agreement) -> None:
    dutch, english = (changes(old, new, language=each) for each in texts.LANGUAGES)

    assert [(c.section, c.parties) for c in dutch] == [(c.section, c.parties) for c in english]


@unhurried
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_who_bears_another_share_of_a_constant_key_is_told_so(first: int, second: int) -> None:
    measures = {"inhabitants": Fraction(first), "homes": Fraction(second)}
    new = with_party("papendrecht", measures=measures)
    day = FULL.agreement.valid_from
    before, after = (
        shares(version, constant(version.key)["inhabitants"], day) for version in (FULL, new)
    )
    told = changes(FULL, new, language="nl")
    by_share = {
        change.parties[0]
        for change in told
        if change.section == "keys" and not change.what.startswith("Vanaf")
    }

    assert by_share == {code for code in before if before[code] != after[code]}


def test_a_share_is_told_as_a_percentage_instead_of_another() -> None:
    new = with_party("dordrecht", measures={"inhabitants": Fraction(130000), "homes": Fraction(1)})

    assert (
        "Tot en met 15 augustus 2026: Dordrecht draagt onder sleutel inwoners 69,52% in plaats "
        "van 67,80%."
    ) in told_in_dutch(new)
    assert "Dordrecht, aantal inwoners: 130.000 in plaats van 120.000." in told_in_dutch(new)


def test_a_share_that_hardly_changes_has_decimals_enough_to_see_it() -> None:
    new = with_party(
        "dordrecht", measures={"inhabitants": Fraction(120001), "homes": Fraction("55.5")}
    )

    assert "67,7968% in plaats van 67,7966%" in told_in_dutch(new)


def joined() -> Party:
    return FULL.party[1].model_copy(
        update={"code": "zwijndrecht", "name": "Gemeente Zwijndrecht", "start": date(2026, 4, 1)}
    )


def test_a_participant_that_joins_is_told_with_its_day_and_its_share() -> None:
    told = told_in_dutch(FULL.model_copy(update={"party": (*FULL.party, joined())}))

    assert "Zwijndrecht gaat meedoen (gemeente), vanaf 1 april 2026." in told
    assert (
        "Van 1 april 2026 tot en met 15 augustus 2026: Zwijndrecht draagt onder sleutel inwoners "
        "15,31% in plaats van niets."
    ) in told


def test_a_participant_that_leaves_is_told_with_its_day() -> None:
    new = FULL.model_copy(update={"party": (FULL.party[0], *FULL.party[2:])})

    assert "Papendrecht doet niet meer mee vanaf 1 januari 2026." in told_in_dutch(new)


def test_a_contribution_is_told_as_an_amount_instead_of_another() -> None:
    paid = FULL.contribution[0].model_copy(update={"amount": 300000_00})
    new = FULL.model_copy(update={"contribution": (paid, *FULL.contribution[1:])})
    (change,) = changes(FULL, new, language="nl")

    assert change.parties == ("dordrecht",)
    assert said((change,)) == (
        "Inleg van Dordrecht op 15 januari 2026: € 300.000,00 in plaats van € 250.000,00."
    )


def test_a_redefined_key_is_told_in_its_new_and_its_old_words() -> None:
    redefined = tuple(
        key.model_copy(update={"level": "case"}) if key.code == "largest-saving" else key
        for key in FULL.key
    )
    (change,) = changes(FULL, FULL.model_copy(update={"key": redefined}), language="en")

    assert change.parties == ("dordrecht", "papendrecht", "sliedrecht", "woonstichting")
    assert "Now: All to the participant where the largest expected saving falls" in change.what
    assert "added up over the whole case" in change.what.split("Before:")[0]
    assert "for each spending by itself" in change.what.split("Before:")[1]


def test_a_rule_that_moves_is_told_once() -> None:
    first, second, third, last = FULL.assignment
    new = FULL.model_copy(update={"assignment": (third, first, second, last)})
    (change,) = changes(FULL, new, language="nl")

    assert change.what.startswith("Regel 3 wordt regel 1: Bestedingen van Sliedrecht")


def test_a_rule_with_another_key_and_one_about_other_spendings_are_told_apart() -> None:
    first, second, third, last = FULL.assignment
    other_key = third.model_copy(update={"key": "inhabitants"})
    other_spendings = second.model_copy(update={"domain": ("health", "debt")})
    new = FULL.model_copy(update={"assignment": (first, other_spendings, other_key, last)})

    assert told_in_dutch(new) == (
        "Regel 2 (sleutel zeventig-dertig) gaat over andere bestedingen. Nu: Bestedingen in het "
        "leefgebied gezondheid of schulden. Eerder: Bestedingen in het leefgebied gezondheid.\n"
        "Bestedingen van Sliedrecht: sleutel inwoners in plaats van woonplaats."
    )


def test_a_cap_is_told_as_an_amount_instead_of_another_to_all_who_bear_the_rest() -> None:
    cap = FULL.ladder[0].model_copy(update={"amount": 45000_00})
    new = FULL.model_copy(update={"ladder": (cap, *FULL.ladder[1:])})
    (change,) = changes(FULL, new, language="nl")

    assert change.whom == "voor alle deelnemers"
    assert said((change,)) == "Plafond van Sliedrecht: € 45.000,00 in plaats van € 40.000,00."


def test_a_new_name_is_told_once_and_not_in_every_sentence() -> None:
    (change,) = changes(FULL, with_party("dordrecht", name="Stad Dordrecht"), language="nl")

    assert said((change,)) == (
        "Stad Dordrecht, naam: Stad Dordrecht in plaats van Gemeente Dordrecht."
    )


def test_an_account_number_with_other_spaces_is_told_as_it_is_written() -> None:
    told = told_in_dutch(with_party("dordrecht", iban="NL91 ABNA 0417164300"))

    assert '("NL91 ABNA 0417164300")' in told
    assert '("NL91ABNA0417164300")' in told


def test_a_condition_without_entries_is_told_as_it_is_written() -> None:
    *others, last = FULL.assignment
    emptied = last.model_copy(update={"category": ()})
    (change,) = changes(
        FULL, FULL.model_copy(update={"assignment": (*others, emptied)}), language="nl"
    )

    assert 'Nu: {"category": [], ' in change.what
    assert 'Eerder: {"category": null, ' in change.what


def test_a_key_that_reads_the_same_is_told_as_it_is_written() -> None:
    def with_parties(*parties: str) -> Agreement:
        even = next(key for key in FULL.key if key.code == "even")
        return FULL.model_copy(update={"key": (even.model_copy(update={"parties": parties}),)})

    old, new = with_parties("x", "y en z"), with_parties("x en y", "z")

    assert 'Nu: {"code": "even", "kind": "equal", "parties": ["x en y", "z"]}' in told_in_dutch(
        new, old
    )


def test_shares_too_close_for_decimals_are_told_as_fractions() -> None:
    measures = {"inhabitants": 120000 + Fraction(1, 10**18), "homes": Fraction("55.5")}

    assert "Dordrecht draagt onder sleutel inwoners 120000" in told_in_dutch(
        with_party("dordrecht", measures=measures)
    )


def test_lawfulness_terms_that_are_new_and_empty_are_told() -> None:
    none = FULL.model_copy(update={"lawfulness": None})
    empty = FULL.model_copy(update={"lawfulness": Lawfulness()})

    assert told_in_dutch(empty, none) == "Er zijn nu afspraken over rechtmatigheid."
    assert told_in_dutch(none, empty) == "De afspraken over rechtmatigheid vervallen."


@unhurried
@given(st.integers(1, 300))
def test_a_later_last_day_changes_shares_only_from_the_old_last_day_on(days: int) -> None:
    until = date(2026, 8, 16) + timedelta(days=days)
    told = changes(FULL, with_party("sliedrecht", until=until), language="nl")
    shares_told = [change.what for change in told if change.section == "keys"]

    assert shares_told
    assert all("16 augustus 2026" in each.replace(texts.NO_BREAK, " ") for each in shares_told)


def test_versions_of_two_funds_are_refused() -> None:
    other = FULL.model_copy(update={"fund": FULL.fund.model_copy(update={"code": "elders"})})

    with pytest.raises(WrongInput, match=r"fund\.code: 'maasoever' and 'elders' are two funds"):
        changes(FULL, other, language="nl")
