"""Files that banks send, and what is read from them and kept of them.

Samples stand beside the project; the others are written by hand, one for each thing that
banks do differently.
"""

from __future__ import annotations

import gzip
import time
from dataclasses import astuple
from datetime import UTC, date, datetime

import pytest
from lxml import etree

from api.example.statement_of_account import Row, Sheet, written
from ledger.bank import kept, xmlfile
from ledger.bank.own_references import known, named
from tests.support.bank_files import (
    KEY,
    OTHER,
    POOL,
    RULES,
    entry,
    file,
    lines,
    only,
    payment,
    read,
    refusal,
    sample,
    schema,
    statement,
    told,
)

THIRD = "NL56AGDH9619008421"


# --- the samples ---------------------------------------------------------------------------


def test_sample_of_several_statements_of_one_account() -> None:
    first, second = read(sample("sample_camt053.v2.multi.statement.xml"))

    assert (first.account, first.identification, first.number) == (
        OTHER,
        "253EURNL26VAYB8060476890",
        12312,
    )
    assert told(first) == ["2014-12-31 8.85 -"]
    assert (first.balances.opening_cents, first.balances.closing_cents) == (1815, 2700)
    assert (second.identification, second.number) == ("254EURNL26VAYB8060476890", None)
    assert told(second) == ["2014-12-31 -7.00 -"]
    assert (second.balances.opening_cents, second.balances.closing_cents) == (2700, 2000)
    (debit,) = second.entries
    (part,) = debit.payments
    assert (part.iban, part.end_to_end) == (THIRD, "000000002")
    assert part.remittance == "Transaction Description 2"


def test_sample_of_version_08_with_an_instant_and_a_closing_balance_that_is_not_in_euros() -> None:
    found = only(sample("sample_camt053.v8.xml"))

    assert found.account == OTHER
    assert told(found) == ["2014-12-31 8.85 AAAASESS-FP-CN_98765/01"]
    assert (found.balances.opening_cents, found.balances.closing_cents) == (1815, None)
    assert found.entries[0].payments[0].iban == THIRD
    assert found.entries[0].payments[0].end_to_end == "MUELL/FINP/RA12345"
    assert found.entries[0].payments[0].remittance == "4654654654654654"


def test_sample_with_a_period_that_is_not_that_of_its_entries() -> None:
    found = only(sample("sample_camt053.v2.minimal.ultimate.xml"))

    assert told(found) == ["2014-12-31 8.85 -"]
    assert found.last_day == date(2014, 12, 31)
    assert found.entries[0].payments[0].remittance == "4654654654654654"


def test_sample_of_all_types_of_balance_does_not_add_up_and_says_by_how_much() -> None:
    wrong = refusal(sample("sample_camt053.v2.all-balance-types.xml"))

    assert wrong == [
        "bank.xml:10: statement CAMT0532015012200001 opens with 1.01 and closes with 4.04, and "
        "its entries differ from that by -5.82; export it from the bank again"
    ]


@pytest.mark.parametrize("version", ["02", "08"])
def test_files_written_by_hand_here_are_valid(version: str) -> None:
    held = schema(version)
    if held is None:
        pytest.skip("the schemas are not here: ../shared/data/sepa (or set OVERBRUG_SHARED)")
    # file() holds each file of these tests against it, and does refuse what is wrong.
    with pytest.raises(etree.DocumentInvalid, match="not expected"):
        file("<Nonsense/>", version=version)


# --- what is in a file ---------------------------------------------------------------------


@pytest.mark.parametrize("version", ["02", "08"])
def test_both_versions_say_the_same(version: str) -> None:
    found = only(
        file(
            statement(
                entry(
                    "2026-01-05 -10.00", "R1",
                    payment("-4.00", payee=OTHER, text="rent"), payment("-6.00", payee=THIRD),
                ),
                entry("2026-01-06 12.50", "R2", payment(payer=OTHER, end_to_end="E1")),
                entry("2026-01-07 1.00", "R3", status="PDNG"),
                balances="OPBD 100.00 2026-01-01, CLBD 102.50 2026-01-31",
            ),
            version=version,
        )
    )  # fmt: skip

    assert told(found) == ["2026-01-05 -4.00 R1", "2026-01-05 -6.00 R1", "2026-01-06 12.50 R2"]
    assert [part.iban for each in found.entries for part in each.payments] == [OTHER, THIRD, OTHER]
    assert (found.last_day, found.passed_over) == (date(2026, 1, 31), 1)


