"""What lines of the account are, as tables: lines, what the ledger expects, what follows."""

from __future__ import annotations

import pytest

from tests.support.bank_lines import found, items, lines

# Each table: lines of the account, items of the ledger, what is found.
TABLES = {
    # --- the reference ---
    "a line that names a reference is its item, whatever the day": (
        "L1 03-30 -10.00 ref=R1",
        """
        s1 spending 01-05 -10.00 ref=R1
        s2 spending 03-30 -10.00
        """,
        ["L1 = s1 (reference)", "s2 ?"],
    ),
    "a reference with another amount is left open": (
        "L1 01-05 -9.99 ref=R1",
        """
        s1 spending 01-05 -10.00 ref=R1
        s2 spending 01-05 -9.99
        """,
        ["L1 ?", "s1 ?", "s2 ?"],
    ),
    "a line that names what is not expected is nothing else": (
        "L1 01-05 -10.00 ref=R9",
        "s1 spending 01-05 -10.00",
        ["L1 ?", "s1 ?"],
    ),
    "a line that names another reference is not taken by its account": (
        "L1 01-05 100.00 iban=a ref=R9",
        "c1 contribution 01-05 100.00 iban=a",
        ["L1 ?", "c1 ?"],
    ),
    "paid twice under one reference is left open": (
        """
        L1 01-05 -10.00 ref=R1
        L2 01-06 -10.00 ref=R1
        """,
        "s1 spending 01-05 -10.00 ref=R1",
        ["L1 ?", "L2 ?", "s1 ?"],
    ),
    "instalments under one reference are paired in order": (
        """
        L2 04-01 -10.00 ref=R1
        L1 01-05 -10.00 ref=R1
        """,
        """
        s1 spending 01-01 -10.00 ref=R1
        s2 spending 04-01 -10.00 ref=R1
        """,
        ["L1 = s1 (equal)", "L2 = s2 (equal)"],
    ),
    "several items with one reference are one line that names it": (
        "L1 02-20 -30.00 ref=R1",
        """
        s1 spending 01-05 -10.00 ref=R1
        s2 spending 01-06 -20.00 ref=R1
        """,
        ["L1 = s1 + s2 (reference)"],
    ),
    "the whole and a part of it under one reference exclude each other": (
        """
        L1 01-05 -30.00 ref=R1
        L2 01-05 -10.00 ref=R1
        """,
        """
        s1 spending 01-05 -10.00 ref=R1
        s2 spending 01-06 -20.00 ref=R1
        """,
        ["L1 ?", "L2 ?", "s1 ?", "s2 ?"],
    ),
    "items with one reference that do not add up are each their own line": (
        """
        L1 01-05 -10.00 ref=R1
        L2 01-06 -20.00 ref=R1
        """,
        """
        s1 spending 01-05 -10.00 ref=R1
        s2 spending 01-06 -20.00 ref=R1
        """,
        ["L1 = s1 (reference)", "L2 = s2 (reference)"],
    ),
    # --- account and text ---
    "a payment is known by its account and text": (
        """
        L1 02-01 -10.00 text=t
        L2 02-01 -10.00
        """,
        "p1 payment 01-15 -10.00 text=t",
        ["L1 = p1 (text)", "L2 ?"],
    ),
    "account and text go before the day": (
        "L1 02-01 -10.00 text=t",
        """
        p1 payment 01-30 -10.00 text=t
        s1 spending 02-01 -10.00
        """,
        ["L1 = p1 (text)", "s1 ?"],
    ),
    "what a participant owed is known by its account, whatever the day": (
        """
        L1 02-20 100.00 iban=a
        L2 01-15 100.00 iban=b
        """,
        """
        c1 contribution 01-15 100.00 iban=a
        c2 contribution 01-15 100.00 iban=b
        """,
        ["L2 = c2 (account)", "L1 = c1 (account)"],
    ),
    "what comes from an account that nobody named is not a participant's": (
        """
        L1 01-15 100.00 iban=b
        L2 01-17 100.00
        """,
        "c1 contribution 01-15 100.00 iban=",
        ["L2 = c1 (near)", "L1 ?"],
    ),
    "an account that nobody named is no sign of its own": (
        "L1 02-20 100.00",
        "c1 contribution 01-15 100.00 iban=",
        ["L1 ?", "c1 ?"],
    ),
    "those of accounts that nobody named are paired where they are as many": (
        """
        L1 01-15 100.00
        L2 01-15 100.00
        L3 01-15 100.00 iban=b
        """,
        """
        c1 contribution 01-14 100.00 iban=
        c2 contribution 01-14 100.00 iban=
        """,
        ["L1 = c1 (equal)", "L2 = c2 (equal)", "L3 ?"],
    ),
    "an account that is not the participant's is not taken for it": (
        """
        L1 01-15 100.00
        L2 01-15 100.00 iban=b
        """,
        "c1 contribution 01-15 100.00 iban=a",
        ["L1 ?", "L2 ?", "c1 ?"],
    ),
    "two that are due and one that came is not decided by the account alone": (
        "L1 04-16 100.00 iban=a",
        """
        c1 contribution 01-15 100.00 iban=a
        c2 contribution 04-15 100.00 iban=a
        """,
        ["L1 = c2 (near)", "c1 ?"],
    ),
    "what is left of an account after the days is its own": (
        """
        L1 02-20 100.00 iban=a
        L2 04-16 100.00 iban=a
        """,
        """
        c1 contribution 01-15 100.00 iban=a
        c2 contribution 04-15 100.00 iban=a
        """,
        ["L1 = c1 (account)", "L2 = c2 (near)"],
    ),
    "as many as were due from one account are paired in order": (
        """
        L2 05-30 100.00 iban=a
        L1 02-20 100.00 iban=a
        """,
        """
        c2 contribution 04-15 100.00 iban=a
        c1 contribution 01-15 100.00 iban=a
        """,
        ["L1 = c1 (equal)", "L2 = c2 (equal)"],
    ),
    "a contribution and a payment of one amount from one account differ": (
        """
        L1 02-20 100.00 iban=a
        L2 02-21 100.00 iban=a
        """,
        """
        c1 contribution 01-15 100.00 iban=a
        p1 payment 01-15 100.00 iban=a
        """,
        ["L1 ?", "L2 ?", "c1 ?", "p1 ?"],
    ),
    # --- the day ---
    "the same day goes before a near one": (
        """
        L1 01-05 -10.00
        L2 01-06 -10.00
        """,
        """
        s1 spending 01-06 -10.00
        s2 spending 01-03 -10.00
        """,
        ["L1 = s2 (near)", "L2 = s1 (day)"],
    ),
    "five days either side are near, six are not": (
        """
        L1 01-15 -10.00
        L2 01-15 -20.00
        L3 01-15 -30.00
        L4 01-15 -40.00
        """,
        """
        s4 spending 01-09 -40.00
        s3 spending 01-10 -30.00
        s1 spending 01-20 -10.00
        s2 spending 01-21 -20.00
        """,
        ["L1 = s1 (near)", "L3 = s3 (near)", "L2 ?", "L4 ?", "s4 ?", "s2 ?"],
    ),
    "what comes back is a refund, not a spending": (
        """
        L1 01-05 10.00
        L2 01-05 -10.00
        """,
        """
        r1 refund 01-04 10.00
        s1 spending 01-04 -10.00
        """,
        ["L1 = r1 (near)", "L2 = s1 (near)"],
    ),
    "what a participant pays back may be a refund": (
        "L1 01-05 20.00 iban=a",
        "r1 refund 01-05 20.00",
        ["L1 = r1 (day)"],
    ),
    "two items near one line are left open": (
        "L1 01-05 -10.00",
        """
        s1 spending 01-04 -10.00
        s2 spending 01-06 -10.00
        """,
        ["L1 ?", "s1 ?", "s2 ?"],
    ),
    "two lines near one item are left open": (
        """
        L1 01-04 -10.00
        L2 01-06 -10.00
        """,
        "s1 spending 01-05 -10.00",
        ["L1 ?", "L2 ?", "s1 ?"],
    ),
    "a line that may be another item too is left open": (
        "L1 01-05 100.00 iban=a",
        """
        r1 refund 01-04 100.00
        c1 contribution 01-04 100.00 iban=a
        c2 contribution 01-03 100.00 iban=a
        """,
        ["L1 ?", "c2 ?", "r1 ?", "c1 ?"],
    ),
    # --- as many as ---
    "as many equal lines as equal items are paired in order": (
        """
        L1 01-05 -10.00
        L2 01-05 -10.00
        L3 01-07 -10.00
        """,
        """
        s3 spending 01-08 -10.00
        s2 spending 01-04 -10.00
        s1 spending 01-04 -10.00
        """,
        ["L1 = s2 (equal)", "L2 = s1 (equal)", "L3 = s3 (equal)"],
    ),
    "days apart are paired apart": (
        """
        L1 01-05 -10.00
        L2 01-05 -10.00
        L3 02-05 -10.00
        L4 02-06 -10.00
        """,
        """
        s1 spending 01-05 -10.00
        s2 spending 01-05 -10.00
        s3 spending 02-05 -10.00
        s4 spending 02-05 -10.00
        s5 spending 02-05 -10.00
        """,
        ["L1 = s1 (equal)", "L2 = s2 (equal)", "L3 ?", "L4 ?", "s3 ?", "s4 ?", "s5 ?"],
    ),
    "as many, but the order leaves a day too far, is left open": (
        """
        L1 01-01 -10.00
        L2 01-01 -10.00
        L3 01-11 -10.00
        """,
        """
        s1 spending 01-06 -10.00
        s2 spending 01-11 -10.00
        s3 spending 01-11 -10.00
        """,
        ["L1 ?", "L2 ?", "L3 ?", "s1 ?", "s2 ?", "s3 ?"],
    ),
    "as many of two kinds are left open": (
        """
        L1 01-05 -10.00
        L2 01-05 -10.00
        """,
        """
        s1 spending 01-05 -10.00
        p1 payment 01-05 -10.00
        """,
        ["L1 ?", "L2 ?", "s1 ?", "p1 ?"],
    ),
    "as many by account near the day, and one that is far": (
        """
        L1 01-05 100.00 iban=a
        L2 01-06 100.00 iban=a
        L3 01-05 100.00 iban=b
        """,
        """
        c1 contribution 01-04 100.00 iban=a
        c2 contribution 01-04 100.00 iban=a
        c3 contribution 07-04 100.00 iban=a
        """,
        ["L1 = c1 (equal)", "L2 = c2 (equal)", "L3 ?", "c3 ?"],
    ),
    "as many by account near the day, of two accounts": (
        """
        L1 01-05 100.00 iban=a
        L2 01-05 100.00 iban=a
        L3 01-05 100.00 iban=b
        L4 01-05 100.00 iban=b
        """,
        """
        c1 contribution 01-04 100.00 iban=a
        c2 contribution 01-04 100.00 iban=a
        c3 contribution 01-04 100.00 iban=b
        c4 contribution 01-04 100.00 iban=b
        c5 contribution 07-04 100.00 iban=a
        c6 contribution 07-04 100.00 iban=b
        """,
        [
            "L1 = c1 (equal)",
            "L2 = c2 (equal)",
            "L3 = c3 (equal)",
            "L4 = c4 (equal)",
            "c5 ?",
            "c6 ?",
        ],
    ),
    "what equal ones stood in the way of is unique after them": (
        """
        L1 01-05 100.00 iban=a
        L2 01-05 100.00 iban=a
        L3 01-05 100.00
        """,
        """
        r1 refund 01-05 100.00
        c1 contribution 03-05 100.00 iban=a
        c2 contribution 03-05 100.00 iban=a
        """,
        ["L1 = c1 (equal)", "L2 = c2 (equal)", "L3 = r1 (near)"],
    ),
    # --- batches without a reference on the line ---
    "several items with one reference are one line of their sum": (
        "L1 01-08 -30.00",
        """
        s1 spending 01-05 -10.00 ref=B
        s2 spending 01-06 -20.00 ref=B
        """,
        ["L1 = s1 + s2 (batch)"],
    ),
    "items without a reference in common are no batch": (
        "L1 01-08 -30.00",
        """
        s1 spending 01-05 -10.00 ref=B
        s2 spending 01-06 -20.00 ref=C
        """,
        ["L1 ?", "s1 ?", "s2 ?"],
    ),
    "a batch with a part far from the day is none": (
        "L1 01-08 -30.00",
        """
        s1 spending 01-02 -10.00 ref=B
        s2 spending 01-06 -20.00 ref=B
        """,
        ["L1 ?", "s1 ?", "s2 ?"],
    ),
    "a batch is matched in full or not at all": (
        "L1 01-08 -30.00",
        """
        s1 spending 01-06 -10.00 ref=B
        s2 spending 01-06 -20.00 ref=B
        s3 spending 01-06 -5.00 ref=B
        """,
        ["L1 ?", "s1 ?", "s2 ?", "s3 ?"],
    ),
    "a batch and a single item of its sum are left open": (
        "L1 01-06 -30.00",
        """
        s1 spending 01-06 -10.00 ref=B
        s2 spending 01-06 -20.00 ref=B
        s3 spending 01-06 -30.00
        """,
        ["L1 ?", "s1 ?", "s2 ?", "s3 ?"],
    ),
    "a batch of which a line may be a part is left open, and so is that line": (
        """
        L1 01-06 -30.00
        L2 01-06 -10.00
        """,
        """
        s1 spending 01-05 -10.00 ref=B
        s2 spending 01-06 -20.00 ref=B
        s3 spending 01-07 -10.00
        """,
        ["L1 ?", "L2 ?", "s1 ?", "s2 ?", "s3 ?"],
    ),
    "nor is it paired in order with others": (
        """
        L1 01-06 -30.00
        L2 01-06 -10.00
        L3 01-06 -10.00
        """,
        """
        s1 spending 01-05 -10.00 ref=B
        s2 spending 01-06 -20.00 ref=B
        s3 spending 01-07 -10.00
        """,
        ["L1 ?", "L2 ?", "L3 ?", "s1 ?", "s2 ?", "s3 ?"],
    ),
    "two batches of one sum are left open": (
        "L1 01-06 -30.00",
        """
        s1 spending 01-06 -10.00 ref=B
        s2 spending 01-06 -20.00 ref=B
        s3 spending 01-06 -15.00 ref=C
        s4 spending 01-06 -15.00 ref=C
        """,
        ["L1 ?", "s1 ?", "s2 ?", "s3 ?", "s4 ?"],
    ),
    # --- nothing ---
    "nothing is nothing": ("", "", []),
}


@pytest.mark.parametrize("title", TABLES)
def test_matching(title: str) -> None:
    some, expected, result = TABLES[title]

    assert found(lines(some), items(expected)) == result


def test_the_window_can_be_set() -> None:
    some, expected = lines("L1 01-05 -10.00"), items("s1 spending 01-15 -10.00")

    assert found(some, expected, window_days=10) == ["L1 = s1 (near)"]


def test_a_line_or_an_item_that_is_there_twice_is_refused() -> None:
    one, item = lines("L1 01-05 -10.00"), items("s1 spending 01-05 -10.00")

    with pytest.raises(ValueError, match="a line or an item is there twice"):
        found(one * 2, item)
    with pytest.raises(ValueError, match="a line or an item is there twice"):
        found(one, item * 2)


def test_of_what_goes_out_the_account_is_not_known() -> None:
    with pytest.raises(ValueError, match="p1 goes out: give its fingerprint, not the account"):
        items("p1 payment 01-05 -10.00 iban=a")
