"""Review with four eyes, the auditor's queue, and reminders of receipts."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import select

from api.cli import findings_report
from ledger import funds, store
from ledger.decisions import listing, reminding, reviewing
from ledger.decisions.mandates import FourEyes
from ledger.decisions.reviewing import StandsNoMore
from ledger.decisions.targets import UnknownFinding
from ledger.errors import WrongInput
from ledger.lawfulness import receipts
from ledger.people import RoleNeeded
from ledger.tables import FindingEnd, ReceiptReminder, Review, Spending
from ledger.verify import run
from tests.support import deciding, erasing, ledgers
from tests.support.deciding import accepted, found, line, names, reviewed

if TYPE_CHECKING:
    from ledger.decisions.places import Place
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

TERM: Final = "[lawfulness]\nreceipt_within_days = 14\n"


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fund with spendings of a worker."""
    made = deciding.opened(database.engine)
    for number in (1, 2, 3):
        made.record(40_00, id=f"s{number}", case="K1", professional="worker")
    return made.at("2026-03-02")


@pytest.fixture
def finding(ledger: Ledger) -> Place:
    """One that the board accepted."""
    (place,) = found(ledger, "s1")
    accepted(ledger.at("2026-03-05"), line(place))
    return place


def verified(ledger: Ledger) -> list[str]:
    with store.reading(ledger.engine) as session:
        return [*map(str, run.verify(session, ledger.fund).misfits)]


def queue(ledger: Ledger, which: str = "to-review") -> list[tuple[str, str, int]]:
    """Return the findings of a list: which, as what they count, their age."""
    on = ledger.act().day("Europe/Amsterdam")
    with store.reading(ledger.engine) as session:
        return [
            (each.target.name, each.kind, each.age_days)
            for each in listing.listed(session, ledger.fund, which, on=on)
        ]


def judged(ledger: Ledger) -> list[tuple[str | None, str | None]]:
    """Return of what was accepted the verdict, and that of before."""
    with store.reading(ledger.engine) as session:
        found = listing.listed(session, ledger.fund, "accepted", on=date(2026, 3, 5))
    return [(each.verdict, each.earlier) for each in found]


def ends(ledger: Ledger) -> list[Any]:
    with ledger.engine.connect() as connection:
        return [*connection.execute(select(store.table(FindingEnd)))]


def test_a_verdict_stands_beside_the_finding(ledger: Ledger, finding: Place) -> None:
    answer = reviewed(ledger, finding, "agreed")

    assert answer.status == "reviewed"
    with ledger.engine.connect() as connection:
        (row,) = connection.execute(select(store.table(Review)))
    assert (row.finding, row.finding_line, row.verdict, row.comment) == (*finding, "agreed", None)
    assert ends(ledger) == []
    assert verified(ledger) == []


def test_the_same_verdict_once_more_changes_nothing(ledger: Ledger, finding: Place) -> None:
    first = reviewed(ledger, finding, "disagreed", "the norm is another")
    before = ledgers.rows(ledger.engine)

    assert reviewed(ledger, finding, "disagreed", "the norm is another") == ("known", first.number)
    assert ledgers.rows(ledger.engine) == before
    assert reviewed(ledger, finding, "disagreed", "otherwise").status == "reviewed"
    assert reviewed(ledger, finding, "agreed").status == "reviewed"


@pytest.mark.parametrize("verdict", ["disagreed", "more-information", "corrected", None])
@pytest.mark.parametrize("comment", [None, "", "  "])
def test_what_must_say_why_says_why(
    ledger: Ledger, finding: Place, verdict: str | None, comment: str | None
) -> None:
    with pytest.raises(WrongInput, match="comment: is empty; say it in a few words"):
        reviewed(ledger, finding, verdict, comment)