def test_other_versions_of_the_message_are_read_by_their_names() -> None:
    content = file(statement(entry("2026-01-05 -10.00", "R1"))).replace(b"001.08", b"001.10")

    assert told(only(content)) == ["2026-01-05 -10.00 R1"]


def test_several_accounts_in_a_file_and_only_one_that_is_looked_at() -> None:
    content = file(
        statement(entry("2026-01-05 5.00", currency="USD"), account=OTHER, name="A"),
        statement(entry("2026-01-06 -10.00", "R2"), name="B"),
    )

    assert told(read(content, account="nl91 abna 0417 1643 00")[0]) == ["2026-01-06 -10.00 R2"]
    assert refusal(content) == ["bank.xml:5: statement A, entry 1: is in USD; only EUR is kept"]
    assert refusal(content, account=THIRD) == [
        f"bank.xml: holds no statement of {THIRD}, only of {OTHER}, {POOL}"
    ]


def test_an_account_without_iban_has_the_number_of_the_bank() -> None:
    assert only(file(statement(account="12 345"))).account == "12345"


def test_a_statement_without_entries_is_one() -> None:
    found = only(file(statement(balances="OPBD 5.00 2026-01-03, CLBD 5.00 2026-01-04")))

    assert (found.entries, found.turnover_cents, found.last_day) == ((), 0, date(2026, 1, 4))


@pytest.mark.parametrize(
    ("balances", "opening", "closing"),
    [
        ("OPAV 1.00 2026-01-01", None, None),
        ("PRCD 1.00 2025-12-31", 100, None),
        ("PRCD 2.00 2025-12-31, OPBD 1.00 2026-01-01, CLBD -9.00 2026-01-31", 100, -900),
        ("OPBD -1.00 2026-01-01, ITBD 7.00 2026-01-02, CLAV 3.00 2026-01-31", -100, None),
        ("CLBD 3.00 2026-01-31", None, 300),
        ("OPBD 1.00 2026-01-01, OPBD 9.00 2026-01-01 USD", 100, None),
        (
            "OPBD 1.00 2026-01-01, CLBD 9.00 2026-01-01, OPBD 9.00 2026-01-02, "
            "CLBD -9.00 2026-01-02",
            100,
            -900,
        ),
    ],
)  # fmt: skip
def test_booked_balances_in_euros_are_read_and_others_are_not(
    balances: str, opening: int | None, closing: int | None
) -> None:
    found = only(file(statement(entry("2026-01-05 -10.00", "R1"), balances=balances)))

    assert (found.balances.opening_cents, found.balances.closing_cents) == (opening, closing)


def test_two_balances_for_one_moment_are_a_mistake() -> None:
    content = file(statement(balances="OPBD 1.00 2026-01-01, OPBD 2.00 2026-01-01"))

    assert refusal(content) == [
        "bank.xml:4: statement S1 has 1.00 and 2.00 as OPBD of 2026-01-01; one of them is right"
    ]


def test_entries_that_are_not_the_difference_of_the_balances_are_a_mistake() -> None:
    content = file(
        statement(
            entry("2026-01-05 -10.00", "R1"),
            balances="OPBD 100.00 2026-01-01, CLBD 89.99 2026-01-31",
        )
    )

    assert refusal(content) == [
        "bank.xml:4: statement S1 opens with 100.00 and closes with 89.99, and its entries differ "
        "from that by -0.01; export it from the bank again"
    ]


def test_parts_of_a_statement_that_show_the_balances_of_the_whole_keep_their_own() -> None:
    whole = "OPBD 100.00 2026-01-01, CLBD 80.00 2026-01-31"
    one, two = read(
        file(
            statement(entry("2026-01-05 -15.00", "R1"), balances=whole, page="1"),
            statement(entry("2026-01-06 -5.00", "R2"), balances=whole, page="2 last"),
        )
    )

    assert (one.balances.opening_cents, one.balances.closing_cents) == (10000, None)
    assert (two.balances.opening_cents, two.balances.closing_cents) == (None, 8000)


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR"])
def test_what_is_not_booked_yet_is_passed_over_and_counted(status: str) -> None:
    found = only(
        file(
            statement(
                entry("2026-01-05 -10.00", "R1"),
                entry("2026-01-05 -3.00", status=status),
                balances="OPBD 10.00 2026-01-01, CLBD 0.00 2026-01-05",
            )
        )
    )

    assert (told(found), found.passed_over) == (["2026-01-05 -10.00 R1"], 1)


