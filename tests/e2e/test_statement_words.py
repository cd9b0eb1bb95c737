"""What a statement tells is true of its figures: every outcome, reason and amount."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from ledger.money import as_text
from ledger.texts import MINUS
from reports.accounts import accounts
from tests.support.funds import agreement, settle
from tests.support.statements import (
    COLUMNS,
    SPENDINGS,
    attached,
    contribution,
    paper,
    papers,
    rows,
    settled,
    squeezed,
    text,
)

if TYPE_CHECKING:
    from settlement.results import Position, Settlement

_AMOUNT: Final = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{3})*,\d{2}(?![\d%]|cent)")


def position(settlement: Settlement, party: str) -> Position:
    return next(each for each in settlement.positions if each.party == party)


def says(settlement: Settlement, party: str, *sentences: str) -> None:
    words = text(paper(settlement, party))
    for sentence in sentences:
        assert squeezed(sentence) in words, sentence


def says_not(settlement: Settlement, party: str, *sentences: str) -> None:
    words = text(paper(settlement, party))
    for sentence in sentences:
        assert squeezed(sentence) not in words, sentence


def row(spending: str, amount: str, advanced_by: str = "pool", day: str = "2026-01-03") -> str:
    return f"{spending},{day},,{amount},huur,,stad,,,,{advanced_by}\n"


DIRECT: Final = 'funding = "bridge"\ntransfers = "direct"\n'


@pytest.mark.parametrize(
    ("dorp", "sentence"),
    [
        ("30.00", "houdt u als kassier voor anderen aan: te weinig om nu over te maken"),
        ("10.00", "legt u als kassier voor anderen uit: te weinig om nu te innen"),
    ],
)
def test_with_direct_transfers_the_holder_stands_in_for_what_is_too_little(
    dorp: str, sentence: str
) -> None:
    # 100.00 over 3 : 1 : 1 is 60, 20, 20: dorp is 10.00 over or short, less than the minimum.
    settlement = settled(
        settlement=DIRECT,
        contributions=contribution("dorp", dorp)
        + contribution("zorg", as_text(10000 - int(Decimal(dorp) * 100))),
        spendings=f"{COLUMNS}\n{row('x-1', '100.00')}",
    )
    assert abs(position(settlement, "stad").carried_out_cents) == 1000
    says(settlement, "stad", f"€ 10,00 hiervan {sentence}")
    says_not(settlement, "stad", "waaronder niets wordt overgemaakt")
    assert squeezed("neemt de kassier zolang op zich") in text(papers(settlement)["summary.pdf"])


def test_who_got_an_advance_back_hands_it_over_and_is_not_called_short() -> None:
    settlement = settled(
        contributions=contribution("dorp", "500.00"),
        spendings=f"{COLUMNS}\n{row('x-1', '100.00')}{row('x-2', '-60.00', 'dorp')}",
    )
    says(
        settlement, "dorp",
        "U betaalt € 60,00", "Van wat u eerder voorschoot, kreeg u € 60,00 terug.",
        "U had € 500,00 ingelegd.", "dat draagt u nu af",
    )  # fmt: skip
    says_not(settlement, "dorp", "Uw saldo is negatief", f"{MINUS}€ 60,00 voorgeschoten")


def test_an_outsider_that_paid_in_is_not_told_that_its_participation_ends() -> None:
    settlement = settled(contributions=contribution("rijk", "50.00"))
    says(settlement, "rijk", "Uw organisatie neemt niet deel")
    says_not(settlement, "rijk", "uw deelname")


def test_a_final_settlement_speaks_of_no_next_one() -> None:
    settlement = settled(contributions=contribution("zorg", "500.00"), final=True)
    assert position(settlement, "zorg").closing_cents > 0
    says(
        settlement, "zorg", "Dit is de slotafrekening: wat daarmee gebeurt, staat in het convenant"
    )
    says_not(settlement, "zorg", "volgende afrekening")


def test_no_share_is_claimed_where_money_came_back() -> None:
    settlement = settled(
        spendings=f"{COLUMNS}\n{row('x-1', '-30.00')}x-2,2026-01-04,,10.00,geheim,,stad,,,,pool\n"
    )
    for content in papers(settlement).values():
        words = text(content)
        assert squeezed("draagt het meest") not in words
        assert squeezed("van alle kosten") not in words
        assert squeezed("Er zijn geen kosten te verdelen") not in words
    says(settlement, "dorp", "Per saldo kwam er bij een of meer organisaties geld terug")


def test_a_period_in_which_money_came_back_is_told_without_a_minus() -> None:
    settlement = settled(spendings=f"{COLUMNS}\n{row('x-1', '-30.00')}")
    says(settlement, "dorp", "kwam per saldo € 30,00 terug")
    says(settlement, "dorp", f"Uw kostenaandeel is € {MINUS}6,00.")


def test_directly_both_name_the_reference_of_who_pays() -> None:
    settlement = settled(
        settlement=DIRECT,
        contributions=contribution("stad", "113.34") + contribution("zorg", "10.02"),
    )
    (transfer, *_) = settlement.transfers
    for party in (transfer.payer, transfer.payee):
        says(settlement, party, f"onder vermelding van brug-2026-01-{transfer.payer}")


def test_who_left_is_promised_no_more_costs() -> None:
    rules = agreement(parties="a 1, b 1 until 2026-03-01")
    left = settle(rules, spendings="id amount\ns1 10.00", period="2026-01-01 2026-04-01")
    assert accounts(left.settlement)[1].forecast_cents == 500
    assert accounts(left.settlement)[0].forecast_cents == 2028  # 5.00 x 365 / 90
    says(left.settlement, "b", "Uw organisatie neemt niet meer deel")


def test_a_claim_about_shares_says_that_the_ladder_comes_after() -> None:
    cap = '[[ladder]]\nkind = "cap"\nparty = "dorp"\namount = "20.00"\nover = "gelijk"\n'
    says(settled(more=cap), "dorp", "Uw kostenaandeel is", "vóór vloeren, plafonds en risicopot")
    says_not(settled(), "dorp", "vóór vloeren")


def test_the_guarantee_is_about_the_lines_that_are_divided_together() -> None:
    plain = settled()
    says_not(plain, "dorp", "vallen daarbuiten", "valt daarbuiten")
    reversed_ = f"{COLUMNS},reverses\n" + "".join(
        f"{line.rstrip()},{to}\n"
        for line, to in (
            (row("x-1", "100.00"), ""),
            (row("x-2", "50.00"), ""),
            (row("x-3", "-50.00"), "x-2"),
        )
    )
    settlement = settled(spendings=reversed_)
    says(
        settlement, "dorp",
        "2 regels vallen daarbuiten: teruggeboekt, terugboeking of vervanging.",
        "Met alle regels samen wijkt het totaal",
    )  # fmt: skip
    assert squeezed("2 regels vallen daarbuiten") in text(papers(settlement)["summary.pdf"])


def test_deviations_add_up_since_the_fund_began() -> None:
    rules = agreement(parties="a 1, b 1, c 1")
    rows_ = """
        id  spent_on    amount
        s1  2026-01-15  1.00
        s2  2026-04-15  1.00
        """
    first = settle(rules, spendings=rows_, period="2026-01-01 2026-04-01")
    second = settle(rules, spendings=rows_, period="2026-04-01 2026-07-01", previous=[first])
    # 1.00 in three twice: who got the odd cent is 2/3 above exact, the others 1/3 below, each
    # time, for every settlement starts at zero.
    since = {each["organisation"]: each["since_start"] for each in second.about["rounding"]}
    nets = {each["organisation"]: each["net"] for each in first.about["rounding"]}
    assert sorted(nets.values()) == ["-0.333333", "-0.333333", "0.666666"]
    assert {code: Decimal(net) * 2 for code, net in nets.items()} == pytest.approx(
        {code: Decimal(net) for code, net in since.items()}, abs=Decimal("0.000002")
    )
    (b,) = (each for each in second.settlement.positions if each.party == "b")
    assert b
    says(second.settlement, "b", "Over alle 2 afrekeningen sinds het begin van het fonds samen")
    says_not(first.settlement, "b", "sinds het begin van het fonds")


def test_deviations_that_are_whole_cents_together_are_printed_whole() -> None:
    rules = agreement(parties="a 1, b 1, c 1")
    rows_ = "id spent_on amount\ns1 2026-01-15 0.01\ns2 2026-04-15 0.01\ns3 2026-07-15 0.01"
    runs: list[Any] = []
    for period in ("2026-01-01 2026-04-01", "2026-04-01 2026-07-01", "2026-07-01 2026-10-01"):
        runs.append(settle(rules, spendings=rows_, period=period, previous=list(runs)))
    # One of them bore 0.01 three times, where 0.01 in all was its exact share: 2 cents above.
    says(runs[-1].settlement, "a", f"wijkt uw totaal {MINUS}1,00 cent af van exact")


def test_vat_is_shown_by_the_same_cells_as_far_as_it_is_known() -> None:
    header = f"{COLUMNS},vat\n"
    with_vat = header + f"{row('x-1', '121.00').rstrip()},21.00\n{row('x-2', '10.00').rstrip()},\n"
    settlement = settled(spendings=with_vat)
    # 21.00 over 3 : 1 : 1 as the cells of 121.00: 72.60, 24.20, 24.20.
    says(
        settlement, "dorp",
        "In uw kostenaandeel zit € 4,20 btw, ter informatie.",
        "Van 1 regel van deze afrekening is de btw niet bekend.",
    )  # fmt: skip
    says_not(settled(), "dorp", "btw")


def test_others_see_a_group_where_the_agreement_has_groups() -> None:
    settlement = settled(spendings=SPENDINGS.replace(",huur,", ",verslavingskliniek,"))
    for content in papers(settlement).values():
        assert "verslavingskliniek" not in text(content)
        for file in attached(content).values():
            assert b"verslavingskliniek" not in file


VARIANTS: Final[dict[str, dict[str, Any]]] = {
    "ordinary": {},
    "bridge": {"settlement": 'funding = "bridge"'},
    "capped": {
        "more": '[[ladder]]\nkind = "cap"\nparty = "zorg"\namount = "20.00"\nover = "gelijk"\n'
        '[[budget]]\nparty = "zorg"\nyear = 2026\namount = "77.00"\n',
    },
    "paid in": {"contributions": contribution("zorg", "50.00") + contribution("zorg", "3.00")},
    "final": {"final": True, "contributions": contribution("zorg", "500.00")},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_amount_of_a_statement_of_totals_stands_in_its_attachment(variant: str) -> None:
    settlement = settled(**VARIANTS[variant])
    made = paper(settlement, "zorg")
    known = {
        abs(Decimal(each["value"]))
        for each in rows(attached(made)["position-zorg.csv"])
        if each["unit"] == "EUR"
    }
    shown = [
        Decimal(amount.replace(".", "").replace(",", ".")) for amount in _AMOUNT.findall(text(made))
    ]
    assert len(shown) > 10
    assert [amount for amount in shown if amount not in known] == []


def test_no_percentage_is_more_than_all_where_money_came_back() -> None:
    # In January 10.00 by head and -11.00 evenly: 2.00 - 3.67 is no share of -1.00.
    settlement = settled(
        spendings=f"{COLUMNS}\n{row('x-1', '10.00')}x-2,2026-01-04,,-11.00,geheim,,stad,,,,pool\n"
        f"{row('x-3', '10.00', day='2026-02-01')}"
    )
    # Without blanks a percentage may follow an amount, which has two decimals, at once.
    shown = re.findall(
        r"(?:(?<=,\d\d)|(?<![\d,]))\d{1,3},\d{1,2}%", text(paper(settlement, "dorp"))
    )
    assert shown
    assert all(float(each.rstrip("%").replace(",", ".")) <= 100 for each in shown)
