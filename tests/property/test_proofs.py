"""Proofs: what holds is accepted, and no byte that matters can be another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import proofs, ways
from ledger.errors import WrongInput
from ledger.orders import COMMITTED
from ledger.proofs import Shown
from tests.support.proofs import proved

if TYPE_CHECKING:
    from ledger.proofs import Proof

TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
DIGESTS = st.binary(min_size=32, max_size=32)


@st.composite
def proofs_of_one(draw: st.DrawFn) -> Proof:
    """A proof of one event of a trail whose other events nobody sees."""
    return proved(
        draw(st.lists(DIGESTS, max_size=40)),
        {name: draw(TEXTS) for name in COMMITTED},
        place=draw(st.integers(0, 40)),
        cents=draw(st.integers(-(10**12), 10**12)),
        salt=draw(st.binary(min_size=16, max_size=16)),
        show=draw(st.sets(st.sampled_from(COMMITTED))),
    )


@given(proofs_of_one())
def test_what_stands_in_a_trail_is_proved_by_its_file(proof: Proof) -> None:
    read = proofs.read("proof.json", proofs.written(proof).encode())

    assert [*proofs.misfits(read)] == []
    assert [*proofs.misfits(read, proof.head)] == []
    assert proofs.written(read) == proofs.written(proof)


@given(proofs_of_one(), st.data())
def test_no_byte_that_matters_can_be_another(proof: Proof, data: st.DataObject) -> None:
    content = proofs.written(proof).encode()
    places = data.draw(st.sets(st.integers(0, len(content) - 1), min_size=20, max_size=20))
    for place in places:
        other = (content[place] + data.draw(st.integers(1, 255))) % 256
        altered = content[:place] + bytes([other]) + content[place + 1 :]
        try:
            read = proofs.read("proof.json", altered)
        except WrongInput:
            continue
        assert [*proofs.misfits(read, proof.head)] != [] or proofs.written(read).encode() == content


@given(proofs_of_one(), st.data())
def test_no_value_passes_for_another(proof: Proof, data: st.DataObject) -> None:
    if not proof.shown:
        return
    name = data.draw(st.sampled_from(sorted(proof.shown)))
    there = proof.shown[name]
    other = data.draw(TEXTS.filter(lambda value: value != there.value))

    altered = replace(proof, shown={**proof.shown, name: Shown(other, there.salt)})

    assert [misfit.where for misfit in proofs.misfits(altered)] == [f"shown.{name}"]


@given(proofs_of_one(), DIGESTS)
def test_another_head_is_another_proof(proof: Proof, head: bytes) -> None:
    assert [misfit.where for misfit in proofs.misfits(proof, head)] == ["head"]
    assert [misfit.where for misfit in proofs.misfits(replace(proof, head=head))] == ["head"]


@given(proofs_of_one(), st.data())
def test_no_step_of_the_way_can_be_left_out(proof: Proof, data: st.DataObject) -> None:
    if len(proof.way) == 1:
        return
    place = data.draw(st.integers(1, len(proof.way) - 1))

    altered = replace(proof, way=[*proof.way[:place], *proof.way[place + 1 :]])

    assert [*proofs.misfits(altered)] != []


@given(proofs_of_one())
def test_what_was_erased_is_proved_without_what_it_was_about(proof: Proof) -> None:
    erased = replace(proof, sealed=None, shown={})

    read = proofs.read("proof.json", proofs.written(erased).encode())

    assert [*proofs.misfits(read)] == []
    if proof.shown:
        assert [*proofs.misfits(replace(proof, sealed=None))] != []


@given(proofs_of_one())
def test_another_act_is_no_spending(proof: Proof) -> None:
    content = {**proof.content, "kind": "role.granted"}
    step = replace(proof.way[0], content=ways.content_digest(content))
    alone = replace(proof, content=content, way=[step], head=step.hash)

    assert [misfit.where for misfit in proofs.misfits(alone)] == ["content.kind"]


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_anything_else_is_no_proof(content: bytes) -> None:
    with pytest.raises(WrongInput, match=r"^proof\.json: "):
        proofs.read("proof.json", content)