def test_an_entry_of_nothing_is_passed_over() -> None:
    assert only(file(statement(entry("2026-01-05 0.00", "R1")))).passed_over == 1


def test_a_reversal_goes_the_way_it_says_and_its_payer_is_that_of_what_it_takes_back() -> None:
    # Money comes back in: what it takes back went out, from the pool to THIRD.
    found = only(
        file(
            statement(
                entry("2026-01-05 10.00", "R1", payment(payer=POOL, payee=THIRD), reversal=True),
                entry("2026-01-06 -7.00", "R2", payment(payer=OTHER, payee=POOL), reversal=True),
                balances="OPBD 0.00 2026-01-01, CLBD 3.00 2026-01-31",
            )
        )
    )

    assert told(found) == ["2026-01-05 10.00 R1", "2026-01-06 -7.00 R2"]
    assert [each.payments[0].iban for each in found.entries] == [THIRD, OTHER]


@pytest.mark.parametrize(("reversal", "opposite"), [(True, THIRD), (False, None)])
def test_of_a_reversal_it_is_who_got_what_comes_back(reversal: bool, opposite: str | None) -> None:
    one = entry("2026-01-05 10.00", "R1", payment(payee=THIRD), reversal=reversal)

    assert only(file(statement(one))).entries[0].payments[0].iban == opposite


def test_a_return_that_is_not_called_a_reversal_has_the_account_opposite_too() -> None:
    found = only(file(statement(entry("2026-01-05 10.00", "R1", payment(payer=POOL, payee=THIRD)))))

    assert found.entries[0].payments[0].iban == THIRD


def test_an_entry_from_the_account_to_itself_has_nobody_opposite() -> None:
    found = only(file(statement(entry("2026-01-05 1.00", "R1", payment(payer=POOL, payee=POOL)))))

    assert found.entries[0].payments[0].iban is None


@pytest.mark.parametrize(
    ("on", "day"),
    [
        ("2026-01-05", "2026-01-05"),
        ("2026-01-05+01:00", "2026-01-05"),
        ("2026-01-05T23:30:00Z", "2026-01-06"),
        ("2025-12-31T23:30:00+00:00", "2026-01-01"),
        ("2026-01-05T23:30:00", "2026-01-05"),
        ("2026-01-05T00:30:00.123+02:00", "2026-01-04"),
        ("2028-02-29T12:00:00+01:00", "2028-02-29"),
    ],
)
def test_the_day_is_that_of_the_fund(on: str, day: str) -> None:
    assert told(only(file(statement(entry(f"{on} 1.00", "R1"))))) == [f"{day} 1.00 R1"]


@pytest.mark.parametrize(
    ("written_amount", "amount"),
    [
        ("8.850", "8.85"),
        ("8.85000", "8.85"),
        ("2700", "2700.00"),
        ("0.01", "0.01"),
        ("007", "7.00"),
        (".50", "0.50"),
        ("5.", "5.00"),
        ("10000000000.00", "10000000000.00"),
    ],
)
def test_amounts_are_exact_to_the_cent(written_amount: str, amount: str) -> None:
    assert told(only(file(statement(entry(f"2026-01-05 {written_amount}", "R1"))))) == [
        f"2026-01-05 {amount} R1"
    ]


# --- batches and references ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("payments", "amounts"),
    [
        (["-4.00", "-6.00"], ["-4.00", "-6.00"]),
        (["-4.00", "0.00", "-6.00"], ["-4.00", "-6.00"]),
        (["-12.00", "2.00"], ["-12.00", "2.00"]),
        (["-4.00", "-5.99"], ["-10.00"]),
        (["-4.00", ""], ["-10.00"]),
        (["", "3.00", "-3.00"], ["-10.00"]),
        (["-10.00"], ["-10.00"]),
        (["-9.00"], ["-10.00"]),
    ],
)
def test_a_batch_is_its_payments_where_they_add_up(payments: list[str], amounts: list[str]) -> None:
    batch = entry("2026-01-05 -10.00", "R1", *map(payment, payments))

    found = told(only(file(statement(batch))))
    assert found == [f"2026-01-05 {each} R1" for each in amounts]


