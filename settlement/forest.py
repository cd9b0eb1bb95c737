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
(edges run in from the total before and the cell added, out to the total after); nodes
0..columns-1 are the open ends, the running totals of now. Every node stores the edge to
its parent: its ``value`` (0 < value < unit), whether it runs ``up`` from child to parent,
and the undecided cells that move with it or against it.

Source:
    The allocation contract, section 4: existence by flow in a network, hence a rounding
    in which every cell and every running total is its floor or its ceiling.
"""

from __future__ import annotations

from collections.abc import MutableSequence
from typing import NamedTuple, TypeAlias

Numbers: TypeAlias = MutableSequence[int]
"""A list of whole numbers, or an array of 64-bit ones where the pages run compiled."""

FREE_NODES, FREE_CELLS, NEXT_CELL = 0, 1, 2
NODES_PER_COLUMN, NODES_MORE = 3, 16


class Forest(NamedTuple):
    """The undecided fractions, as trees in flat sequences; -1 is nothing."""

    parent: Numbers
    value: Numbers
    up: Numbers
    with_first: Numbers
    with_last: Numbers
    against_first: Numbers
    against_last: Numbers
    degree: Numbers
    near: Numbers  # exclusive or of the neighbours: of two, knowing one gives the other
    free_nodes: Numbers  # a stack
    path: Numbers  # scratch: the circle that is being pushed round
    cell: Numbers  # pool: position of an undecided cell in the flat table of cells
    after: Numbers  # pool: next in its list, or next free
    counts: Numbers  # how many free nodes, how many free cells, first free cell


def put(forest: Forest, node: int, source: int) -> None:
    """Let a node store the edge that another stores."""
    forest.value[node] = forest.value[source]
    forest.up[node] = forest.up[source]
    forest.with_first[node] = forest.with_first[source]
    forest.with_last[node] = forest.with_last[source]
    forest.against_first[node] = forest.against_first[source]
    forest.against_last[node] = forest.against_last[source]


def clear(forest: Forest, node: int) -> None:
    """Let a node store no cells."""
    forest.with_first[node] = forest.with_last[node] = -1
    forest.against_first[node] = forest.against_last[node] = -1


def new_node(forest: Forest) -> int:
    """Take a free node."""
    forest.counts[FREE_NODES] -= 1
    node = forest.free_nodes[forest.counts[FREE_NODES]]
    forest.parent[node] = -1
    forest.degree[node] = 0
    forest.near[node] = 0
    clear(forest, node)
    return node


def drop_node(forest: Forest, node: int) -> None:
    """Give a node back."""
    forest.parent[node] = -1
    forest.free_nodes[forest.counts[FREE_NODES]] = node
    forest.counts[FREE_NODES] += 1


def link(forest: Forest, child: int, parent: int, value: int, cell: int) -> None:
    """Join two nodes by an edge that runs down and carries one cell, or none (-1)."""
    forest.parent[child] = parent
    forest.value[child] = value
    forest.up[child] = 0
    clear(forest, child)
    if cell >= 0:
        record = forest.counts[NEXT_CELL]
        forest.counts[NEXT_CELL] = forest.after[record]
        forest.counts[FREE_CELLS] -= 1
        forest.cell[record] = cell
        forest.after[record] = -1
        forest.with_first[child] = forest.with_last[child] = record
    forest.degree[child] += 1
    forest.degree[parent] += 1
    forest.near[child] ^= parent
    forest.near[parent] ^= child


def reroot(forest: Forest, root: int) -> None:
    """Turn the edges above a node round, so that it becomes the root of its tree.

    The edge on its way from the old child to the new one rests in the scratch node.
    """
    moving, resting = len(forest.parent) - 2, len(forest.parent) - 1
    below, node = -1, root
    while node >= 0:
        above = forest.parent[node]
        put(forest, resting, node)
        if below >= 0:
            put(forest, node, moving)
            forest.up[node] = 1 - forest.up[node]
        forest.parent[node] = below
        put(forest, moving, resting)
        below, node = node, above


def decide_list(forest: Forest, cells: Numbers, first: int, cent: int) -> None:
    """Give every cell of a list the odd cent, or not, and free the list."""
    record = first
    while record >= 0:
        if cent:
            cells[forest.cell[record]] += 1
        following = forest.after[record]
        forest.after[record] = forest.counts[NEXT_CELL]
        forest.counts[NEXT_CELL] = record
        forest.counts[FREE_CELLS] += 1
        record = following


def decide(forest: Forest, cells: Numbers, child: int) -> None:
    """Settle an edge whose value is whole: its cells are decided and it is gone."""
    cent = 1 if forest.value[child] > 0 else 0
    decide_list(forest, cells, forest.with_first[child], cent)
    decide_list(forest, cells, forest.against_first[child], 1 - cent)
    parent = forest.parent[child]
    forest.parent[child] = -1
    forest.degree[child] -= 1
    forest.degree[parent] -= 1
    forest.near[child] ^= parent
    forest.near[parent] ^= child
    clear(forest, child)


def join_with(forest: Forest, node: int, first: int, last: int) -> None:
    """Append a list to the cells that move with a node's edge."""
    if first >= 0:
        if forest.with_first[node] < 0:
            forest.with_first[node] = first
        else:
            forest.after[forest.with_last[node]] = first
        forest.with_last[node] = last


