"""The flat tree that the carry-forest grows in: nodes, edges, and lists of undecided cells.

A node is named by its place in ``tree``, one flat sequence; 0 is no node. It stores the
edge to its parent: its ``VALUE`` (0 < value < unit), whether it runs ``UP`` from child to
parent, and the undecided cells that move with it or against it, as lists in ``pool``.

Every page runs as plain Python and, compiled, as machine code, with the same outcome.
"""

from __future__ import annotations

import itertools
from collections.abc import MutableSequence
from typing import Final, TypeAlias

Numbers: TypeAlias = MutableSequence[int]
"""A list of whole numbers, or an array of 64-bit ones where the pages run compiled."""

# What stands where in a node. NEAR is the exclusive or of the neighbours: of two, knowing
# one gives the other. AGAIN leads to the next node that a shift left something to tidy at.
PARENT: Final = 0
VALUE: Final = 1
UP: Final = 2
WITH_FIRST: Final = 3
WITH_LAST: Final = 4
AGAINST_FIRST: Final = 5
AGAINST_LAST: Final = 6
DEGREE: Final = 7
NEAR: Final = 8
AGAIN: Final = 9
NODE: Final = 10  # how much room a node takes

FREE_NODE: Final = 0  # in tree: the first free node; free nodes are chained by PARENT
LEAVES: Final = NODE

# What stands where in a record of the pool: an undecided cell's place in the table of cells.
CELL: Final = 0
AFTER: Final = 1
RECORD: Final = 2

FREE_CELLS: Final = 0  # in pool: how many records are free
FREE_RECORD: Final = 1  # in pool: the first of them; free records are chained by AFTER


def planted(columns: int) -> list[int]:
    """Return a tree sequence without edges: one open end per column, and room for the rest.

    A forest with so many leaves, whose inner nodes have three edges or more, has fewer
    inner nodes than leaves; while a line is added there are two more.
    """
    nodes = 2 * columns + 8
    tree = [0] * (LEAVES + NODE * nodes)
    free = range(LEAVES + NODE * columns, len(tree), NODE)
    tree[FREE_NODE] = free[0]
    for node, following in itertools.pairwise(free):
        tree[node + PARENT] = following
    return tree


def pool_of(records: int) -> list[int]:
    """Return a pool of so many free records."""
    pool = [0] * (RECORD * (records + 1))
    pool[FREE_CELLS] = pool[FREE_RECORD] = 0
    return widened(pool, records)


def widened(pool: list[int], records: int) -> list[int]:
    """Return a pool with its last ``records`` records freed."""
    for record in range(len(pool) - RECORD * records, len(pool), RECORD):
        pool[record + AFTER] = pool[FREE_RECORD]
        pool[FREE_RECORD] = record
    pool[FREE_CELLS] += records
    return pool


def edge_of(tree: Numbers, node: int) -> tuple[int, int, int, int, int, int]:
    """Return what a node stores of the edge to its parent."""
    return (
        tree[node + VALUE],
        tree[node + UP],
        tree[node + WITH_FIRST],
        tree[node + WITH_LAST],
        tree[node + AGAINST_FIRST],
        tree[node + AGAINST_LAST],
    )


def put(tree: Numbers, node: int, edge: tuple[int, int, int, int, int, int]) -> None:
    """Let a node store an edge."""
    tree[node + VALUE] = edge[0]
    tree[node + UP] = edge[1]
    tree[node + WITH_FIRST] = edge[2]
    tree[node + WITH_LAST] = edge[3]
    tree[node + AGAINST_FIRST] = edge[4]
    tree[node + AGAINST_LAST] = edge[5]


def new_node(tree: Numbers) -> int:
    """Take a free node."""
    node = tree[FREE_NODE]
    tree[FREE_NODE] = tree[node + PARENT]
    tree[node + PARENT] = 0
    tree[node + DEGREE] = 0
    tree[node + NEAR] = 0
    return node


def drop_node(tree: Numbers, node: int) -> None:
    """Give a node back."""
    tree[node + PARENT] = tree[FREE_NODE]
    tree[FREE_NODE] = node


def link(tree: Numbers, pool: Numbers, child: int, parent: int, value: int, cell: int) -> None:
    """Join two nodes by an edge that runs down and carries one cell, or none (-1)."""
    tree[child + PARENT] = parent
    tree[child + VALUE] = value
    tree[child + UP] = 0
    tree[child + WITH_FIRST] = tree[child + WITH_LAST] = 0
    tree[child + AGAINST_FIRST] = tree[child + AGAINST_LAST] = 0
    if cell >= 0:
        record = pool[FREE_RECORD]
        pool[FREE_RECORD] = pool[record + AFTER]
        pool[FREE_CELLS] -= 1
        pool[record + CELL] = cell
        pool[record + AFTER] = 0
        tree[child + WITH_FIRST] = tree[child + WITH_LAST] = record
    tree[child + DEGREE] += 1
    tree[parent + DEGREE] += 1
    tree[child + NEAR] ^= parent
    tree[parent + NEAR] ^= child


def reroot(tree: Numbers, root: int) -> None:
    """Turn the edges above a node round, so that it becomes the root of its tree."""
    node = root
    above = tree[node + PARENT]
    edge = edge_of(tree, node)
    tree[node + PARENT] = 0
    while above:
        below, node = node, above
        above = tree[node + PARENT]
        own = edge_of(tree, node)
        tree[node + PARENT] = below
        put(tree, node, edge)
        tree[node + UP] = 1 - tree[node + UP]
        edge = own


def decide_list(pool: Numbers, cells: Numbers, first: int, cent: int) -> None:
    """Give every cell of a list the odd cent, or not, and free the list."""
    record = first
    while record:
        if cent:
            cells[pool[record + CELL]] += 1
        following = pool[record + AFTER]
        pool[record + AFTER] = pool[FREE_RECORD]
        pool[FREE_RECORD] = record
        pool[FREE_CELLS] += 1
        record = following


def decide(tree: Numbers, pool: Numbers, cells: Numbers, child: int) -> None:
    """Settle an edge whose value is whole: its cells are decided and it is gone."""
    cent = 1 if tree[child + VALUE] > 0 else 0
    decide_list(pool, cells, tree[child + WITH_FIRST], cent)
    decide_list(pool, cells, tree[child + AGAINST_FIRST], 1 - cent)
    parent = tree[child + PARENT]
    tree[child + PARENT] = 0
    tree[child + DEGREE] -= 1
    tree[parent + DEGREE] -= 1
    tree[child + NEAR] ^= parent
    tree[parent + NEAR] ^= child


def join_with(tree: Numbers, pool: Numbers, node: int, first: int, last: int) -> None:
    """Append a list to the cells that move with a node's edge."""
    if first:
        if tree[node + WITH_FIRST]:
            pool[tree[node + WITH_LAST] + AFTER] = first
        else:
            tree[node + WITH_FIRST] = first
        tree[node + WITH_LAST] = last


def join_against(tree: Numbers, pool: Numbers, node: int, first: int, last: int) -> None:
    """Append a list to the cells that move against a node's edge."""
    if first:
        if tree[node + AGAINST_FIRST]:
            pool[tree[node + AGAINST_LAST] + AFTER] = first
        else:
            tree[node + AGAINST_FIRST] = first
        tree[node + AGAINST_LAST] = last


PAGES: Final = (
    edge_of,
    put,
    new_node,
    drop_node,
    link,
    reroot,
    decide_list,
    decide,
    join_with,
    join_against,
)
"""Every page, each after those that it calls: the order in which they are compiled."""