def test_there_are_four_verdicts(ledger: Ledger, finding: Place) -> None:
    with pytest.raises(WrongInput, match="'fine' is not one of agreed, disagreed, more-inf"):
        reviewed(ledger, finding, "fine")
    with pytest.raises(UnknownFinding, match="there is no finding 999/1"):
        reviewed(ledger, (999, 1), "agreed")


def test_only_an_auditor_gives_a_verdict_and_others_may_answer(
    ledger: Ledger, finding: Place
) -> None:
    for who in ("worker", "board", "clerk"):
        with pytest.raises(RoleNeeded, match="this needs the role auditor"):
            reviewed(ledger, finding, "agreed", who=who)
        assert reviewed(ledger, finding, None, f"from {who}", who=who).status == "reviewed"


@pytest.mark.parametrize("did", ["recorded", "spent", "accepted", "granted the moratorium of"])
def test_nobody_reviews_what_they_had_a_hand_in(database: Database, did: str) -> None:
    ledger = deciding.opened(database.engine)
    for role in ("professional", "board"):
        ledger.grant("auditor", role, mandate="lead")
    deciding.moratorium(ledger)
    deciding.ruled(ledger, who="auditor" if did.startswith("granted") else "board")
    administrator = ledger.actor
    ledger.actor = ledger.people["auditor"] if did == "recorded" else administrator
    ledger.record(10_00, id="s1", case="K1", professional="auditor" if did == "spent" else "worker")
    ledger.actor = administrator
    (place,) = found(ledger, "s1")
    who = "auditor" if did == "accepted" else "lead"
    deciding.accepted_by(ledger, who, line(place, "moratorium"))
    ledger.grant("other", "auditor")

    with pytest.raises(FourEyes, match=f"whoever reviews .*{did}.* this; somebody else must"):
        reviewed(ledger, place, "agreed")

    assert reviewed(ledger, place, None, "I did this").status == "reviewed"
    assert reviewed(ledger, place, "agreed", who="other").status == "reviewed"


def test_nobody_reviews_what_takes_the_place_of_what_they_had_a_hand_in(ledger: Ledger) -> None:
    """Also not where it was put right twice, by others."""
    ledger.grant("clerk", "auditor")
    administrator = ledger.actor
    ledger.actor = ledger.people["clerk"]
    ledger.record(50_00, id="first", case="K1", professional="worker")
    ledger.actor = administrator
    for old, new in (("first", "second"), ("second", "third")):
        ledger.reverse(old, f"back-{old}")
        ledger.record(51_00, id=new, replaces=old, case="K1", reason="a typing error")
    (place,) = found(ledger, "third")
    accepted(ledger.at("2026-03-05"), line(place))

    with pytest.raises(FourEyes, match="whoever reviews recorded this; somebody else must"):
        reviewed(ledger, place, "agreed", who="clerk")

    assert reviewed(ledger, place, "agreed").status == "reviewed"


def test_a_verdict_of_before_is_no_review_of_the_acceptance(ledger: Ledger) -> None:
    """What was disputed stays visible, and counts as an error; the acceptance still waits."""
    (place,) = found(ledger, "s1", kind="uncertainty", criterion="misuse", rule="splitting")
    reviewed(ledger, place, "disagreed", "they are three bills of one job")
    assert queue(ledger) == []

    accepted(ledger.at("2026-03-05"), line(place))

    assert queue(ledger) == [(*names([place]), "error", 3)]
    assert judged(ledger) == [(None, "disagreed")]
    reviewed(ledger, place, "more-information", "which bills")
    assert queue(ledger) == []
    reviewed(ledger, place, "disagreed", "still three")
    assert judged(ledger) == [("disagreed", "disagreed")]
    assert queue(ledger) == []


def test_the_same_verdict_once_more_is_one_on_the_acceptance(ledger: Ledger) -> None:
    (finding,) = found(ledger, "s1")
    before = reviewed(ledger, finding, "agreed")
    assert reviewed(ledger, finding, "agreed").status == "known"
    accepted(ledger.at("2026-03-05"), line(finding))

    after = reviewed(ledger, finding, "agreed")

    assert (after.status, after.number > before.number) == ("reviewed", True)
    assert reviewed(ledger, finding, "agreed").status == "known"


