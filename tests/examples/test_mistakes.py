"""What is said about input that is wrong: where it stands, what it is, what would be right.

The command refuses such input as a whole (``tests/e2e/test_wrong_input.py``); here every
sentence has its case.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from ledger import facts_files
from ledger.agreement import reading
from ledger.errors import WrongInput
from tests.support.funds import agreement

EXAMPLE: Final = (Path(__file__).parents[1] / "support/rivierenland/agreement.toml").read_text(
    "utf-8"
)
LAST: Final = '[[assignment]]\nkey = "inwoners"'
MEASURE: Final = 'kind = "measure"\nmeasure = "inhabitants"'
LIMIT: Final = (
    '[[lawfulness.limit]]\nparty = "rivierstad"\nyear = 2026\nshare = "%s"\nbase_amount = "1.00"\n'
)
CAP: Final = '[[ladder]]\nkind = "%s"\nparty = "%s"\namount = "%s"\nper = "%s"\nover = "%s"\n'
BUDGET: Final = '[[budget]]\nparty = "rivierstad"\nyear = 2026\namount = "1.00"\n'
TIERED: Final = '[[key]]\ncode = "t%d"\nkind = "tiered"\ntiers = [%s]\n'

MISTAKES: Final[dict[str, tuple[str, str, str]]] = {
    "two budgets for a year": ("", BUDGET, "budget[4]: this party has a budget for this year"),
    "two limits for a year": (
        "", "[lawfulness]\n" + LIMIT % "0.01" * 2,
        "lawfulness.limit[2]: this party has limits for this year already",
    ),
    "two caps of one party": (
        "", CAP % ("cap", "de-brug", "1.00", "year", "inwoners"),
        "ladder[2]: this party has a cap already",
    ),
    "a party twice in a list": (
        MEASURE, 'kind = "equal"\nparties = ["rivierstad", "rivierstad"]',
        "key[inwoners].parties[2]: 'rivierstad' stands in this list twice",
    ),
    "a category twice in a list": (
        '"deposit", "emergency-shelter"', '"deposit", "deposit"',
        "assignment[1].category[3]: 'deposit' stands in this list twice",
    ),
    "an empty list": (
        '["rent-arrears", "deposit", "emergency-shelter"]', "[]",
        "assignment[1].category: () does not fit; write a list with at least one item",
    ),
    "an unknown party in shares": (
        MEASURE, 'kind = "fixed"\nshares = { niemand = "1" }',
        "key[inwoners].shares.niemand: there is no party 'niemand'",
    ),
    "a regime that does not exist": (
        "", '[lawfulness]\nregime = "2019"\n',
        "lawfulness.regime: there is no regime '2019'; there are 2023, 2025",
    ),
    "a measure for a rule that does not exist": (
        "", '[[lawfulness.measure]]\nrule = "nobody"\ntext = "x"\n',
        "lawfulness.measure[1].rule: there is no rule 'nobody'; there are area-outside, budget,",
    ),
    "two measures for a rule": (
        "", '[[lawfulness.measure]]\nrule = "budget"\ntext = "x"\n' * 2,
        "lawfulness.measure[2].rule: this rule has a measure already",
    ),
    "an unknown party with a limit": (
        "", "[lawfulness]\n" + (LIMIT % "0.01").replace("rivierstad", "x"),
        "lawfulness.limit[1].party: there is no party 'x'",
    ),
    "an unknown key in a part": (
        "", '[[key]]\ncode = "b"\nkind = "blend"\nparts = [{ key = "x", share = "1" }]\n',
        "key[b].parts[1].key: there is no key 'x'",
    ),
    "parts that do not sum to 1": (
        "", '[[key]]\ncode = "b"\nkind = "blend"\nparts = [{ key = "inwoners", share = "0.9" }]\n',
        "key[b].parts: shares sum to 9/10, not to exactly 1",
    ),
    "a bound on the last tier": (
        '{ key = "woonplaats" }]', '{ up_to = "200.00", key = "woonplaats" }]',
        "key[klein-samen].tiers[2].up_to: the last tier has no bound",
    ),
    "no bound before the last tier": (
        'up_to = "150.00", ', "",
        "key[klein-samen].tiers[1].up_to: is missing; only the last tier has no bound",
    ),
    "tiers in tiers": (
        '{ key = "woonplaats" }]', '{ key = "t1" }]\n' + TIERED % (1, '{ key = "inwoners" }'),
        "key[klein-samen].tiers[2].key: leads to the tiered key 't1'",
    ),
    "tiers in tiers through a blend": (
        '{ key = "woonplaats" }]',
        '{ key = "b" }]\n' + TIERED % (1, '{ key = "inwoners" }')
        + '[[key]]\ncode = "b"\nkind = "blend"\nparts = [{ key = "t1", share = "1" }]\n',
        "key[klein-samen].tiers[2].key: leads to the tiered key 't1'",
    ),
    "a fallback that weighs only who leaves": (
        MEASURE, 'kind = "fixed"\nshares = { zorgverzekeraar = "1" }',
        "fallback: 'inwoners' may fail too: on 2026-01-01 it gives no participant a weight",
    ),
    "different keys for caps": (
        "", CAP % ("cap", "rivierstad", "1.00", "year", "even")
        + '[[key]]\ncode = "even"\nkind = "equal"\n',
        "ladder[2].over: all caps have the same over; write 'inwoners'",
    ),
    "different stretches for caps": (
        "", CAP % ("cap", "rivierstad", "1.00", "settlement", "inwoners"),
        "ladder[2].per: all caps have the same per; write 'year'",
    ),
    "a floor above the cap": (
        "", CAP % ("floor", "de-brug", "24000.01", "year", "inwoners"),
        "ladder[2].amount: the floor is higher than the cap of 24000.00",
    ),
    "a tolerance above 1": (
        "", '[lawfulness]\nfund_tolerance = "10"\n',
        "lawfulness.fund_tolerance: is more than 1; write 10% as '0.10'",
    ),
    "a limit above 1": (
        "", "[lawfulness]\n" + LIMIT % "2",
        "lawfulness.limit[1].share: is more than 1; write 2% as '0.02'",
    ),
    "more days than a year": (
        "[settlement]\n", "[settlement]\npayment_days = 4000\n",
        "settlement.payment_days: must be 366 or less",
    ),
    "version 0": ("version = 1", "version = 0", "agreement.version: must be 1 or more"),
    "an OIN that is too short": (
        'kind = "social-service"', 'kind = "social-service"\noin = "123"',
        "party[sociale-dienst].oin: '123' does not fit; write 20 digits between quotes",
    ),
    "an end of line in a name": (
        'name = "Gemeente Dijkhuizen"', 'name = "Dijk\\nhuizen"',
        "party[dijkhuizen].name: 'Dijk\\nhuizen' holds a character that nobody sees; leave it out",
    ),
    "a name of blanks": (
        'name = "Gemeente Dijkhuizen"', 'name = "  "',
        "party[dijkhuizen].name: '  ' begins or ends with a blank; leave it out",
    ),
    "another currency": (
        '"EUR"', '"USD"', "fund.currency: 'USD' does not fit; write 'EUR'",
    ),
    "an address without a town": (
        ', town = "Dijkhuizen" }', " }",
        "party[dijkhuizen].address.town: is missing; write a text between quotes",
    ),
    "an address that is no table": (
        'address = { street = "Dorpsstraat"', 'address = 12 # { street = "Dorpsstraat"',
        "party[dijkhuizen].address: 12 does not fit; write { street = …, number = …, postcode",
    ),
    "a measure below nothing": (
        "inhabitants = 31550", "inhabitants = -1",
        "party[dijkhuizen].measures.inhabitants: '-1' is not an exact number of 0 or more",
    ),
    "a measure that is true": (
        "inhabitants = 31550", "inhabitants = true",
        "party[dijkhuizen].measures.inhabitants: write a number, a decimal",
    ),
    "a number where tables belong": (
        "schema = 1", "schema = 1\nmandate = 3", "mandate: 3 does not fit; write one or more",
    ),
    "a text where shares belong": (
        MEASURE, 'kind = "fixed"\nshares = "evenly"',
        "key[inwoners].shares: 'evenly' does not fit; write a table such as shares",
    ),
    "no parts in a blend": (
        "", '[[key]]\ncode = "b"\nkind = "blend"\nparts = []\n',
        "key[b].parts: () does not fit; write a list with one or more of { key = …, share = … }",
    ),
}  # fmt: skip

TEXTS: Final = (
    "id,spent_on,amount,category,case,organisation,home,advanced_by,vat,vat_use,reverses,refunds\n"
)
ROWS: Final[dict[str, tuple[str, str]]] = {
    "a home that nobody knows": (
        "s1,2026-01-05,1.00,c,k,a,x,,,,,", "s.csv:2: home 'x' is not the code of a party",
    ),
    "an advance by a stranger": (
        "s1,2026-01-05,1.00,c,k,a,,x,,,,", "s.csv:2: advanced_by 'x' is not the code of a party",
    ),
    "more VAT than the amount": (
        "s1,2026-01-05,1.00,c,k,a,,,2.00,,,", "s.csv:2: vat must lie between 0 and the amount",
    ),
    "VAT of the other sign": (
        "s1,2026-01-05,1.00,c,k,a,,,-0.10,,,", "s.csv:2: vat must lie between 0 and the amount",
    ),
    "a use of VAT that nobody knows": (
        "s1,2026-01-05,1.00,c,k,a,,,,all,,", "s.csv:2: vat_use 'all' is not one of none",
    ),
    "blanks round a code": (
        "s1,2026-01-05,1.00, c,k,a,,,,,,", "s.csv:2: category ' c' begins or ends with a blank",
    ),
    "a very long id": (
        "s" * 201 + ",2026-01-05,1.00,c,k,a,,,,,,", "s.csv:2: id is 201 characters long",
    ),
    "a reversal that is a refund": (
        "s1,2026-01-05,1.00,c,k,a,,,,,s2,s2",
        "s.csv:2: has more than one of reverses, refunds, replaces",
    ),
    "an empty cell": (
        "s1,2026-01-05,,c,k,a,,,,,,", "s.csv:2: amount is empty; fill it",
    ),
    "a very long amount": (
        f"s1,2026-01-05,{'1' * 60},c,k,a,,,,,,", "is not an amount; write digits with a dot",
    ),
}  # fmt: skip


def said(text: str) -> str:
    with pytest.raises(WrongInput) as caught:
        reading.read("agreement.toml", text.encode())
    return str(caught.value)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_an_agreement_is_named(name: str) -> None:
    before, after, mistake = MISTAKES[name]
    assert before in EXAMPLE

    text = EXAMPLE.replace(before, after, 1) if before else f"{EXAMPLE}\n{after}"

    assert mistake in said(text)


def test_an_agreement_may_lose_a_participant_as_long_as_its_keys_still_weigh_somebody() -> None:
    leaves = "participant = true\nuntil = 2026-05-01\niban = 'NL52TEST0100001002'"
    stays = 'participant = true\niban = "NL52TEST0100001002"'
    assert stays in EXAMPLE

    agreement = reading.read("agreement.toml", EXAMPLE.replace(stays, leaves).encode())

    assert str(agreement.party[1].until) == "2026-05-01"


@pytest.mark.parametrize("name", ROWS)
def test_a_mistake_in_a_row_is_named(name: str) -> None:
    row, mistake = ROWS[name]

    with pytest.raises(WrongInput) as caught:
        facts_files.spendings("s.csv", f"{TEXTS}{row}\n".encode(), parties=("a", "b"))

    assert mistake in str(caught.value)


def test_of_very_many_mistakes_a_thousand_are_named_and_the_rest_counted() -> None:
    rows = "".join(f"s{row},2026-01-05,x,c,k,a,,,,,,\n" for row in range(1_500))

    with pytest.raises(WrongInput) as caught:
        facts_files.spendings("s.csv", (TEXTS + rows).encode(), parties=("a", "b"))

    assert len(caught.value.mistakes) == 1_001
    assert str(caught.value.mistakes[-1]) == "s.csv: 500 more mistakes"


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b"", "agreement.toml: is empty; write an agreement"),
        (b"# " + b"x" * 5_000_000, "agreement.toml: is larger than 5000000 bytes"),
        (b"a = 1\n# caf\xe9", "agreement.toml:2: is not UTF-8; save it as UTF-8"),
        (b"a = 1\nb = [", "agreement.toml: is not TOML"),
    ],
)
def test_what_is_no_agreement_at_all_is_said_to_be_none(content: bytes, mistake: str) -> None:
    with pytest.raises(WrongInput) as caught:
        reading.read("agreement.toml", content)

    assert mistake in str(caught.value)


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ('code = "rivierenland"', 'code = "elders"', "fund.code: is 'elders'; the other version"),
        ("version = 2", "version = 1", "agreement.version: is 1; a version that follows 1 has"),
    ],
)
def test_versions_of_one_fund_fit_together(before: str, after: str, mistake: str) -> None:
    following = (
        EXAMPLE.replace("version = 1", "version = 2")
        .replace("valid_until = 2027-01-01\n", "")
        .replace("valid_from = 2026-01-01", "valid_from = 2027-01-01")
    )
    old = ("old.toml", EXAMPLE.encode())
    assert len(reading.read_fund([old, ("new.toml", following.encode())])) == 2

    with pytest.raises(WrongInput) as caught:
        reading.read_fund([("new.toml", following.replace(before, after).encode()), old])

    assert f"new.toml: {mistake}" in str(caught.value)


def test_an_open_end_before_another_version_is_an_overlap() -> None:
    open_ended = EXAMPLE.replace("valid_until = 2027-01-01\n", "")
    following = EXAMPLE.replace("version = 1", "version = 2").replace(
        "= 2026-01-01", "= 2026-06-01"
    )

    with pytest.raises(WrongInput) as caught:
        reading.read_fund([("old.toml", open_ended.encode()), ("new.toml", following.encode())])

    assert "old.toml: agreement.valid_until: overlaps" in str(caught.value)
    assert "write valid_until = 2026-06-01" in str(caught.value)


def test_keys_stand_in_rows_that_people_can_follow() -> None:
    def rows_of(keys: int) -> str:
        first = '[[key]]\ncode = "even"\nkind = "equal"\n'
        return first + "".join(
            f'[[key]]\ncode = "k{at}"\nkind = "blend"\nparts = ['
            f'{{ key = "{previous}", share = "1/2" }}, {{ key = "even", share = "1/2" }}]\n'
            for at in range(1, keys)
            for previous in [f"k{at - 1}" if at > 1 else "even"]
        )

    reading.read("agreement.toml", agreement(rows_of(16)))
    with pytest.raises(WrongInput) as caught:
        reading.read("agreement.toml", agreement(rows_of(40)))
    assert str(caught.value) == (
        "agreement.toml: key[k16]: leads to its end through more than 16 keys; use fewer in a row"
    )
