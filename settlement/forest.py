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
nodes, from ``LEAVES`` on, are the open ends: the running totals of now.
``settlement.tree`` says how they are stored.

Source:
    The allocation contract, section 4: existence by flow in a network, hence a rounding
    in which every cell and every running total is its floor or its ceiling.
"""

from __future__ import annotations

from typing import Final

from settlement.tree import (
    AGAIN,
    AGAINST_FIRST,
    AGAINST_LAST,
    DEGREE,
    FREE_CELLS,
    LEAVES,
    NEAR,
    NODE,
    PARENT,
    UP,
    VALUE,
    WITH_FIRST,
    WITH_LAST,
    Numbers,
    decide,
    drop_node,
    edge_of,
    join_against,
    join_with,
    link,
    new_node,
    put,
    reroot,
)


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
