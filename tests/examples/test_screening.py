"""What is left out of a free text before it is stored, and what is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger import screening
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
        # What only looks like it stays.
        ("dossier 123456789", "dossier 123456789", ()),
        ("NL92 ABNA 0417 1643 00", "NL92 ABNA 0417 1643 00", ()),
        ("factuur 2026-0345 van 12-03-2026, € 1.234,56", None, ()),
        ("20260312", None, ()),
        ("1112223334", None, ()),
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


def test_every_free_text_of_an_order_is_screened_and_nothing_else() -> None:
    texts: dict[str, Any] = dict.fromkeys(screening.SCREENED, "zie 111222333")
    order = Order(
        id="111222333", spent_on=date(2026, 3, 2), amount_cents=1_00, category="food",
        organisation="a", **texts,
    )  # fmt: skip

    clean, left = screening.screened(order)

    assert {getattr(clean, member) for member in texts} == {"zie […]"}
    assert clean.id == "111222333"
    assert left == tuple(Left(member=member, kind="bsn") for member in screening.SCREENED)


def test_whoever_writes_a_reason_is_told_what_to_leave_out() -> None:
    assert screening.wrong_note("de huur gaat door") is None
    assert screening.wrong_note("bel 06-12345678 of mail a@b.example") == (
        "holds what looks like a telephone number and an e-mail address; leave it out"
    )
    assert "characters long" in str(screening.wrong_note("x" * 3000))
