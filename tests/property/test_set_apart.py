"""Whatever is disputed, every spending is settled once, and nobody else's weights change."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.periods import Period
from settlement import engine
from settlement.results import Reason
from tests.support.columns import as_ledger
from tests.support.funds import order, written
from tests.support.random_funds import PERIODS, fund

if TYPE_CHECKING:
    from settlement.results import Settlement

SEEDS = st.integers(0, 10**9)
ROWS = st.integers(0, 40)
FEW = settings(max_examples=max(8, settings().max_examples // 2))


def weights(settled: Settlement) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Return the key and the weights of every line."""
    lines = settled.lines
    return {
        spending: (settled.keys[key], settled.vectors[vector])
        for spending, key, vector in zip(lines.spending, lines.key, lines.vector, strict=True)
    }


@FEW
@given(seed=SEEDS, rows=ROWS, disputed=st.sampled_from([0.1, 0.5]))
def test_a_disputed_line_is_settled_once_and_changes_the_weights_of_no_other(
    seed: int, rows: int, disputed: float
) -> None:
    facts, chance = fund(seed, rows), Random(seed)  # noqa: S311 - the same every time
    # A capped key looks at the period's lines of a case together, so that these do change.
    agreements = [text.replace(b"capped = true", b"capped = false") for text in facts.agreements]
    done: list[dict[str, bytes]] = []
    settled: list[str] = []
    left: set[str] = set()
    for number, period in enumerate(PERIODS, 1):
        whole = order(
            agreements, facts.spendings, facts.savings, period=Period(*period), previous=done
        )
        before = engine.settle(whole)[0]
        last = number == len(PERIODS)
        objected = {each for each in before.lines.spending if chance.random() < disputed}
        asked = replace(whole, set_apart=frozenset() if last else frozenset(objected))
        now = engine.settle(asked)[0]
        files = written(now)
        assert written(engine.settle(as_ledger(asked))[0]) == files

        assert asked.set_apart <= set(now.set_apart)
        assert {*now.lines.spending, *now.set_apart} == {*before.lines.spending}
        assert weights(now).items() <= weights(before).items()
        reasons = dict(zip(now.lines.spending, now.lines.reason.tolist(), strict=True))
        for spending, reason in reasons.items():
            assert (reason == Reason.DISPUTED) == (spending in left)
        settled += now.lines.spending
        left = (left | {*now.set_apart}) - {*now.lines.spending}
        done.append(files)
    assert len(settled) == len({*settled})
    assert left == set()