def join_against(forest: Forest, node: int, first: int, last: int) -> None:
    """Append a list to the cells that move against a node's edge."""
    if first >= 0:
        if forest.against_first[node] < 0:
            forest.against_first[node] = first
        else:
            forest.after[forest.against_last[node]] = first
        forest.against_last[node] = last


def fuse(forest: Forest, node: int) -> None:
    """Join the two edges that meet at a node: one decides the other.

    An edge in and an edge out have equal values; two in or two out are complementary.
    """
    if forest.parent[node] < 0:
        child = 0
        while forest.parent[child] != node:
            child += 1
        reroot(forest, child)
    parent = forest.parent[node]
    child = forest.near[node] ^ parent
    with_first, with_last = forest.with_first[node], forest.with_last[node]
    against_first, against_last = forest.against_first[node], forest.against_last[node]
    if forest.up[child] == forest.up[node]:
        join_with(forest, child, with_first, with_last)
        join_against(forest, child, against_first, against_last)
    else:
        join_with(forest, child, against_first, against_last)
        join_against(forest, child, with_first, with_last)
    forest.parent[child] = parent
    forest.near[child] ^= node ^ parent
    forest.near[parent] ^= node ^ child
    drop_node(forest, node)


def tidy(forest: Forest, node: int, columns: int) -> None:
    """Drop an inner node without edges; fuse one with two."""
    if node >= columns:
        if forest.degree[node] == 0:
            drop_node(forest, node)
        elif forest.degree[node] == 2:  # noqa: PLR2004 - a circle takes two edges of a node
            fuse(forest, node)


def push(forest: Forest, start: int, value: int, unit: int) -> int:
    """Shift the circle from a line to ``start`` and back up to it; return the cell's value.

    Of both directions the one in which an edge is whole first; on a tie the minus side.
    """
    more, less = unit - value, value
    node = start
    while forest.parent[node] >= 0:
        along = forest.value[node] if forest.up[node] == 0 else unit - forest.value[node]
        more = min(more, along)
        less = min(less, unit - along)
        node = forest.parent[node]
    shift = more if more < less else -less
    node = start
    while forest.parent[node] >= 0:
        forest.value[node] += shift if forest.up[node] == 1 else -shift
        node = forest.parent[node]
    return value + shift


def close_circle(
    forest: Forest, cells: Numbers, start: int, line: int, value: int, cell: int, unit: int
) -> int:
    """Push round the circle that a cell closes; return how long the path was.

    The path is left in ``forest.path``, to be tidied.
    """
    value = push(forest, start, value, unit)
    length, node = 0, start
    while node != line:
        forest.path[length] = node
        length += 1
        above = forest.parent[node]
        if forest.value[node] == 0 or forest.value[node] == unit:
            decide(forest, cells, node)
        node = above
    if 0 < value < unit:
        reroot(forest, start)
        link(forest, start, line, value, cell)
    elif value == unit and cell >= 0:
        cells[cell] += 1
    return length


