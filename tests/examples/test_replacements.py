"""Corrections: a reversal, and a new spending that names the old one in ``replaces``."""

from __future__ import annotations

from tests.support.funds import agreement, settle

TWO_VERSIONS = (
    agreement(parties="a 1, b 1", valid="from 2026-01-01 until 2026-04-01"),
    agreement(parties="a 1, b 3", valid="from 2026-04-01", version=2),
)


def test_a_replacement_is_weighed_by_the_version_of_what_it_replaces() -> None:
    first = settle(*TWO_VERSIONS, period="2026-01-01 2026-04-01", spendings="id amount\ns1 10.00")
    second = settle(
        *TWO_VERSIONS, period="2026-04-01 2026-07-01", previous=[first], spendings="""
        id  spent_on    amount  reverses  replaces
        s1  2026-01-15   10.00  -         -
        r1  2026-05-01  -10.00  s1        -
        n1  2026-05-01    9.99  -         s1
        n2  2026-05-01   10.00  -         -
        """,
    )  # fmt: skip
    # The old version says half each; the new one, a quarter and three quarters, is for n2 only.
    assert second.weights("n1") == "a 1/2, b 1/2"
    assert second.weights("n2") == "a 1/4, b 3/4"
    # 9.99 / 2 = 4.995 each: the odd cent goes to the first party, by largest remainder.
    assert second.cells("n1") == "a 5.00, b 4.99"
    assert second.cells("r1") == "a -5.00, b -5.00"


def test_a_replacement_that_is_itself_reversed_keeps_the_weights_of_a_replacement() -> None:
    first = settle(*TWO_VERSIONS, period="2026-01-01 2026-04-01", spendings="id amount\ns1 10.00")
    second = settle(
        *TWO_VERSIONS, period="2026-04-01 2026-07-01", previous=[first], spendings="""
        id  spent_on    amount  reverses  replaces
        s1  2026-01-15   10.00  -         -
        r1  2026-05-01  -10.00  s1        -
        n1  2026-05-01    9.00  -         s1
        r2  2026-05-02   -9.00  n1        -
        n2  2026-05-02    8.00  -         n1
        """,
    )  # fmt: skip
    # "the replacement is divided [...] with the old settlement's key version": half each,
    # whether or not it was wrong in its turn.
    assert second.weights("n1") == "a 1/2, b 1/2"
    assert second.cells("n1") == "a 4.50, b 4.50"
    assert second.cells("r2") == "a -4.50, b -4.50"
