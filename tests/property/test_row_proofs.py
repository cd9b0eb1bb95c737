"""Proofs of rows of a settlement: what holds is accepted, and no byte can be another."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import merkle, row_proofs, ways
from ledger.errors import WrongInput
from settlement import packing, proved
from settlement.proved import Line, Position
from tests.support.proofs import proved_rows

if TYPE_CHECKING:
    from ledger.row_proofs import RowProof

DIGESTS: Final = st.binary(min_size=32, max_size=32)
PARTIES: Final = ["a", "b", "c"]
CENTS: Final = st.integers(-(10**12), 10**12)
FIGURES: Final = len(proved.COLUMNS) - 2


@st.composite
def leaves_of_one(draw: st.DrawFn) -> list[str]:
    """The rows of a settlement: order, two vectors, lines, and a position of each party."""
    vectors = draw(st.lists(st.tuples(*[st.integers(0, 9)] * 3).filter(any), min_size=1))
    lines = draw(st.lists(st.tuples(*[CENTS] * 3), max_size=20))
    packed = packing.pack_cells(np.array(lines, dtype=np.int64).reshape(-1, 3))
    return [
        json.dumps([PARTIES, ["heads", "own"]]),
        *(
            f"vector {number} {weights.hex()}"
            for number, weights in enumerate(packing.pack_weights(vectors), 1)
        ),
        *(
            f"line {number} {number % 2} {number % len(vectors) + 1} 0 0 {cells.hex()}"
            for number, cells in enumerate(packed)
        ),
        *(
            f"positions {party} 1.000000 {' '.join(map(str, draw(st.tuples(*[CENTS] * FIGURES))))}"
            for party in PARTIES
        ),
    ]


@st.composite
def proofs_of_rows(draw: st.DrawFn) -> RowProof:
    """A proof of a position, or of a line with what it takes to read it."""
    leaves = draw(leaves_of_one())
    lines = [at for at, leaf in enumerate(leaves) if leaf.startswith("line")]
    wanted = [draw(st.integers(len(leaves) - len(PARTIES), len(leaves) - 1))]
    line = draw(st.none() | st.sampled_from(lines)) if lines else None
    if line is not None:
        wanted = [0, int(leaves[line].split(" ")[3]), line]
    others = draw(st.lists(DIGESTS, max_size=40))
    return proved_rows(others, leaves, wanted, place=draw(st.integers(0, 40)))


@given(proofs_of_rows())
def test_what_stands_under_a_root_is_proved_by_its_file(proof: RowProof) -> None:
    read = row_proofs.read("proof.json", row_proofs.written(proof).encode())

    assert [*proved.misfits(read)] == []
    assert [*proved.misfits(read, proof.head)] == []
    assert row_proofs.written(read) == row_proofs.written(proof)


@given(proofs_of_rows())
def test_what_is_proved_is_what_the_rows_say(proof: RowProof) -> None:
    said, leaf = proved.told(proof), proof.rows[-1].leaf.split(" ")

    if isinstance(said, Position):
        assert [said.party, said.exact_cost_share] == leaf[1:3]
        assert [*said.cents.values()] == [*map(int, leaf[3:])]
    else:
        assert isinstance(said, Line)
        assert said.spending == int(leaf[1])
        assert sum(said.shares.values()) == 1
        cells = [said.cents.get(party, 0) for party in PARTIES]
        assert packing.pack_cells(np.array([cells])) == [bytes.fromhex(leaf[-1])]


@given(proofs_of_rows(), st.data())
def test_no_byte_can_be_another(proof: RowProof, data: st.DataObject) -> None:
    content = row_proofs.written(proof).encode()
    for place in data.draw(st.sets(st.integers(0, len(content) - 1), min_size=20, max_size=20)):
        other = (content[place] + data.draw(st.integers(1, 255))) % 256
        altered = content[:place] + bytes([other]) + content[place + 1 :]
        try:
            read = row_proofs.read("proof.json", altered)
        except WrongInput:
            continue
        found = [*proved.misfits(read, proof.head)]
        assert found != [] or row_proofs.written(read).encode() == content


@given(proofs_of_rows(), st.data())
def test_no_row_passes_for_another(proof: RowProof, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(proof.rows) - 1))
    row = proof.rows[place]
    altered = replace(row, leaf=f"{row.leaf}0")

    rows = [*proof.rows[:place], altered, *proof.rows[place + 1 :]]

    found = [each.where for each in proved.misfits(replace(proof, rows=tuple(rows)))]
    assert found[0] == f"rows[{place}]"


@given(proofs_of_rows(), st.data())
def test_no_row_passes_from_another_place(proof: RowProof, data: st.DataObject) -> None:
    row = proof.rows[0]
    if not row.path:
        return
    level = data.draw(st.integers(0, len(row.path) - 1))
    turned = row.path[level]._replace(left=not row.path[level].left)
    path = (*row.path[:level], turned, *row.path[level + 1 :])

    altered = replace(proof, rows=(replace(row, path=path), *proof.rows[1:]))

    assert [each.where for each in proved.misfits(altered)] == ["rows[0]"]


@given(proofs_of_rows(), DIGESTS)
def test_another_head_is_another_proof(proof: RowProof, head: bytes) -> None:
    assert [each.where for each in proved.misfits(proof, head)] == ["head"]
    assert [each.where for each in proved.misfits(replace(proof, head=head))] == ["head"]


@given(leaves_of_one())
def test_weights_of_another_line_are_none_of_this_one(leaves: list[str]) -> None:
    more = [*leaves, "vector 99 01", "line 99 0 1 0 0 "]

    proof = proved_rows([], more, [0, len(more) - 2, len(more) - 1])

    (found,) = proved.misfits(proof)
    assert str(found) == "rows: says what no row of a settlement says: '1' stands where '99' should"


@given(st.lists(st.binary(max_size=5), min_size=1, max_size=60), st.data())
def test_a_way_with_sides_leads_to_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))

    way = merkle.sided_path(leaves, index)

    assert merkle.climbed(leaves[index], way) == merkle.root(leaves)
    assert tuple(each.hash for each in way) == merkle.path(leaves, index)


@given(proofs_of_rows())
def test_another_act_is_no_settlement(proof: RowProof) -> None:
    content = {**proof.content, "kind": "bank.imported"}
    step = replace(proof.way[0], content=ways.content_digest(content))
    alone = replace(proof, content=content, way=[step], head=step.hash)

    assert [each.where for each in proved.misfits(alone)] == ["content.kind"]


def test_what_is_wrong_with_a_file_is_said() -> None:
    leaves = ["x", "positions a 1.000000 " + " ".join("1" * FIGURES)]
    sound = row_proofs.written(proved_rows([bytes(32)], leaves, [1]))
    assert '"left": "' in sound
    for old, new, what in (
        ("row-proof-1", "row-proof-2", "proof: is not 'overbrug-row-proof-1'"),
        ('"rows"', '"lines"', "must be an object with the members proof, head, content, rows"),
        ('"left": "', '"above": "', "rows[0].path[0]: must be an object with the one member"),
        ('"left": "', '"left": "x', "rows[0].path[0].left: must be 64 hexadecimal digits"),
        ('"leaf": "positions', '"leaf": 7, "more": "', "rows[0]: must be an object with the"),
        ('"2026-04-01"', '"2026-04-31"', "content.body.period_until: is no date"),
        ('"number": 1', '"number": "1"', "content.body.number: is not what the event of a settl"),
    ):
        assert old in sound
        with pytest.raises(WrongInput) as caught:
            row_proofs.read("p.json", sound.replace(old, new, 1).encode())
        assert str(caught.value).startswith(f"p.json: {what}")