def add_cell(
    forest: Forest, cells: Numbers, line: int, column: int, columns: int, value: int, cell: int, unit: int
) -> None:
    """Add one cell of a line: its fraction flows from the line into a running total.

    Args:
        forest: The undecided fractions.
        cells: The flat table of cells, floors to begin with; decided cells get their cent.
        line: Node of the line, the root of its tree.
        column: The running total that the cell adds to.
        columns: How many running totals there are.
        value: Fraction of the cell in units, 0 < value < unit.
        cell: Position of the cell in the table, -1 for one that only balances.
        unit: Parts that a cent is counted in.
    """
    if forest.degree[column] == 0:
        link(forest, column, line, value, cell)
        return
    if forest.parent[column] < 0:
        reroot(forest, forest.near[column])
    before = forest.value[column] if forest.up[column] == 0 else unit - forest.value[column]
    node, above = new_node(forest), forest.parent[column]
    put(forest, node, column)
    forest.parent[node] = above
    forest.degree[node] = 1
    forest.near[node] = above
    forest.near[above] ^= column ^ node
    forest.parent[column] = -1
    forest.degree[column] = 0
    forest.near[column] = 0
    clear(forest, column)
    total = before + value
    if total != unit:
        link(forest, column, node, total if total < unit else total - unit, -1)
    root = node
    while forest.parent[root] >= 0:
        root = forest.parent[root]
    if root == line:
        for step in range(close_circle(forest, cells, node, line, value, cell, unit)):
            tidy(forest, forest.path[step], columns)
    else:
        reroot(forest, node)
        link(forest, node, line, value, cell)
        tidy(forest, node, columns)


def add_lines(
    forest: Forest,
    cells: Numbers,
    fractions: Numbers,
    nest: Numbers,
    first: int,
    begin: int,
    parties: int,
    columns: int,
    unit: int,
) -> int:
    """Add lines in order; return the first that does not fit the pool of cells.

    Args:
        forest: The undecided fractions.
        cells: The flat table of cells of all lines.
        fractions: The flat table of fractions of these lines, in units.
        nest: Per line the number of its category; 0 where categories do not matter.
        first: Position of the first of these lines among all.
        begin: Which of these lines to begin with.
        parties: How many cells a line has.
        columns: How many running totals there are.
        unit: Parts that a cent is counted in.
    """
    for number in range(begin, len(fractions) // parties):
        if forest.counts[FREE_CELLS] < parties:
            return number
        line = new_node(forest)
        offset = nest[number] * parties
        for party in range(parties):
            value = fractions[number * parties + party]
            if value > 0:
                cell = (first + number) * parties + party
                add_cell(forest, cells, line, offset + party, columns, value, cell, unit)
        tidy(forest, line, columns)
    return len(fractions) // parties


def balance(
    forest: Forest, cells: Numbers, column: int, outer: int, columns: int, unit: int
) -> None:
    """Bring a running total to a whole cent; the outer total takes what it is rounded by."""
    if forest.degree[column] > 0:
        value = open_end(forest, column, unit)
        line = new_node(forest)
        add_cell(forest, cells, line, column, columns, unit - value, -1, unit)
        add_cell(forest, cells, line, outer, columns, value, -1, unit)
        tidy(forest, line, columns)


def close(forest: Forest, cells: Numbers, begin: int, columns: int, unit: int) -> None:
    """Bring the running totals from ``begin`` on to a whole cent, all in one balancing line."""
    line = new_node(forest)
    for column in range(begin, columns):
        if forest.degree[column] > 0:
            value = unit - open_end(forest, column, unit)
            add_cell(forest, cells, line, column, columns, value, -1, unit)
    tidy(forest, line, columns)


def open_end(forest: Forest, column: int, unit: int) -> int:
    """Return the fraction of a running total, in units."""
    node = column if forest.parent[column] >= 0 else forest.near[column]
    # Its edge runs into the total; it is stored at either end.
    inward = (forest.up[node] == 0) == (node == column)
    return forest.value[node] if inward else unit - forest.value[node]


PAGES = (
    put, clear, new_node, drop_node, link, reroot, decide_list, decide, join_with, join_against,
    fuse, tidy, push, close_circle, add_cell, add_lines, open_end, balance, close,
)  # fmt: skip
"""Every page, each after those that it calls: the order in which they are compiled."""