def test_a_payment_of_nothing_in_an_entry_has_the_direction_of_the_entry() -> None:
    one = entry("2026-01-05 10.00", "R1", payment("0.00", payer=OTHER))

    assert only(file(statement(one))).entries[0].payments[0].iban == OTHER


def test_a_batch_in_another_currency_is_one_amount() -> None:
    parts = [payment("-4.00", currency="USD"), payment("-6.00", currency="USD")]

    found = told(only(file(statement(entry("2026-01-05 -10.00", "R1", *parts)))))
    assert found == ["2026-01-05 -10.00 R1"]


@pytest.mark.parametrize(
    ("payees", "texts", "kept_of_them"),
    [
        ([THIRD, THIRD], ["a", "b"], (THIRD, "batch")),
        ([THIRD, OTHER], ["a", "a"], (None, "a")),
    ],
)
def test_what_payments_of_one_amount_have_in_common_stays(
    payees: list[str], texts: list[str], kept_of_them: tuple[str | None, str]
) -> None:
    parts = [
        payment(amount, payee=payee, text=text)
        for amount, payee, text in zip(["-4.00", "-5.00"], payees, texts, strict=True)
    ]
    batch = entry("2026-01-05 -10.00", "R1", *parts, aside="batch")

    (found,) = only(file(statement(batch))).entries
    assert [(each.iban, each.remittance) for each in found.payments] == [kept_of_them]


def test_a_payment_without_a_text_has_that_of_its_entry() -> None:
    parts = [payment("-4.00", text="rent"), payment("-6.00")]
    batch = entry("2026-01-05 -10.00", "R1", *parts, aside="batch")

    (found,) = only(file(statement(batch))).entries
    assert [each.remittance for each in found.payments] == ["rent", "batch"]


@pytest.mark.parametrize(
    ("reference", "own", "number", "found"),
    [
        ("R1", "R2", "R3-2026", "R1"),
        ("", "R2", "R3-2026", "R2"),
        ("NONREF", "", "R3-2026", "R3-2026"),
        ("", "", "000017", None),  # a counter within the statement is no reference
        ("", "", "NOTPROVIDED", None),
        ("", "", "", None),
    ],
)
def test_the_reference_is_the_banks_own(
    reference: str, own: str, number: str, found: str | None
) -> None:
    one = entry("2026-01-05 1.00", reference, payment(reference=own), number=number)

    assert only(file(statement(one))).entries[0].reference == found


def test_the_text_is_what_the_payer_wrote_else_what_the_bank_added() -> None:
    found = only(
        file(
            statement(
                entry("2026-01-05 1.00", "R1", payment(text="  two   words ", formal="RF18")),
                entry("2026-01-05 1.00", "R2", aside="costs"),
                entry("2026-01-05 1.00", "R3", payment(end_to_end="NOTPROVIDED"), aside="card"),
            )
        )
    )

    assert [each.payments[0].remittance for each in found.entries] == [
        "two words RF18",
        "costs",
        "card",
    ]
    assert found.entries[2].payments[0].end_to_end is None


def test_what_is_of_people_is_not_shown_by_accident() -> None:
    one = entry("2026-01-05 1.00", "R1", payment(payer=THIRD, text="for Jo", end_to_end="Jo-1"))

    shown = repr(only(file(statement(one))))
    assert "R1" in shown
    assert THIRD not in shown
    assert "Jo" not in shown


# --- what is wrong with a file -------------------------------------------------------------


