"""The carry-forest: decides odd cents so that no running total drifts by a cent.

Floor every share. Each fraction of a cent that is then undecided is a link between a line
and the running total of a party. Lines come in order; whenever the links close a circle,
the fractions on it are shifted round - one up, the next down - by the smallest amount that
makes one of them whole, and that cent is decided. Shifting round a circle changes no sum
of a line and no running total. Where only two undecided links meet, one decides the other,
so they are joined. What remains never contains a circle and has at most one open end per
party: memory depends on the number of parties, not of lines.

Every page of this module runs as plain Python and, compiled, as machine code, with the same
outcome: whole numbers only, no chance, ties to the minus side. Fractions are counted in
``unit`` parts of a cent.

A node is a line (edges run to the totals that it feeds) or a running total at a moment
(edges run in from the total before and the cell added, out to the total after); the first
nodes, from ``LEAVES`` on, are the open ends: the running totals of now. A node is named by
its place in ``tree``, one flat sequence; 0 is no node. It stores the edge to its parent:
its ``VALUE`` (0 < value < unit), whether it runs ``UP`` from child to parent, and the
undecided cells that move with it or against it, as lists in ``pool``.

Source:
    The allocation contract, section 4: existence by flow in a network, hence a rounding
    in which every cell and every running total is its floor or its ceiling.
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


def fuse(tree: Numbers, pool: Numbers, node: int) -> None:
    """Join the two edges that meet at a node: one decides the other.

    An edge in and an edge out have equal values; two in or two out are complementary.
    """
    if not tree[node + PARENT]:
        child = LEAVES
        while tree[child + PARENT] != node:
            child += NODE
        reroot(tree, child)
    parent = tree[node + PARENT]
    child = tree[node + NEAR] ^ parent
    with_first, with_last = tree[node + WITH_FIRST], tree[node + WITH_LAST]
    against_first, against_last = tree[node + AGAINST_FIRST], tree[node + AGAINST_LAST]
    if tree[child + UP] == tree[node + UP]:
        join_with(tree, pool, child, with_first, with_last)
        join_against(tree, pool, child, against_first, against_last)
    else:
        join_with(tree, pool, child, against_first, against_last)
        join_against(tree, pool, child, with_first, with_last)
    tree[child + PARENT] = parent
    tree[child + NEAR] ^= node ^ parent
    tree[parent + NEAR] ^= node ^ child
    drop_node(tree, node)


def tidy(tree: Numbers, pool: Numbers, node: int) -> None:
    """Drop a node without edges; fuse one with two."""
    if tree[node + DEGREE] == 0:
        drop_node(tree, node)
    elif tree[node + DEGREE] == 2:  # noqa: PLR2004 - one edge in, one out
        fuse(tree, pool, node)


def close_circle(
    tree: Numbers,
    pool: Numbers,
    cells: Numbers,
    start: int,
    line: int,
    value: int,
    cell: int,
    shift: int,
    unit: int,
) -> None:
    """Shift the circle that a cell of a line closes, and tidy what that leaves.

    The circle runs from the line along the cell to ``start`` and back up to the line.
    """
    value += shift
    touched = start  # the last of the nodes whose edges change, chained by AGAIN
    tree[start + AGAIN] = 0
    node = start
    while node != line:
        above = tree[node + PARENT]
        tree[node + VALUE] += shift if tree[node + UP] == 1 else -shift
        if tree[node + VALUE] == 0 or tree[node + VALUE] == unit:
            decide(tree, pool, cells, node)
            if node != touched:
                tree[node + AGAIN] = touched
                touched = node
            if above != line:
                tree[above + AGAIN] = touched
                touched = above
        node = above
    if 0 < value < unit:
        reroot(tree, start)
        link(tree, pool, start, line, value, cell)
    elif value == unit and cell >= 0:
        cells[cell] += 1
    while touched:
        node, touched = touched, tree[touched + AGAIN]
        tidy(tree, pool, node)


def extended(tree: Numbers, pool: Numbers, leaf: int, value: int, unit: int) -> int:
    """Let a running total go on by a cell's fraction; return the node where it did."""
    if not tree[leaf + PARENT]:
        reroot(tree, tree[leaf + NEAR])
    total = value + (tree[leaf + VALUE] if tree[leaf + UP] == 0 else unit - tree[leaf + VALUE])
    node, above = new_node(tree), tree[leaf + PARENT]
    put(tree, node, edge_of(tree, leaf))
    tree[node + PARENT] = above
    tree[node + DEGREE] = 1
    tree[node + NEAR] = above
    tree[above + NEAR] ^= leaf ^ node
    tree[leaf + PARENT] = tree[leaf + DEGREE] = tree[leaf + NEAR] = 0
    if total != unit:
        link(tree, pool, leaf, node, total if total < unit else total - unit, -1)
    return node


