"""What a settlement tells its reader about the facts, and about who keeps the pool."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tests.support.funds import PER_HEAD, agreement, settle
from tests.support.statements import paper, papers, squeezed, text

Q1, Q2 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01"
ROWS: Final = "id spent_on amount\ns1 2026-02-15 10.00\ns2 2026-04-15 10.00"


def test_contributions_that_no_settlement_counts_are_named() -> None:
    paid = agreement(
        contributions="a 2026-01-15 100.00, b 2026-01-31 11.00, a 2026-02-01 5.00, "
        "a 2026-08-01 7.00"
    )
    part = settle(paid, spendings=ROWS, period="2026-02-01 2026-04-01", final=True)
    assert part.positions("contributed")["a"] == "5.00"
    assert part.about["notes"] == [
        {"note": "contributions-before", "count": "2", "amount": "111.00"},
        {"note": "contributions-after", "count": "1", "amount": "7.00"},
    ]
    whole = settle(paid, spendings=ROWS, period=Q1)
    assert whole.about["notes"] == []


def test_a_version_that_reads_otherwise_than_when_it_was_settled_under_is_named() -> None:
    first = settle(agreement(parties="a 1, b 1"), spendings=ROWS, period=Q1)
    changed = settle(agreement(parties="a 1, b 9"), spendings=ROWS, period=Q2, previous=[first])
    assert changed.about["notes"] == [
        {"note": "agreement-changed", "version": "1", "settlement": "2026-01-01/2026-03-31"}
    ]
    assert changed.working.incomplete


def test_a_version_gets_its_end_when_the_next_one_comes() -> None:
    first = settle(agreement(), spendings=ROWS, period=Q1)
    second = settle(
        agreement(valid="from 2026-01-01 until 2026-05-01"),
        agreement(valid="from 2026-05-01", version=2),
        spendings=ROWS, period=Q2, previous=[first],
    )  # fmt: skip
    assert second.about["notes"] == []


def test_another_account_holder_gets_what_the_pool_held() -> None:
    old = agreement(valid="from 2026-01-01 until 2026-04-01", contributions="c 2026-01-15 100.00")
    new = agreement(valid="from 2026-04-01", version=2, holder="b")
    first = settle(old, spendings=ROWS, period=Q1)
    assert first.about["handover"] is None
    second = settle(old, new, spendings=ROWS, period=Q2, previous=[first])
    # 100.00 came in and 10.00 went out; a and b made up their shares of that, 6.67 or 6.66.
    held = sum(Decimal(closing) for closing in first.positions("closing").values())
    assert second.about["handover"] == {"from": "a", "to": "b", "amount": str(held)}
    told = squeezed("maakt a apart over aan b")
    assert told in text(paper(second.settlement, "a"))
    assert told in text(paper(second.settlement, "b"))
    assert told not in text(paper(second.settlement, "c"))


def test_only_what_lines_look_back_on_is_missed() -> None:
    usage = '[[key]]\ncode = "use"\nkind = "usage"\nperiods = 1\nfallback = "heads"\n'
    outcome = settle(agreement(PER_HEAD + usage), spendings=ROWS, period=Q1)
    assert outcome.about["notes"] == []


def test_a_version_may_end_sooner_when_the_next_one_comes_sooner() -> None:
    first = settle(agreement(valid="from 2026-01-01 until 2027-01-01"), spendings=ROWS, period=Q1)
    second = settle(
        agreement(valid="from 2026-01-01 until 2026-05-01"),
        agreement(valid="from 2026-05-01", version=2),
        spendings=ROWS, period=Q2, previous=[first],
    )  # fmt: skip
    assert second.about["notes"] == []


def test_the_former_account_holder_is_known_without_its_version() -> None:
    old = agreement(valid="from 2026-01-01 until 2026-04-01", contributions="c 2026-01-15 100.00")
    new = agreement(valid="from 2026-04-01", version=2, holder="b")
    first = settle(old, spendings=ROWS, period=Q1)
    later = "id spent_on amount\ns2 2026-04-15 10.00"
    second = settle(new, spendings=later, period=Q2, previous=[first])
    assert second.about["handover"]["from"] == "a"
    told = squeezed("maakt a apart over aan b")
    assert told in text(papers(second.settlement)["summary.pdf"])


def test_a_pool_that_held_nothing_is_not_handed_over() -> None:
    bridge = 'funding = "bridge"'
    old = agreement(valid="from 2026-01-01 until 2026-04-01", settlement=bridge)
    new = agreement(valid="from 2026-04-01", version=2, holder="b", settlement=bridge)
    first = settle(old, spendings=ROWS, period=Q1)
    assert settle(old, new, spendings=ROWS, period=Q2, previous=[first]).about["handover"] is None