def changed(old: str, new: str) -> bytes:
    """Return a file with one entry of 1.00, with something in the entry replaced."""
    head, tail = file(statement(entry("2026-01-05 1.00", "R1"))).decode().split("<Ntry>")
    assert old in tail
    return f"{head}<Ntry>{tail.replace(old, new, 1)}".encode()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (">1.00<", ">1,00<", "'1,00' is not an amount; it is written as 1234.50, and CdtDbtInd "
                             "says which way it goes"),
        (">1.00<", ">-1.00<", "'-1.00' is not an amount; it is written as 1234.50, and CdtDbtInd "
                              "says which way it goes"),
        (">1.00<", ">1e3<", "'1e3' is not an amount; it is written as 1234.50, and CdtDbtInd says "
                            "which way it goes"),
        (">1.00<", "><", "'' is not an amount; it is written as 1234.50, and CdtDbtInd says which "
                         "way it goes"),
        (">1.00<", ">1.005<", "'1.005' is no whole number of cents; at most two decimals are"),
        (">1.00<", ">10000000000.01<", "'10000000000.01' is more than 10000000000.00"),
        ('"EUR"', '"SEK"', "is in SEK; only EUR is kept"),
        (' Ccy="EUR"', "", "is in no currency; only EUR is kept"),
        ('<Amt Ccy="EUR">1.00</Amt>', "", "has no amount; Amt says how much"),
        (">CRDT<", ">C<", "CdtDbtInd is 'C'; it is CRDT or DBIT"),
        ("<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Cd>DONE</Cd></Sts>",
         "Sts is 'DONE'; it is one of BOOK, PDNG, INFO, FUTR"),
        ("<Sts><Cd>BOOK</Cd></Sts>", "",
         "Sts is 'missing'; it is one of BOOK, PDNG, INFO, FUTR"),
        ("<Dt>2026-01-05</Dt>", "<Dt>2026-02-30</Dt>",
         "'2026-02-30' is not a date; it is written as 2026-01-31"),
        ("<Dt>2026-01-05</Dt>", "<Dt>05-01-2026</Dt>",
         "'05-01-2026' is not a date; it is written as 2026-01-31"),
        ("<Dt>2026-01-05</Dt>", "<DtTm>2026-01-05 12:00</DtTm>",
         "'2026-01-05 12:00' is not an instant; it is written as 2026-01-31T13:15:00+01:00"),
        ("<Dt>2026-01-05</Dt>", "<DtTm>0001-01-01T00:00:00+14:00</DtTm>",
         "'0001-01-01T00:00:00+14:00' is not an instant; it is written as "
         "2026-01-31T13:15:00+01:00"),
        ("<BookgDt><Dt>2026-01-05</Dt></BookgDt>", "",
         "has no day of booking (BookgDt); what is booked has one"),
    ],
)  # fmt: skip
def test_an_entry_that_cannot_be_read_is_named(old: str, new: str, what: str) -> None:
    assert refusal(changed(old, new)) == [f"bank.xml:5: statement S1, entry 1: {what}"]


def test_a_reversal_is_true_or_false() -> None:
    content = changed("<Sts>", "<RvslInd>yes</RvslInd><Sts>")

    assert refusal(content) == [
        "bank.xml:5: statement S1, entry 1: RvslInd is 'yes'; it is true or false"
    ]


def test_all_that_is_wrong_is_named_at_once_with_its_line() -> None:
    content = file(
        statement(
            entry("2026-01-05 1.001"),
            entry("2026-01-05 1.00"),
            entry("2026-01-05 2.002"),
            balances="OPBD 1.00 2026-01-01, CLBD 5.00 2026-01-31",
        ),
        statement(balances="OPBD 1.00 2026-01-01, CLBD 2.00 2026-01-02", name="S2"),
        statement(entry("2026-01-05 3.003"), name="S3"),
    )

    assert [each.split(": ")[0:2] for each in refusal(content)] == [
        ["bank.xml:5", "statement S1, entry 1"],
        ["bank.xml:7", "statement S1, entry 3"],
        ["bank.xml:8", "statement S2 opens with 1.00 and closes with 2.00, and its entries differ "
                       "from that by 1.00; export it from the bank again"],
        ["bank.xml:11", "statement S3, entry 1"],
    ]  # fmt: skip


def test_of_very_many_mistakes_the_number_is_said() -> None:
    content = file(statement(*[entry("2026-01-05 1.001")] * 1200))

    found = refusal(content)
    assert len(found) == 1001
    assert found[-1] == "bank.xml: 200 more mistakes"


def test_a_statement_says_whose_it_is() -> None:
    content = file(statement()).replace(f"<Acct><Id><IBAN>{POOL}</IBAN></Id></Acct>".encode(), b"")

    assert refusal(content, account=POOL) == [
        "bank.xml:4: statement S1 does not say whose it is; the account (Acct/Id) stands before "
        "entries"
    ]


