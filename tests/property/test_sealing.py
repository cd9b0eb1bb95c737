"""Laws of sealing: what is sealed comes back, moves whole, and no bit of it changes unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.sealing import items, keys, terms
from ledger.sealing.keys import Bucket, Keys

KEY = st.binary(min_size=32, max_size=32)
NUMBER = st.integers(0, 2**32 - 1)
MONTH = st.sampled_from(["2026-12", "2027-01", "2033-11"])
PLACE = st.sampled_from(["sqlite:////a/ledger.db", "postgresql+psycopg://db/overbrug", "é"])


@st.composite
def buckets(draw: st.DrawFn) -> Bucket:
    return Bucket(
        number=draw(NUMBER),
        month=draw(MONTH),
        place=draw(PLACE),
        key=draw(KEY),
        ending=draw(st.booleans()),
    )


BUCKET = buckets()


def opened(sealed: bytes, bucket: Bucket) -> bytes:
    """Open a value as whoever reads it does: by its format first."""
    items.bucket_of(sealed)
    return items.opened(sealed, bucket)


@st.composite
def rings(draw: st.DrawFn) -> Keys:
    found = draw(st.lists(BUCKET, max_size=5, unique_by=lambda each: each.number))
    gone = draw(st.dictionaries(NUMBER, st.text(max_size=9), max_size=3))
    return Keys(secret=draw(KEY), buckets=tuple(found), destroyed=gone)


@given(st.binary(max_size=300), BUCKET, BUCKET)
def test_what_is_sealed_comes_back_also_from_the_bucket_that_it_was_moved_to(
    plain: bytes, old: Bucket, new: Bucket
) -> None:
    sealed = items.seal(plain, old)
    moved = items.moved(sealed, old, new)

    assert items.opened(sealed, old) == items.opened(moved, new) == plain
    assert items.bucket_of(sealed) == old.number
    assert items.bucket_of(moved) == new.number
    assert moved[items.HEADER :] == sealed[items.HEADER :]
    assert len(moved) == len(sealed)


@given(st.binary(min_size=8, max_size=99), BUCKET)
def test_it_is_not_to_be_seen_and_twice_the_same_is_not_alike(plain: bytes, bucket: Bucket) -> None:
    one, other = items.seal(plain, bucket), items.seal(plain, bucket)

    assert plain not in one
    assert one[items.HEADER :] != other[items.HEADER :]


@given(st.binary(max_size=40), BUCKET, st.data())
def test_a_flipped_bit_is_found(plain: bytes, bucket: Bucket, data: st.DataObject) -> None:
    sealed = bytearray(items.seal(plain, bucket))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    flipped = bytes(sealed)

    if 1 <= bit // 8 <= 4:  # the number: it is in another bucket then, whose key does not fit
        assert items.bucket_of(flipped) != bucket.number
    else:
        with pytest.raises(items.Damaged):
            opened(flipped, bucket)


@given(st.binary(max_size=40), BUCKET, BUCKET)
def test_the_key_of_another_bucket_opens_nothing(plain: bytes, own: Bucket, other: Bucket) -> None:
    assume(own.key != other.key)

    with pytest.raises(items.Damaged):
        items.opened(items.seal(plain, own), other)


@given(st.binary(max_size=60))
def test_what_was_never_sealed_is_damaged_or_of_another_bucket(told: bytes) -> None:
    bucket = Bucket(number=7, month="2033-11", place="here", key=bytes(32))

    with pytest.raises(items.Damaged):
        opened(told, bucket)


@given(rings())
def test_a_key_file_says_all_that_it_holds(found: Keys) -> None:
    assert keys.read(keys.text(found)) == found


@given(KEY)
def test_the_file_of_before_is_one_without_buckets(secret: bytes) -> None:
    assert keys.read(f"{secret.hex()}\n") == Keys(secret=secret)


@given(rings(), st.data())
def test_half_a_key_file_is_none(found: Keys, data: st.DataObject) -> None:
    told = keys.text(found)
    half = told[: data.draw(st.integers(0, len(told.rstrip()) - 1))]

    with pytest.raises(ValueError, match="no key file"):
        keys.read(half)


@given(rings(), MONTH, PLACE)
def test_a_month_has_one_bucket_in_which_a_database_seals(
    found: Keys, month: str, place: str
) -> None:
    made = found.with_month(month, place)
    bucket = made.of_month(month, place)

    assert bucket is not None
    assert (bucket.month, bucket.place, bucket.ending) == (month, place, False)
    assert made.with_month(month, place) == made
    assert made.buckets[: len(found.buckets)] == found.buckets


@given(rings(), st.data())
def test_only_what_ends_is_destroyed_and_another_stands_in_its_place(
    found: Keys, data: st.DataObject
) -> None:
    numbers = {each.number for each in found.buckets if data.draw(st.booleans())}
    ending = found.to_end(numbers)
    places = {each.place for each in found.buckets}
    after = ending.without({each.number for each in ending.buckets}, "now")

    of_ending = {number for place in places for number in ending.ending(place)}
    assert of_ending == numbers | {each.number for each in found.buckets if each.ending}
    assert {*after.destroyed} == {*found.destroyed} | of_ending
    assert not any(each.ending for each in after.buckets)
    for each in found.buckets:
        if each.number in numbers:
            assert ending.of_month(each.month, each.place) is not None
    assert ending.to_end(numbers) == ending
    assert found.without(numbers, "now").buckets == tuple(
        each for each in found.buckets if not (each.ending and each.number in numbers)
    )


@given(rings(), PLACE)
def test_what_was_moved_belongs_to_the_place(found: Keys, place: str) -> None:
    moved = found.moved({each.number for each in found.buckets}, place)

    assert moved.buckets == tuple(replace(each, place=place) for each in found.buckets)


@pytest.mark.parametrize(
    ("day", "months", "ends"),
    [
        ("2026-11-28", 0, "2026-11"),
        ("2026-11-28", 1, "2026-12"),
        ("2026-12-01", 1, "2027-01"),
        ("2026-01-31", 24, "2028-01"),
        ("2026-12-31", 84, "2033-12"),
    ],
)
def test_a_term_ends_in_a_month(day: str, months: int, ends: str) -> None:
    assert terms.month(date.fromisoformat(day), months) == ends
