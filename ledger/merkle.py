"""Merkle trees: one hash over many rows, and the proof that a row is among them.

Leaves and nodes are hashed apart (``0x00`` and ``0x01`` before them), so that no node can
pass for a leaf. A tree of n leaves is one of the largest power of two below n beside one of
the rest. Root and path need one pass over the leaves and hold one hash per level.

Source:
    RFC 6962, 2.1 (the tree, and the path of inclusion); RFC 9162, 2.1.3.2 (its check).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EMPTY: Final = hashlib.sha256().digest()
"""The root of no leaves."""


class Beside(NamedTuple):
    """What stands beside a tree, and on which side: with it the tree above is made."""

    left: bool
    hash: bytes


class _Tree(NamedTuple):
    """A tree whose leaves are done; ``path`` leads up from the wanted leaf, if it holds that."""

    leaves: int
    root: bytes
    path: tuple[Beside, ...] | None


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two trees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaves, which are read once."""
    trees: list[bytes] = []  # ever smaller, each of a power of two: a binary digit of the count
    for count, leaf in enumerate(leaves):
        made = leaf_hash(leaf)
        while count & 1:
            made, count = node_hash(trees.pop(), made), count >> 1  # noqa: PLW2901
        trees.append(made)
    if not trees:
        return EMPTY
    made = trees.pop()
    while trees:
        made = node_hash(trees.pop(), made)
    return made


def path(leaves: Iterable[bytes], index: int) -> tuple[bytes, ...]:
    """Return the way from a leaf to the root: what stands beside it, level by level.

    Args:
        leaves: All of them, read once.
        index: Which leaf, from 0.

    Raises:
        IndexError: There is no such leaf.
    """
    return tuple(each.hash for each in sided_path(leaves, index))


def sided_path(leaves: Iterable[bytes], index: int) -> tuple[Beside, ...]:
    """Return the way from a leaf to the root with its sides, which needs no place and no size.

    Args:
        leaves: All of them, read once.
        index: Which leaf, from 0.

    Raises:
        IndexError: There is no such leaf.
    """
    tree = _grown(leaves, wanted=index)
    if tree is None or tree.path is None:
        raise IndexError(f"there is no leaf {index}")
    return tree.path


def climbed(leaf: bytes, path: Iterable[Beside]) -> bytes:
    """Return the root that a leaf and its way with sides lead to."""
    made = leaf_hash(leaf)
    for left, beside in path:
        made = node_hash(beside, made) if left else node_hash(made, beside)
    return made


def leads_to(root: bytes, leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bool:
    """Whether a path proves that a leaf stands in a tree.

    Args:
        root: Of the tree.
        leaf: What should stand there.
        index: Where, from 0.
        size: How many leaves the tree has.
        path: The way from the leaf to the root.
    """
    if not 0 <= index < size:
        return False
    place, last, made = index, size - 1, leaf_hash(leaf)
    for beside in path:
        if last == 0:
            return False  # the path goes on beyond the root
        if place % 2 or place == last:
            made = node_hash(beside, made)
            while place % 2 == 0 and place:
                # Where a tree stands alone at the end of a level, it goes up as it is.
                place, last = place >> 1, last >> 1
        else:
            made = node_hash(made, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and made == root


def _grown(leaves: Iterable[bytes], *, wanted: int) -> _Tree | None:
    """Return the tree over leaves; ``None`` for none."""
    trees: list[_Tree] = []  # ever smaller, each of a power of two
    for index, leaf in enumerate(leaves):
        trees.append(_Tree(1, leaf_hash(leaf), () if index == wanted else None))
        while len(trees) > 1 and trees[-2].leaves == trees[-1].leaves:
            _join_last(trees)
    while len(trees) > 1:
        _join_last(trees)
    return trees[0] if trees else None


def _join_last(trees: list[_Tree]) -> None:
    right, left = trees.pop(), trees.pop()
    path = None
    if left.path is not None:
        path = (*left.path, Beside(left=False, hash=right.root))
    elif right.path is not None:
        path = (*right.path, Beside(left=True, hash=left.root))
    trees.append(_Tree(left.leaves + right.leaves, node_hash(left.root, right.root), path))
