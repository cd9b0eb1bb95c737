"""How fast spendings are divided, beside largest remainder in numpy and a plain copy.

Run with ``python -m pytest tests/benchmarks``; all three are timed in the same run, so
that a slow machine slows all of them.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from settlement.rounding import divide

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from pytest_benchmark.fixture import BenchmarkFixture

PARTIES = 12
VECTORS = 500
MILLION = 1_000_000


class Spendings:
    """Amounts and weights as a year of a national fund might have them."""

    def __init__(self, rows: int) -> None:
        draw = np.random.default_rng(2026)
        self.amounts = draw.integers(1, 200_000, rows)
        self.vector_of = draw.integers(0, VECTORS, rows)
        # Weights that add up to a thousand, about half of them zero.
        shares = draw.multinomial(1_000, draw.dirichlet(np.full(PARTIES, 0.2), VECTORS))
        self.vectors = [_lowest(row) for row in shares.tolist()]

    def divided(self) -> NDArray[np.int64]:
        return divide(self.amounts, self.vector_of, self.vectors, parties=PARTIES).cells_cents


def _lowest(weights: list[int]) -> tuple[int, ...]:
    divisor = int(np.gcd.reduce(weights))
    return tuple(weight // divisor for weight in weights)


def largest_remainder(spendings: Spendings) -> NDArray[np.int64]:
    """Divide line by line, as others do: exact in a line, adrift over many."""
    weights = np.array(spendings.vectors, dtype=np.int64)
    sums = weights.sum(axis=1)
    scale = sums[spendings.vector_of][:, None]
    products = spendings.amounts[:, None] * weights[spendings.vector_of]
    cells = products // scale
    fractions = products - cells * scale
    lacking = spendings.amounts - cells.sum(axis=1)
    rank = np.argsort(np.argsort(-fractions, axis=1, kind="stable"), axis=1)
    return np.asarray(cells + (rank < lacking[:, None]))


def timed(
    benchmark: BenchmarkFixture, work: Callable[[], NDArray[np.int64]], *, rounds: int = 5
) -> NDArray[np.int64]:
    """Time some work and return what it made."""
    made = benchmark.pedantic(work, rounds=rounds, warmup_rounds=1)  # type: ignore[no-untyped-call]
    return np.asarray(made)


@pytest.fixture(scope="module")
def million() -> Spendings:
    spendings = Spendings(MILLION)
    spendings.divided()  # compiled once, and kept
    return spendings


@pytest.mark.benchmark(group="1 million spendings x 12 parties")
def test_the_allocation_contract(benchmark: BenchmarkFixture, million: Spendings) -> None:
    cells = timed(benchmark, million.divided)

    assert (cells.sum(axis=1) == million.amounts).all()


@pytest.mark.benchmark(group="1 million spendings x 12 parties")
def test_largest_remainder_in_numpy(benchmark: BenchmarkFixture, million: Spendings) -> None:
    cells = timed(benchmark, lambda: largest_remainder(million))

    assert (cells.sum(axis=1) == million.amounts).all()


@pytest.mark.benchmark(group="1 million spendings x 12 parties")
def test_a_plain_copy(benchmark: BenchmarkFixture, million: Spendings) -> None:
    cells = million.divided()

    timed(benchmark, cells.copy)


@pytest.mark.benchmark(group="10 million spendings x 12 parties")
def test_ten_million(benchmark: BenchmarkFixture, million: Spendings) -> None:
    del million  # asked for, so that the pages are compiled
    spendings = Spendings(10 * MILLION)

    cells = timed(benchmark, spendings.divided, rounds=2)

    assert (cells.sum(axis=1) == spendings.amounts).all()


MEMORY = """
import numpy as np
from tests.benchmarks.test_division import MILLION, PARTIES, Spendings

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

Spendings(10_000).divided()  # compiled and imported
spendings = Spendings({rows})
with open("/proc/self/clear_refs", "w") as refs:
    refs.write("5")  # the peak counts from here
before = peak()
cells = spendings.divided()
print(peak() - before - cells.nbytes // 1024)
"""


@pytest.mark.parametrize("rows", [MILLION, 10 * MILLION])
def test_memory_beyond_input_and_output_is_under_200_mb(rows: int, capsys: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY.format(rows=rows)],
        capture_output=True,
        text=True,
        check=True,
    )

    with capsys.disabled():
        print(f"\n{rows} rows: {int(done.stdout) / 1024:.0f} MB beyond input and output")
    assert int(done.stdout) < 200 * 1024