def test_an_account_without_a_number_is_none() -> None:
    content = file(statement()).replace(f"<IBAN>{POOL}</IBAN>".encode(), b"<Othr><Id> </Id></Othr>")

    (found,) = refusal(content)
    assert "does not say whose it is" in found


def test_what_is_called_an_account_inside_an_entry_is_not_that_of_the_statement() -> None:
    inside = f"<SplmtryData><Acct><Id><IBAN>{THIRD}</IBAN></Id></Acct></SplmtryData></Ntry>"
    content = changed("</Ntry>", inside)

    assert only(content).account == POOL


def test_what_stands_before_the_message_is_passed_over() -> None:
    content = file(statement(entry("2026-01-05 1.00", "R1")))

    head, tail = content.split(b"\n", 1)
    assert told(only(head + b"<!-- " + b"x" * 5000 + b" -->" + tail)) == ["2026-01-05 1.00 R1"]
    (found,) = refusal(head + b"<!-- nothing -->")
    assert "is no XML, or not all of it" in found


def test_a_balance_has_a_day() -> None:
    content = file(statement(balances="OPBD 1.00 2026-01-01"))

    assert refusal(content.replace(b"<Dt><Dt>2026-01-01</Dt></Dt>", b"")) == [
        "bank.xml:4: statement S1 balance OPBD has no day; Dt says which"
    ]


def test_a_statement_has_a_day() -> None:
    content = file(statement()).replace(
        b"<CreDtTm>2026-02-01T06:00:00+01:00</CreDtTm><Acct>", b"<Acct>"
    )

    assert only(file(statement())).last_day == date(2026, 2, 1)
    assert refusal(content) == [
        "bank.xml:4: statement S1 has no balance, no entries and no day; CreDtTm says when it "
        "was made"
    ]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "bank.xml: is empty; a statement of account was expected"),
        (b" \n", "bank.xml: is empty; a statement of account was expected"),
        (b":20:940S260105\n:25:NL91ABNA0417164300\n",
         "bank.xml:1: is no XML, or not all of it (Start tag expected, '<' not found); export the "
         "file from the bank again"),
        (b"<?xml version='1.0'?>\n<html><body/></html>",
         "bank.xml:2: is <html>; a statement of account is camt.053, version 02 or 08: ask the "
         "bank for that"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"/>',
         "bank.xml:1: is a camt.054.001.08 message; a statement of account is camt.053, version "
         "02 or 08: ask the bank for that"),
        (b"<Document/>",
         "bank.xml:1: is <Document>; a statement of account is camt.053, version 02 or 08: ask "
         "the bank for that"),
    ],
)  # fmt: skip
def test_what_is_no_statement_says_what_would_be(content: bytes, what: str) -> None:
    assert refusal(content) == [what]


def test_a_file_without_statements_says_so() -> None:
    assert refusal(file(valid=False)) == [
        "bank.xml: holds no statement; export the statements of the account from the bank"
    ]


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_short_is_refused_whole(part: float) -> None:
    content = file(statement(*[entry("2026-01-05 1.00", "R1")] * 50))

    (found,) = refusal(content[: int(len(content) * part)])
    assert found.startswith("bank.xml:")
    assert "is no XML, or not all of it (" in found


def test_a_compressed_file_is_not_opened() -> None:
    (found,) = refusal(gzip.compress(file(statement())))

    assert "is no XML" in found


ENTITIES = '<!DOCTYPE Document [<!ENTITY a "ha">{}]>'.format(
    "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)
    )
)  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    "doctype",
    [
        ENTITIES,
        '<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Document [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;]>',
    ],
)
def test_a_document_type_is_refused_before_anything_is_made_of_it(
    doctype: str, encoding: str
) -> None:
    text = file(statement(name="@")).decode().replace("@", "&a;")
    text = text.replace("?>\n", f"?>\n{doctype}", 1).replace("UTF-8", encoding)
    began = time.monotonic()

    assert refusal(text.encode(encoding)) == [
        "bank.xml:2: declares a document type, which no bank does; export the file from the bank "
        "again"
    ]
    assert time.monotonic() - began < 1


