"""What is left out of a free text before it is stored, and what is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import citizen_numbers, orders, screening
from ledger.orders import Order
from ledger.screening import Left


@pytest.mark.parametrize(
    ("text", "stored", "kinds"),
    [
        ("BSN 111222333 staat erin", "BSN […] staat erin", ("bsn",)),
        ("1112.22.333 en 123456782.", "[…] en […].", ("bsn", "bsn")),
        ("111 222 333", "[…]", ("bsn",)),
        ("rekening NL91 ABNA 0417 1643 00 betaald", "rekening […] betaald", ("iban",)),
        ("nl91abna0417164300", "[…]", ("iban",)),
        ("BE68 5390 0754 7034", "[…]", ("iban",)),
        ("mail naar a.b@c.example, bel 06-12345678", "mail naar […], bel […]", ("email", "phone")),
        ("bel 0031 6 1234 5678", "bel […]", ("phone",)),
        ("078 - 612 34 56", "[…]", ("phone",)),
        # A number beside it hides nothing, nor what stands between its digits.
        ("appartement 145 1234 56 782", "appartement 145 […]", ("bsn",)),
        ("123 111222333 45", "123 […] 45", ("bsn",)),
        ("7 111 222 333 8", "7 […] 8", ("bsn",)),
        ("111 - 222 - 333", "[…]", ("bsn",)),
        ("111/222/333", "[…]", ("bsn",)),
        ("111_222_333", "[…]", ("bsn",)),
        ("111 \N{EN DASH} 222 \N{EN DASH} 333", "[…]", ("bsn",)),
        ("111  222\N{NO-BREAK SPACE}333", "[…]", ("bsn",)),
        ("111.222-333", "[…]", ("bsn",)),
        ("BSN:1.1.1.2.2.2.3.3.3;", "BSN:[…];", ("bsn",)),
        # Of two that overlap both go: 100100107 and 100107102.
        ("100 100 107 102 x", "[…] x", ("bsn",)),
        # What only looks like it stays.
        ("dossier 123456789", "dossier 123456789", ()),
        ("NL92 ABNA 0417 1643 00", "NL92 ABNA 0417 1643 00", ()),
        ("factuur 2026-0345 van 12-03-2026, € 1.234,56", None, ()),
        ("20260312", None, ()),
        ("1112223334", None, ()),
        ("111\n222\n333", None, ()),
        ("111 + 222 + 333", None, ()),
        ("111, 222, 333", None, ()),
        ("op 12-03-2026 1 keer", None, ()),
        ("betaald 06-03-2026, 450 euro", None, ()),
        ("maart 2026: 450,00 / 300,00 / 250,00", None, ()),
        ("€ 1.112,22 333 euro", None, ()),
        ("twee maanden huur @ 450", None, ()),
        ("", None, ()),
    ],
)
def test_a_text_is_stored_without_what_is_suspicious(
    text: str, stored: str | None, kinds: tuple[str, ...]
) -> None:
    assert screening.without(text) == (text if stored is None else stored, kinds)


def test_what_was_left_out_is_not_found_again() -> None:
    text = "111222333 NL91ABNA0417164300 a@b.example 06-12345678"

    stored, kinds = screening.without(text)

    assert sorted(kinds) == sorted(screening.KINDS)
    assert screening.without(stored) == (stored, ())


def test_an_author_may_say_that_a_number_is_no_bsn() -> None:
    assert screening.without("zaak 111222333", no_bsn=["111222333"]) == ("zaak 111222333", ())
    assert screening.without("zaak 123456782", no_bsn=["111222333"])[1] == ("bsn",)


@pytest.mark.parametrize("between", ["", " ", "  ", ".", "-", "/", " - ", " / ", "_"])
@pytest.mark.parametrize("before", ["", "1 ", "12-", "145 ", "1234/", "10. "])
@pytest.mark.parametrize("after", ["", " 1", "-12", " 145", "/1234", ". 10"])
def test_no_number_beside_it_and_no_way_to_write_it_hides_a_bsn(
    between: str, before: str, after: str
) -> None:
    for parts in (("123456782",), ("1234", "56", "782"), ("123", "456", "782"), ("12", "3456782")):
        stored, kinds = screening.without(f"{before}{between.join(parts)}{after}")

        assert "bsn" in kinds, stored
        assert not any(part in stored for part in parts if part not in before + after), stored


@given(bsn=st.integers(10**8, 10**9 - 1).map(str).filter(citizen_numbers.is_one), data=st.data())
def test_what_is_left_of_a_text_holds_no_bsn(bsn: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, 8), max_size=4)))
    parts = [bsn[a:b] for a, b in zip([0, *cuts], [*cuts, 9], strict=True)]
    word = st.one_of(
        st.sampled_from(["huur", "van", "€ 12,50", "06-12345678", "12-03-2026"]),
        st.integers(0, 99_999).map(str),
    )
    words = data.draw(st.lists(word, max_size=4))
    between = data.draw(st.sampled_from([" ", ".", "-", "/", " - "])).join(parts)
    words.insert(data.draw(st.integers(0, len(words))), between)

    stored, _ = screening.without(" ".join(words))

    assert between not in stored
    assert [*citizen_numbers.found(stored)] == []


@given(cents=st.integers(0, 10**9), day=st.dates(), years=st.integers(2020, 2040))
def test_amounts_dates_and_numbers_of_invoices_stay(cents: int, day: date, years: int) -> None:
    euros = f"{cents // 100:,}".replace(",", ".")
    text = f"factuur {years}-0345 van {day:%d-%m-%Y}: € {euros},{cents % 100:02} (1 van 2)"

    assert screening.without(text) == (text, ())


def test_every_text_of_an_order_is_screened_but_its_id_and_case() -> None:
    texts: dict[str, Any] = dict.fromkeys(screening.SCREENED, "zie 111222333")
    order = Order(
        id="111222333", spent_on=date(2026, 3, 2), amount_cents=1_00, category="food",
        organisation="a", case="111222333", **texts,
    )  # fmt: skip

    clean, left = screening.screened(order)

    assert {getattr(clean, member) for member in texts} == {"zie […]"}
    assert (clean.id, clean.case) == ("111222333", "111222333")
    assert {"professional", "domain"} <= texts.keys()
    assert left == tuple(Left(member=member, kind="bsn") for member in screening.SCREENED)


@pytest.mark.parametrize(
    ("text", "no_bsn", "is_wrong"),
    [
        ("111222333", None, True),
        ("1112.22.333", None, True),
        ("111 - 222 - 333", None, True),
        ("111222333", ("111222333",), False),
        ("111222333", ("123456782",), True),
        ("K111222333", None, False),
        ("2-31", None, False),  # passes once it is filled up with noughts
        ("123456789", None, False),
        ("01a224a1-e9b5-72e3-b087-111222333faa", None, False),
    ],
)
def test_a_case_is_no_bsn_and_an_id_is_a_number_of_a_program(
    text: str, no_bsn: tuple[str, ...] | None, *, is_wrong: bool
) -> None:
    order = Order(
        id=text, spent_on=date(2026, 3, 2), amount_cents=1_00, category="food", organisation="a",
        case=text, no_bsn=no_bsn,
    )  # fmt: skip

    found = [*map(str, orders.mistakes(order, ["a"], where="s"))]

    assert [each.split(" (BSN)")[0] for each in found] == (
        ["s: case: looks like a citizen service number"] if is_wrong else []
    )


def test_whoever_writes_a_reason_is_told_what_to_leave_out() -> None:
    assert screening.wrong_note("de huur gaat door") is None
    assert screening.wrong_note("bel 06-12345678 of mail a@b.example") == (
        "holds what looks like a telephone number and an e-mail address; leave it out"
    )
    assert "characters long" in str(screening.wrong_note("x" * 3000))
