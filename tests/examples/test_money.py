"""Amounts as people and spreadsheets write them."""

from __future__ import annotations

import pytest

from ledger import money


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1234.50", 1234_50), ("1234,50", 1234_50), ("1.234,50", 1234_50), ("-12,5", -12_50),
        ("1.234.567,08", 1_234_567_08), ("1234", 1234_00), ("0,05", 5),
    ],
)  # fmt: skip
def test_an_amount_that_went_through_a_spreadsheet_is_read(text: str, cents: int) -> None:
    assert money.parse_written(text) == cents


@pytest.mark.parametrize(
    "text", ["1.234", "1,234.50", "12,5,0", "1,2345", "12,", ",50", "12.34,50"]
)
def test_what_may_be_two_amounts_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        money.parse_written(text)