def test_a_document_type_in_an_encoding_that_hides_it_is_refused_by_the_parser() -> None:
    text = '<?xml version="1.0" encoding="UTF-32BE"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'

    assert refusal(text.encode("utf-32-be")) == [
        "bank.xml:1: declares a document type, which no bank does; export the file from the bank "
        "again"
    ]


def test_what_nests_too_deep_is_refused() -> None:
    (found,) = refusal(file(statement()).replace(b"<Stmt>", b"<Stmt>" + b"<a>" * 1000))

    assert "Excessive depth" in found


def test_a_file_beyond_all_bounds_is_refused_unread() -> None:
    (found,) = refusal(b"<" * (xmlfile.SIZE_MAX + 1))

    assert found == "bank.xml: is larger than 100000000 bytes; ask the bank for shorter periods"


def test_a_file_of_very_many_lines_says_on_which() -> None:
    content = file(statement("\n" * 99_999, entry("2026-01-05 1.001")))

    (found,) = refusal(content)
    assert found.startswith("bank.xml:100005: statement S1, entry 1: ")


# --- what is kept --------------------------------------------------------------------------


def test_of_a_line_nothing_is_kept_that_is_of_people() -> None:
    (out, back, paid) = lines(
        file(
            statement(
                entry("2026-01-05 -10.00", "R1", payment(payee=OTHER, text="rent of Jo")),
                entry("2026-01-06 10.00", "R2", payment(payer=THIRD, text="from Jo")),
                entry("2026-01-07 10.00", "R3", payment(payer=OTHER, text="ovb 2026/17 thanks")),
            )
        )
    )

    hashed = kept.fingerprint(KEY, iban=OTHER, remittance="Rent  of JO")
    assert (out.amount_cents, out.booked_on, out.key.reference) == (-1000, date(2026, 1, 5), "R1")
    assert (out.fingerprint, out.iban, out.names) == (hashed, None, None)
    assert (back.iban, back.names) == (None, None)
    assert (paid.iban, paid.names) == (OTHER, "OVB-2026-17")
    said = " ".join(map(str, [out, back, paid]))
    assert [word for word in ("Jo", "rent", "thanks", THIRD) if word in said] == []


def test_the_hash_is_of_account_and_text_and_needs_the_key() -> None:
    alike = {
        kept.fingerprint(key, iban=iban, remittance=text)
        for key in (KEY, KEY[::-1])
        for iban, text in [(OTHER, "a"), (THIRD, "a"), (OTHER, "b"), (None, f"{OTHER}a")]
    }

    assert len(alike) == 8
    assert all(len(each) == 64 for each in alike)


def test_a_key_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="the key has 31 bytes; it needs at least 32"):
        kept.rules(KEY[:31], participants=[], references=[])


def test_the_key_is_not_shown_by_accident() -> None:
    assert str(KEY) not in repr(RULES)


def test_alike_entries_of_one_statement_are_told_apart() -> None:
    twice = file(statement(*[entry("2026-01-05 -10.00", aside="rent")] * 2))

    first, second = lines(twice)
    assert (first.key.ordinal, second.key.ordinal) == (1, 2)
    assert first.key.reference == second.key.reference
    assert first.key.reference.startswith("~")


def test_a_derived_reference_is_of_all_that_the_entry_says_but_not_of_its_statement() -> None:
    one = entry("2026-01-05 -10.00", "", payment("-4.00", text="a"), payment("-6.00", text="b"))
    again = entry("2026-01-05 -10.00", "", payment("-6.00", text="b"), payment("-4.00", text="a"))
    other = entry("2026-01-05 -10.00", "", payment("-4.00", text="b"), payment("-6.00", text="a"))

    found = [
        lines(file(statement(each, name=name)))[0].key.reference
        for each, name in ((one, "DAY"), (again, "MONTH"), (other, "DAY"))
    ]
    assert found[0] == found[1] != found[2]


def test_of_a_statement_are_kept_its_name_its_days_and_what_stood_on_the_account() -> None:
    content = file(
        statement(
            entry("2026-01-07 -10.00", "R1"),
            entry("2026-01-05 4.00", "R2"),
            number="7",
            balances="OPBD 100.00 2026-01-01, CLBD 94.00 2026-01-31",
        )
    )

    assert kept.extract(only(content)) == kept.Extract(
        account=POOL,
        identification="S1",
        number=7,
        page=1,
        opening_cents=10000,
        opened_on=date(2026, 1, 1),
        closing_cents=9400,
        turnover_cents=-600,
        first_day=date(2026, 1, 5),
        last_day=date(2026, 1, 31),
    )


