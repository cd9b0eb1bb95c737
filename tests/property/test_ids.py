"""Ids and pseudonyms: made by chance, or by a chance that is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from hypothesis import given
from hypothesis import strategies as st

from ledger import cases, ids

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 900 * 365 * 86_400_000_000).map(
    lambda microseconds: FIRST + timedelta(microseconds=microseconds)
)
CHANCE = st.binary(min_size=10, max_size=10)
SPELLED = st.text(cases.ALPHABET, min_size=1, max_size=1)


def giving(chance: bytes) -> Callable[[int], bytes]:
    return lambda size: chance[:size]


@given(at=INSTANTS, chance=CHANCE)
def test_an_id_made_at_an_instant_is_of_version_7_and_says_when(
    at: datetime, chance: bytes
) -> None:
    made = ids.made_at(at, giving(chance))

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert datetime.fromtimestamp((made.int >> 80) // 1000, UTC) == at.replace(microsecond=0)


@given(at=INSTANTS, first=CHANCE, second=CHANCE)
def test_ids_sort_by_the_instant_at_which_they_were_made(
    at: datetime, first: bytes, second: bytes
) -> None:
    later = at + timedelta(milliseconds=1)

    assert ids.made_at(at, giving(first)) < ids.made_at(later, giving(second))


def test_another_chance_gives_another_id() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    chances = [(1 << bit).to_bytes(10) for bit in range(80)]
    made = {ids.made_at(at, giving(chance)) for chance in chances}

    # Version and variant take 6 of the 80 bits; without them all is left to chance.
    assert len(made) == 75


@given(chance=st.binary(min_size=7, max_size=7))
def test_a_pseudonym_checks_itself(chance: bytes) -> None:
    reference = cases.new_reference(giving(chance))

    assert cases.is_sound(reference)


@given(chance=st.binary(min_size=7, max_size=7), at=st.integers(0, 6), other=SPELLED)
def test_one_wrong_character_of_a_pseudonym_is_found(chance: bytes, at: int, other: str) -> None:
    whole = cases.new_reference(giving(chance)).replace("-", "")
    wrong = f"{whole[:at]}{other}{whole[at + 1 :]}"

    assert cases.is_sound(wrong) == (wrong == whole)
