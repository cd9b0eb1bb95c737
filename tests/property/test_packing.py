"""Stored cells and weights come back as they were, and nothing else comes back at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement import packing

if TYPE_CHECKING:
    from random import Random

INT64 = st.integers(-(2**63), 2**63 - 1)
CENTS = st.one_of(st.just(0), st.integers(-70_000, 70_000), INT64)
WEIGHT = st.one_of(
    st.just(0), st.integers(0, 200_000), st.integers(0, 2**63 + 5), st.integers(0, 2**200)
)
PARTIES = st.integers(1, 30)


def table(number: st.SearchStrategy[int]) -> st.SearchStrategy[list[list[int]]]:
    rows = PARTIES.flatmap(lambda parties: st.lists(number, min_size=parties, max_size=parties))
    return rows.flatmap(
        lambda first: st.lists(
            st.lists(number, min_size=len(first), max_size=len(first)), max_size=8
        ).map(lambda rest: [first, *rest])
    )


@given(cells=table(CENTS), more=st.integers(0, 3))
def test_cells_come_back_also_when_parties_were_added_behind(
    cells: list[list[int]], more: int
) -> None:
    there = np.array(cells, dtype=np.int64)
    rows = packing.pack_cells(there)
    back = packing.unpack_cells(rows, parties=there.shape[1] + more)
    assert back.tolist() == [[*row, *[0] * more] for row in cells]
    assert back.dtype == np.int64


@given(vectors=table(WEIGHT), more=st.integers(0, 3))
def test_weights_come_back_however_large_they_are(vectors: list[list[int]], more: int) -> None:
    rows = packing.pack_weights([tuple(vector) for vector in vectors])
    back = packing.unpack_weights(rows, parties=len(vectors[0]) + more)
    assert back == [(*vector, *[0] * more) for vector in vectors]


@given(
    row=st.one_of(
        st.binary(max_size=24),
        st.lists(st.sampled_from([0, 0, 1, 2, 127, 128, 129, 255]), max_size=14).map(bytes),
    ),
    parties=st.integers(1, 6),
)
def test_bytes_are_refused_or_are_the_only_ones_of_their_numbers(row: bytes, parties: int) -> None:
    """A changed byte of a stored row is other cents, or is found when it is read."""
    whole, nothing = b"\x02", b""
    rows = [whole, nothing, row, whole]
    refusal = re.escape(f"packed row 2 holds no numbers of at most {parties} parties")
    try:
        cells = packing.unpack_cells(rows, parties=parties)
    except ValueError as error:
        assert re.fullmatch(refusal, str(error))  # noqa: PT017 - it may also be read
    else:
        assert packing.pack_cells(cells) == rows
    try:
        vectors = packing.unpack_weights(rows, parties=parties)
    except ValueError as error:
        assert re.fullmatch(refusal, str(error))  # noqa: PT017 - it may also be read
    else:
        assert packing.pack_weights(vectors) == rows


@pytest.mark.parametrize(
    ("cells", "stored"),
    [
        ([0, 0, 0], ""),
        ([1, 0, 0], "02"),
        ([0, 0, -1], "00 02 01"),
        ([64, -64, 0], "80 01 7f"),
        ([0, 300, 0], "00 01 d8 04"),
        ([0] * 200 + [5], "00 c8 01 0a"),
        ([2**63 - 1], "fe ff ff ff ff ff ff ff ff 01"),
        ([-(2**63)], "ff ff ff ff ff ff ff ff ff 01"),
    ],
)
def test_what_is_stored_keeps_its_form(cells: list[int], stored: str) -> None:
    """Rows are kept for years: these bytes never change."""
    row = bytes.fromhex(stored)
    assert packing.pack_cells(np.array([cells], dtype=np.int64)) == [row]
    assert packing.unpack_cells([row], parties=len(cells)).tolist() == [cells]


@pytest.mark.parametrize(
    ("weights", "stored"),
    [((0, 0), ""), ((3, 0, 1), "03 00 01 01"), ((2**70,), "80 80 80 80 80 80 80 80 80 80 01")],
)
def test_what_is_stored_of_weights_keeps_its_form(weights: tuple[int, ...], stored: str) -> None:
    row = bytes.fromhex(stored)
    assert packing.pack_weights([weights]) == [row]
    assert packing.unpack_weights([row], parties=len(weights)) == [weights]


@pytest.mark.parametrize(
    "stored",
    [
        "80",  # a number without its end
        "02 02 02 02",  # more numbers than parties
        "00 03 02",  # a run of zeros beyond the last party
        "00",  # zeros without a number
        "00 02",  # a run without a number behind it
        "00 00 02",  # a run of no length
        "00 01 00 01 02",  # a run behind a run
        "82 00",  # a number with a byte too many
        "ff ff ff ff ff ff ff ff ff 02",  # more than 64 bits
    ],
)
def test_what_was_not_packed_so_is_not_read(stored: str) -> None:
    with pytest.raises(ValueError, match="packed row 1 holds no numbers of at most 3 parties"):
        packing.unpack_cells([b"\x02", bytes.fromhex(stored)], parties=3)


def test_rows_are_the_same_however_many_there_are() -> None:
    cells = np.zeros((5, 1 << 19), dtype=np.int64)
    cells[[0, 1, 2, 4], [5, 0, (1 << 19) - 1, 77]] = [-3, 12, 5, 2**40]
    rows = packing.pack_cells(cells)
    assert rows == [packing.pack_cells(cells[at : at + 1])[0] for at in range(5)]
    assert (packing.unpack_cells(rows, parties=1 << 19) == cells).all()


@given(
    codes=st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1),
    added=st.lists(st.sampled_from("vwxyz"), unique=True),
    chance=st.randoms(use_true_random=False),
)
def test_cells_and_weights_follow_their_parties_to_another_order(
    codes: list[str], added: list[str], chance: Random
) -> None:
    now = [*codes, *added]
    chance.shuffle(now)
    cells = np.arange(1, 2 * len(codes) + 1).reshape(2, -1)
    expected = [
        [int(row[codes.index(code)]) if code in codes else 0 for code in now] for row in cells
    ]
    assert packing.reordered_cells(cells, stored=codes, now=now).tolist() == expected
    vectors = [tuple(row) for row in cells.tolist()]
    assert packing.reordered_weights(vectors, stored=codes, now=now) == [*map(tuple, expected)]


def test_a_party_that_is_gone_may_not_have_had_anything() -> None:
    cells = np.array([[1, 0], [2, 0]], dtype=np.int64)
    assert packing.reordered_cells(cells, stored=("a", "b"), now=("a",)).tolist() == [[1], [2]]
    with pytest.raises(ValueError, match="a has cents, and is no party of the agreements given"):
        packing.reordered_cells(cells, stored=("a", "b"), now=("b",))
    vectors = [(2**80, 0), (1, 0)]
    assert packing.reordered_weights(vectors, stored=("a", "b"), now=("a",)) == [(2**80,), (1,)]
    with pytest.raises(ValueError, match="a has a weight, and is no party of the agreements"):
        packing.reordered_weights(vectors, stored=("a", "b"), now=("b",))


@pytest.mark.parametrize("end", ["", "01 02", "81 00", "01 00 01", "01 00"])
def test_of_large_weights_too_only_what_was_packed_is_read(end: str) -> None:
    row = bytes.fromhex("80" * 9 + end)
    with pytest.raises(ValueError, match="packed row 1 holds no numbers of at most 1 parties"):
        packing.unpack_weights([b"\x02", row], parties=1)
    assert packing.unpack_weights([bytes.fromhex("80" * 9 + "01")], parties=1) == [(2**63,)]


def test_the_row_that_cannot_be_read_is_named_among_many() -> None:
    rows = [b"", b"\x02", b"", b"\x80", b"\x80"]
    with pytest.raises(ValueError, match="packed row 3 holds"):
        packing.unpack_cells(rows, parties=1 << 19)
    with pytest.raises(ValueError, match="packed row 3 holds"):
        packing.unpack_weights(rows[:1] * 3 + [b"\x80" * 9], parties=1 << 19)