def test_the_same_statement_again_brings_nothing() -> None:
    content = file(statement(entry("2026-01-05 -10.00", "R1"), entry("2026-01-05 -3.00")))
    before = lines(content)

    assert kept.added([], before) == before
    assert kept.added([line.key for line in before], lines(content)) == ()


def test_a_month_brings_what_its_days_did_not() -> None:
    day = lines(file(statement(entry("2026-01-05 -10.00", "R1"), name="DAY")))
    month = lines(
        file(
            statement(
                entry("2026-01-05 -10.00", "R1"), entry("2026-01-06 -10.00", "R2"), name="MONTH"
            )
        )
    )

    (new,) = kept.added([line.key for line in day], month)
    assert (new.key.reference, new.statement) == ("R2", "MONTH")


def test_an_entry_that_another_statement_splits_brings_nothing_either() -> None:
    whole = lines(file(statement(entry("2026-01-05 -10.00", "R1"))))
    split = lines(
        file(statement(entry("2026-01-05 -10.00", "R1", payment("-4.00"), payment("-6.00"))))
    )

    assert kept.added([line.key for line in whole], split) == ()
    assert kept.added([line.key for line in split], whole) == ()


@pytest.mark.parametrize(
    ("alone", "text", "found"),
    [
        ("OVB-2026-17", "", "OVB-2026-17"),
        ("ovb 2026 17", "", "OVB-2026-17"),
        ("", "Afrekening OVB-2026-17", "OVB-2026-17"),
        ("", "/REMI/USTD//ovb202617/", "OVB-2026-17"),
        ("", "OVB 2026 17 en OVB 2026 18", None),
        ("OVB-2026-18", "OVB-2026-17", None),
        ("OVB-2026-17", "OVB-2026-17", "OVB-2026-17"),
        ("", "xOVB-2026-17", None),
        ("", "OVB-2026-171", None),
        ("", "OVB-2026-17-2", "OVB-2026-17-2"),
        ("", "invoice 42", None),  # as short as a reference of the fund
        ("42", "", "42"),
        ("", "twin-1234", None),  # two references look alike
        ("", "", None),
    ],
)
def test_a_reference_of_the_fund_is_found_in_what_people_write(
    alone: str, text: str, found: str | None
) -> None:
    ours = known(
        ["OVB-2026-17", "OVB-2026-18", "OVB-2026-17-2", "42", "TWIN1234", "TWIN-1234", "-"]
    )

    assert named(ours, alone=alone, text=text) == found


# --- the writer of the example fund --------------------------------------------------------


def test_a_statement_that_the_example_writes_is_valid_and_read_as_it_was_meant() -> None:
    rows = [
        Row(
            booked_on=date(2026, 1, 5),
            amount_cents=-1005,
            reference="R1",
            iban=THIRD,
            text="x" * 200,
        ),
        Row(
            booked_on=date(2026, 1, 6), amount_cents=99, reference="R2", iban=OTHER, end_to_end="E"
        ),
    ]
    sheet = Sheet(
        account=POOL,
        number=3,
        opening_cents=5,
        first_day=date(2026, 1, 1),
        last_day=date(2026, 1, 31),
        rows=rows,
    )
    content = written([sheet, sheet], created_at=datetime(2026, 2, 1, 6, tzinfo=UTC))
    found, again = read(content)

    if held := schema("08"):
        held.assertValid(etree.fromstring(content))
    assert astuple(found) == astuple(again)
    assert told(found) == ["2026-01-05 -10.05 R1", "2026-01-06 0.99 R2"]
    assert [each.payments[0].iban for each in found.entries] == [THIRD, OTHER]
    assert found.entries[0].payments[0].remittance.replace(" ", "") == "x" * 200
    assert found.entries[1].payments[0].end_to_end == "E"
    assert (found.identification, found.number) == ("2026-003", 3)
    assert (found.balances.opening_cents, found.balances.closing_cents) == (5, -901)
