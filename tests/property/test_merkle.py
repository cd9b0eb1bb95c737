"""Merkle trees: the root of RFC 6962, and paths that prove one leaf and no other."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import merkle

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAVES = st.lists(st.binary(max_size=8), max_size=40)
SOME = st.lists(st.binary(max_size=8), min_size=1, max_size=40, unique=True)

KNOWN: Final = (
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    (
        "606162636465666768696a6b6c6d6e6f",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ),
)
"""The leaves with which Certificate Transparency tests its trees, and the root after each."""


def naive(leaves: Sequence[bytes]) -> bytes:
    """The definition, as RFC 6962 writes it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + naive(leaves[:half]) + naive(leaves[half:])).digest()


def test_known_leaves_have_the_roots_that_others_found() -> None:
    leaves = [bytes.fromhex(leaf) for leaf, _ in KNOWN]

    roots = [merkle.root(leaves[: size + 1]).hex() for size in range(len(leaves))]

    assert roots == [root for _, root in KNOWN]


@given(LEAVES)
def test_the_root_is_that_of_the_definition(leaves: list[bytes]) -> None:
    assert merkle.root(iter(leaves)) == naive(leaves)


@given(SOME, st.data())
def test_a_path_proves_its_leaf_and_is_as_long_as_the_tree_is_high(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))

    path = merkle.path(iter(leaves), index)

    root, size = naive(leaves), len(leaves)
    assert merkle.leads_to(root, leaves[index], index=index, size=size, path=path)
    assert len(path) <= (size - 1).bit_length()


@given(SOME, st.data())
def test_a_path_proves_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    size = len(leaves)
    index, other = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    root, path = naive(leaves), merkle.path(leaves, index)

    assert not merkle.leads_to(root, leaves[index] + b"x", index=index, size=size, path=path)
    longer = (*path, merkle.EMPTY)
    assert not merkle.leads_to(root, leaves[index], index=index, size=size, path=longer)
    if path:
        assert not merkle.leads_to(root, leaves[index], index=index, size=size, path=path[1:])
    if other != index:
        assert not merkle.leads_to(root, leaves[index], index=other, size=size, path=path)
    assert not merkle.leads_to(root, leaves[index], index=size, size=size, path=path)
    alone = merkle.root([leaves[index]])
    assert not merkle.leads_to(alone, leaves[index], index=0, size=size + 1, path=())


@given(SOME, SOME)
def test_a_node_never_passes_for_a_leaf(left: list[bytes], right: list[bytes]) -> None:
    forged = naive(left) + naive(right)

    assert merkle.root([forged]) != merkle.node_hash(naive(left), naive(right))


@given(LEAVES)
def test_there_is_no_path_to_a_leaf_that_is_not_there(leaves: list[bytes]) -> None:
    with pytest.raises(IndexError, match="there is no leaf"):
        merkle.path(leaves, len(leaves))