@pytest.mark.parametrize(
    ("language", "state"),
    [
        ("nl", "geaccepteerd (oordeel daarvóór: eens), niet beoordeeld"),
        ("en", "accepted (verdict before: agreed), not reviewed"),
    ],
)
def test_a_list_says_that_a_verdict_was_of_before(
    ledger: Ledger, capsys: pytest.CaptureFixture[str], language: str, state: str
) -> None:
    (place,) = found(ledger, "s1")
    reviewed(ledger, place, "agreed")
    accepted(ledger.at("2026-03-05"), line(place))

    with store.reading(ledger.engine) as session:
        found_ = listing.listed(session, ledger.fund, "accepted", on=date(2026, 3, 5))
    findings_report.show_json(found_, language=language)

    (told,) = json.loads(capsys.readouterr().out)
    assert told["state"] == state


def test_what_was_put_right_stands_no_more(ledger: Ledger, finding: Place) -> None:
    answer = reviewed(ledger, finding, "corrected", "the receipt came in")

    (end,) = ends(ledger)
    assert (end.finding, end.finding_line, end.how, end.sequence) == (
        *finding, "corrected", answer.number,
    )  # fmt: skip
    assert queue(ledger, "accepted") == queue(ledger, "open") == queue(ledger) == []
    with pytest.raises(StandsNoMore, match="stands no more: it was corrected; a comment may"):
        reviewed(ledger, finding, "agreed")
    assert reviewed(ledger, finding, None, "seen the new receipt").status == "reviewed"
    assert verified(ledger) == []


def test_lists_are_what_is_to_be_done_the_oldest_first(ledger: Ledger) -> None:
    (old,) = found(ledger.at("2026-02-20"), "s1")
    young = found(ledger.at("2026-03-02"), "s2", "s3")
    (control,) = found(ledger, "s1", kind="control", criterion=None)
    (misuse,) = found(ledger, "s1", kind="uncertainty", criterion="misuse", rule="splitting")
    accepted(ledger.at("2026-03-10"), line(young[0]), line(old))

    def which(each: str) -> list[str]:
        return [name for name, _, _ in queue(ledger, each)]

    assert queue(ledger) == [
        (*names([old]), "error", 18), (*names(young[:1]), "error", 8),
        (*names([misuse]), "uncertainty", 8),
    ]  # fmt: skip
    assert which("accepted") == names([old, young[0]])
    assert which("open") == names([young[1], misuse])
    assert which("all") == names([old, *young, control, misuse])
    reviewed(ledger, old, "agreed")
    assert which("to-review") == names([young[0], misuse])


def test_a_list_of_a_day_has_what_was_found_by_then(ledger: Ledger) -> None:
    old, young = found(ledger, "s1"), found(ledger.at("2026-03-10"), "s2")

    def by(day: date | None) -> list[tuple[str, int]]:
        with store.reading(ledger.engine) as session:
            listed = listing.listed(
                session, ledger.fund, "open", on=day or date(2026, 3, 10), until=day
            )
        return [(each.target.name, each.age_days) for each in listed]

    assert by(date(2026, 3, 1)) == []
    assert by(date(2026, 3, 9)) == [(*names(old), 7)]
    assert by(date(2026, 3, 10)) == by(None) == [(*names(old), 8), (*names(young), 0)]


def test_what_a_reviewer_asked_comes_back_once_it_was_answered(
    ledger: Ledger, finding: Place
) -> None:
    reviewed(ledger, finding, "more-information", "which norm")
    assert queue(ledger) == []

    reviewed(ledger, finding, None, "article 4", who="worker")

    assert [name for name, _, _ in queue(ledger)] == names([finding])


