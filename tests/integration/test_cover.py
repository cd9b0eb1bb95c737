"""*Am I covered?*: what whoever spent is told of mandate, receipt, and each departure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from api.cli import cover_report
from ledger import store
from ledger.decisions import cover
from ledger.spendings import UnknownSpending
from tests.support import deciding

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

TERMS: Final = "[lawfulness]\nreceipt_within_days = 14\n"


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return deciding.opened(database.engine)


def told(ledger: Ledger, spending: str, language: str = "en") -> list[str]:
    with store.reading(ledger.engine) as session:
        found = cover.of(session, ledger.fund, spending)
    return [*cover_report.sentences(found, language=language)]


def test_what_fails_nothing_is_covered_by_its_mandate(ledger: Ledger) -> None:
    ledger.record(12_00, id="s", professional="worker", purpose="a roof", receipt="r-1")

    assert told(ledger, "s")[1:] == ["Nothing to note. You are done."]
    assert told(ledger, "s", "nl")[0].startswith("Mandaat worker: tot €")


def test_each_departure_says_what_became_of_it(ledger: Ledger) -> None:
    for id_ in ("accepted", "open"):
        ledger.record(12_00, id=id_, professional="worker", purpose="a roof", receipt=id_)
    first, _ = deciding.found(ledger, "accepted", "open")
    deciding.accepted(ledger.at("2026-03-10"), deciding.line(first))

    assert told(ledger, "accepted")[1].startswith(
        "Over the mandate: accepted by the steering board on"
    )
    assert told(ledger, "accepted")[1].endswith("the departure stays in the books.")
    assert told(ledger, "open")[1].startswith("Over the mandate: we are looking at this.")
    for language in ("nl", "en"):
        for sentence in told(ledger, "accepted", language):
            assert "rechtmatig" not in sentence
            assert "lawful" not in sentence


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "nl",
            [
                "Betaald uit ruimte die de ventieltafel op 10 februari 2026 toekende (t1).",
                "Boven het mandaat: de ventieltafel kende deze ruimte toe (t1). De stuurgroep "
                "neemt het mee; u hoeft nu niets te doen.",
            ],
        ),
        (
            "en",
            [
                "Paid from room that the escalation table granted on 10 February 2026 (t1).",
                "Over the mandate: the escalation table granted this room (t1). The steering "
                "board takes it along; you need not do anything now.",
            ],
        ),
    ],
)
def test_what_the_table_granted_is_told(ledger: Ledger, language: str, lines: list[str]) -> None:
    deciding.escalated(ledger)
    deciding.settled(ledger, who="board")
    ledger.record(200_00, id="s", case="K1", professional="worker", reservation="t1")
    deciding.found(ledger, "s")

    assert told(ledger, "s", language)[1:] == lines


def test_of_several_mandates_that_which_gives_most_at_a_time_is_told(ledger: Ledger) -> None:
    ledger.grant("two", "professional", mandate="worker")
    ledger.grant("two", "finance", mandate="lead")
    ledger.record(12_00, id="s", professional="two")

    assert told(ledger, "s")[0] == "Mandate lead: up to €500.00 at a time."


def test_nobody_is_told_of_a_spending_that_is_not_there(ledger: Ledger) -> None:
    with pytest.raises(UnknownSpending):
        told(ledger, "nothing")