def add_cell(
    tree: Numbers,
    pool: Numbers,
    cells: Numbers,
    line: int,
    leaf: int,
    value: int,
    cell: int,
    unit: int,
) -> None:
    """Add one cell of a line: its fraction flows from the line into a running total.

    Args:
        tree: The forest.
        pool: Its undecided cells.
        cells: The flat table of cells, floors to begin with; decided cells get their cent.
        line: Node of the line, the root of its tree.
        leaf: The running total that the cell adds to.
        value: Fraction of the cell in units, 0 < value < unit.
        cell: Position of the cell in the table, -1 for one that only balances.
        unit: Parts that a cent is counted in.
    """
    if tree[leaf + DEGREE] == 0:
        link(tree, pool, leaf, line, value, cell)
        return
    node = extended(tree, pool, leaf, value, unit)
    # How far the circle can be shifted, up or down, until one of its edges is whole.
    more, less = unit - value, value
    root = node
    while tree[root + PARENT]:
        along = tree[root + VALUE] if tree[root + UP] == 0 else unit - tree[root + VALUE]
        more = min(more, along)
        less = min(less, unit - along)
        root = tree[root + PARENT]
    if root == line:
        shift = more if more < less else -less  # on a tie the minus side
        close_circle(tree, pool, cells, node, line, value, cell, shift, unit)
    else:
        reroot(tree, node)
        link(tree, pool, node, line, value, cell)
        tidy(tree, pool, node)


def add_lines(
    tree: Numbers,
    pool: Numbers,
    cells: Numbers,
    fractions: Numbers,
    nest: Numbers,
    first: int,
    begin: int,
    parties: int,
    unit: int,
) -> int:
    """Add lines in order; return the first for which the pool has no room.

    Args:
        tree: The forest.
        pool: Its undecided cells.
        cells: The flat table of cells of all lines.
        fractions: The flat table of fractions of these lines, in units.
        nest: Per line the number of its category; 0 where categories do not matter.
        first: Position of the first of these lines among all.
        begin: Which of these lines to begin with.
        parties: How many cells a line has.
        unit: Parts that a cent is counted in.
    """
    for number in range(begin, len(nest)):
        if pool[FREE_CELLS] < parties:
            return number
        line = new_node(tree)
        leaves = LEAVES + NODE * parties * nest[number]
        for party in range(parties):
            value = fractions[number * parties + party]
            if value > 0:
                cell = (first + number) * parties + party
                add_cell(tree, pool, cells, line, leaves + NODE * party, value, cell, unit)
        tidy(tree, pool, line)
    return len(nest)


def open_end(tree: Numbers, leaf: int, unit: int) -> int:
    """Return the fraction of a running total, in units."""
    if tree[leaf + DEGREE] == 0:
        return 0
    if not tree[leaf + PARENT]:
        reroot(tree, tree[leaf + NEAR])
    return tree[leaf + VALUE] if tree[leaf + UP] == 0 else unit - tree[leaf + VALUE]


def balance(
    tree: Numbers, pool: Numbers, cells: Numbers, column: int, outer: int, unit: int
) -> None:
    """Bring a running total to a whole cent; the outer one takes what it is rounded by."""
    leaf = LEAVES + NODE * column
    value = open_end(tree, leaf, unit)
    if value:
        line = new_node(tree)
        add_cell(tree, pool, cells, line, leaf, unit - value, -1, unit)
        add_cell(tree, pool, cells, line, LEAVES + NODE * outer, value, -1, unit)
        tidy(tree, pool, line)


def close(
    tree: Numbers, pool: Numbers, cells: Numbers, begin: int, columns: int, unit: int
) -> None:
    """Bring the running totals from ``begin`` on to whole cents, in one balancing line."""
    line = new_node(tree)
    for column in range(begin, columns):
        leaf = LEAVES + NODE * column
        value = open_end(tree, leaf, unit)
        if value:
            add_cell(tree, pool, cells, line, leaf, unit - value, -1, unit)
    tidy(tree, pool, line)


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
    fuse,
    tidy,
    close_circle,
    extended,
    add_cell,
    add_lines,
    open_end,
    balance,
    close,
)
"""Every page, each after those that it calls: the order in which they are compiled."""