def test_an_uncertainty_that_is_disputed_counts_as_an_error(ledger: Ledger) -> None:
    (place,) = found(ledger, "s1", kind="uncertainty", criterion="misuse", rule="splitting")
    assert queue(ledger) == [(*names([place]), "uncertainty", 0)]

    reviewed(ledger, place, "disagreed", "they are three bills of one job")

    assert queue(ledger, "open") == [(*names([place]), "error", 0)]
    with store.reading(ledger.engine) as session:
        known = funds.known(session, ledger.fund)
        (said,) = reviewing.of_fund(session, known.id)[place]
    assert (said.verdict, said.by) == ("disagreed", ledger.people["auditor"])


@pytest.fixture
def tested(database: Database) -> Ledger:
    """A fund in which a receipt is there within 14 days; spent on 10 February."""
    made = deciding.opened(database.engine, TERM)
    for id_, members in {
        "s1": {},
        "s2": {},
        "with": {"receipt": "r-1.jpg"},
        "back": {},
        "erased": {},
        "later": {},
    }.items():
        made.record(40_00, id=id_, case="K1", **members)
    made.record(-5_00, id="refund", refunds="s1", case="K1", reason="half")
    made.reverse("back", "reversal")
    with store.writing(made.engine) as session:
        receipts.receive(session, made.fund, "later", "r-2.jpg", act=made.act())
    erasing.erase(made, spending="erased")
    return made


def _numbers(ledger: Ledger) -> dict[str, int]:
    table = store.table(Spending)
    with ledger.engine.connect() as connection:
        return {row.id: row.sequence for row in connection.execute(select(table))}


def test_somebody_is_reminded_twice_and_no_more(tested: Ledger) -> None:
    assert deciding.due(tested.at("2026-02-24")) == []  # the last day of the term
    assert deciding.due(tested.at("2026-02-25")) == [("s1", 1), ("s2", 1)]
    assert deciding.reminded(tested) == [("s1", 1), ("s2", 1)]
    assert deciding.due(tested) == []
    assert deciding.due(tested.at("2026-03-10")) == []
    assert deciding.due(tested.at("2026-03-11")) == [("s1", 2), ("s2", 2)]
    assert deciding.reminded(tested) == [("s1", 2), ("s2", 2)]
    assert deciding.due(tested.at("2027-01-01")) == []
    assert verified(tested) == []


def test_reminders_that_were_sent_are_on_record_once(tested: Ledger) -> None:
    deciding.reminded(tested.at("2026-02-25"))
    before = ledgers.rows(tested.engine)

    assert deciding.reminded(tested) == []

    assert ledgers.rows(tested.engine) == before
    numbers = _numbers(tested)
    with tested.engine.connect() as connection:
        rows = connection.execute(select(store.table(ReceiptReminder))).all()
    assert [(row.spending, row.nth, row.reminded_on) for row in rows] == [
        (numbers[id_], 1, date(2026, 2, 25)) for id_ in ("s1", "s2")
    ]


def test_a_receipt_that_came_in_needs_no_second_reminder(tested: Ledger) -> None:
    deciding.reminded(tested.at("2026-02-25"))
    with store.writing(tested.engine) as session:
        receipts.receive(session, tested.fund, "s2", "r-3.jpg", act=tested.act())

    assert deciding.due(tested.at("2026-03-11")) == [("s1", 2)]


def test_a_fund_without_a_term_reminds_nobody(ledger: Ledger) -> None:
    assert deciding.due(ledger.at("2027-01-01")) == []


def test_reminders_say_what_they_are_about(tested: Ledger) -> None:
    with store.reading(tested.engine) as session:
        first = reminding.due(session, tested.fund, on=date(2026, 3, 1))[0]

    assert (first.id, first.amount_cents, first.organisation) == ("s1", 40_00, "a")
    assert (first.who, first.due_on) == ("administrator", date(2026, 2, 25))
