"""Acceptance: by the board on a list, by somebody with a mandate, on a ground, once."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from ledger import funds, store
from ledger.calendar import OutsideTheFund
from ledger.decisions import accepting, authorising, grounds, lists
from ledger.decisions.accepting import NotAcceptable
from ledger.decisions.authorising import NoBudget
from ledger.decisions.mandates import FourEyes, MandateNeeded
from ledger.decisions.targets import UnknownFinding
from ledger.errors import WrongInput
from ledger.ids import SameIdOtherContent
from ledger.people import RoleNeeded
from ledger.tables import Acceptance, AcceptanceDecision, Event
from ledger.verify import run
from tests.support import deciding, erasing, ledgers
from tests.support.deciding import MEETING, accepted, accepted_by, found, line

if TYPE_CHECKING:
    from ledger.decisions.places import Place
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

_ACCEPTANCE = store.table(Acceptance)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """Three spendings of a worker with something found in each, and one of a lead."""
    made = deciding.opened(database.engine)
    for number, case in enumerate(("K1", "K1", "K2"), 1):
        made.record(40_00, id=f"s{number}", case=case, professional="worker")
    return made.at("2026-03-05")


@pytest.fixture
def findings(ledger: Ledger) -> list[Place]:
    """What was found of these, before the board met."""
    ledger.at("2026-02-11")
    places = found(ledger, "s1", "s2", "s3")
    ledger.at("2026-03-05")
    return places


def rows(ledger: Ledger, model: Any = Acceptance) -> list[Any]:
    table = store.table(model)
    with ledger.engine.connect() as connection:
        return [*connection.execute(select(table).order_by(*table.primary_key))]


def bodies(ledger: Ledger, kind: str) -> list[dict[str, Any]]:
    event = store.table(Event)
    asked = select(event.c.body).where(event.c.kind == kind).order_by(event.c.sequence)
    with ledger.engine.connect() as connection:
        return [json.loads(body) for body in connection.execute(asked).scalars()]


def verified(ledger: Ledger) -> list[str]:
    with store.reading(ledger.engine) as session:
        return [*map(str, run.verify(session, ledger.fund).misfits)]


def test_the_board_accepts_many_findings_in_one_decision_each_on_its_ground(
    ledger: Ledger, findings: list[Place]
) -> None:
    one, other, _ = findings
    lines = [line(one, norm="art. 4"), line(other, "board-decision", reason="as in 2025")]

    answer = accepted(ledger, *lines)

    (decision,) = rows(ledger, AcceptanceDecision)
    assert (answer.status, answer.findings, answer.number) == ("accepted", 2, decision.sequence)
    assert (decision.how, decision.decided_on, decision.number) == ("board", MEETING.on, "2026-7")
    assert (decision.present, decision.members, decision.mandate) == (3, 4, None)
    assert [(row.finding, row.finding_line, row.ground, row.norm) for row in rows(ledger)] == [
        (*one, "reverse-test", "art. 4"),
        (*other, "board-decision", None),
    ]
    assert verified(ledger) == []


def test_the_trail_shows_no_word_that_was_written(ledger: Ledger, findings: list[Place]) -> None:
    accepted(ledger, line(findings[0], norm="art. 4 of the rules"))

    (body,) = bodies(ledger, "findings.accepted")
    (told,) = body.pop("accepted")
    assert body == {
        "how": "board", "decided_on": "2026-03-03", "meeting_on": "2026-03-03",
        "number": "2026-7", "present": 3, "members": 4,
    }  # fmt: skip
    assert told.pop("commitment")
    assert told == {
        "finding": findings[0][0], "finding_line": findings[0][1], "ground": "reverse-test",
    }  # fmt: skip


def test_the_same_list_once_more_changes_nothing(ledger: Ledger, findings: list[Place]) -> None:
    lines = [line(each) for each in findings]
    first = accepted(ledger, *lines)
    before = ledgers.rows(ledger.engine)

    again = accepted(ledger, *reversed(lines))

    assert again == ("known", first.number, 3)
    assert ledgers.rows(ledger.engine) == before


@pytest.mark.parametrize("what", ["reason", "ground", "fewer", "present"])
def test_another_list_of_the_same_decision_is_refused(
    ledger: Ledger, findings: list[Place], what: str
) -> None:
    lines = [line(each) for each in findings]
    accepted(ledger, *lines)
    before = ledgers.rows(ledger.engine)
    other, meeting = list(lines), MEETING
    match what:
        case "fewer":
            other.pop()
        case "present":
            meeting = replace(MEETING, present=2)
        case _:
            other[0] = line(findings[0], **{what: "board-decision"})

    with pytest.raises(SameIdOtherContent, match="'2026-7' of 2026-03-03 is on record with other"):
        accepted(ledger, *other, meeting=meeting)

    assert ledgers.rows(ledger.engine) == before


def test_once_its_words_were_erased_a_decision_is_known_whatever_they_were(
    ledger: Ledger, findings: list[Place]
) -> None:
    decided = accepted(ledger, line(findings[0]))
    erasing.erase(ledger, act=decided.number)

    assert accepted(ledger, line(findings[0], reason="another")).status == "known"
    assert verified(ledger) == []


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"number": " "}, "number: is empty"),
        ({"number": "=1"}, "number: '=1' begins with '='"),
        ({"present": 0}, "present: 0 is not between 1 and the members, 4"),
        ({"present": 5}, "present: 5 is not between"),
        ({"members": 0}, "of: 0 is no number of members"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(
    ledger: Ledger, findings: list[Place], members: dict[str, Any], what: str
) -> None:
    with pytest.raises(WrongInput, match=what):
        accepted(ledger, line(findings[0]), meeting=replace(MEETING, **members))


@pytest.mark.parametrize("on", ["2025-12-31", "2026-03-06"])
def test_a_meeting_was_held(ledger: Ledger, findings: list[Place], on: str) -> None:
    with pytest.raises(OutsideTheFund):
        accepted(ledger, line(findings[0]), meeting=replace(MEETING, on=date.fromisoformat(on)))


def test_mistakes_of_lines_are_told_together(ledger: Ledger, findings: list[Place]) -> None:
    lines = [
        line(findings[0], "because", where="list.csv:2"),
        line(findings[1], reason=" ", where="list.csv:3"),
        line(findings[2], moratorium="m1", where="list.csv:4"),
        line(findings[2], where="list.csv:5"),
    ]

    with pytest.raises(WrongInput) as caught:
        accepted(ledger, *lines)

    twice = f"finding {findings[2][0]}/3 stands in the list twice; keep one"
    assert str(caught.value).splitlines() == [
        "list.csv:2: ground 'because' is not one of moratorium, board-decision, "
        "agreement-clause, reverse-test",
        "list.csv:3: reason is empty; say it in a few words",
        "list.csv:4: names a moratorium, but its ground is reverse-test",
        f"list.csv:4: {twice}",
        f"list.csv:5: {twice}",
    ]


def test_an_empty_list_accepts_nothing(ledger: Ledger) -> None:
    with pytest.raises(WrongInput, match="list: accepts nothing"):
        accepted(ledger)


def test_what_cannot_be_accepted_is_told_of_each_finding_and_nothing_is_accepted(
    ledger: Ledger, findings: list[Place]
) -> None:
    one, other, third = findings
    (control,) = found(ledger.at("2026-02-12"), "s1", kind="control", criterion=None)
    deciding.resolved(ledger, other)
    (late,) = found(ledger.at("2026-03-04"), "s1", rule="area-outside")
    accepted(ledger.at("2026-03-05"), line(one), meeting=replace(MEETING, number="2026-6"))
    before = ledgers.rows(ledger.engine)

    with pytest.raises(NotAcceptable) as caught:
        accepted(ledger, *map(line, (one, other, third, control, late)))

    decision = rows(ledger, AcceptanceDecision)[0].sequence
    assert [*caught.value.facts["findings"].values()] == [  # type: ignore[attr-defined]
        f"finding {one[0]}/1 was accepted before, in act {decision}",
        f"finding {other[0]}/2 stands no more: it was resolved",
        f"finding {control[0]}/1 is one of internal control, which is in no statement: "
        "nothing to accept",
        f"finding {late[0]}/1 was found on 2026-03-04, after the decision of 2026-03-03",
    ]
    assert ledgers.rows(ledger.engine) == before


def test_a_finding_that_is_not_there_is_told(ledger: Ledger, findings: list[Place]) -> None:
    with pytest.raises(UnknownFinding, match="there is no finding 999/1"):
        accepted(ledger, line(findings[0]), line((999, 1)))


def test_acceptance_takes_no_finding_away(ledger: Ledger, findings: list[Place]) -> None:
    before = ledgers.rows(ledger.engine)
    accepted(ledger, *map(line, findings))
    after = ledgers.rows(ledger.engine)

    assert after["finding"] == before["finding"]
    assert after["finding_end"] == before["finding_end"] == []


def test_somebody_with_a_mandate_accepts_a_finding(ledger: Ledger, findings: list[Place]) -> None:
    answer = accepted_by(ledger, "lead", line(findings[0]))

    (decision,) = rows(ledger, AcceptanceDecision)
    assert (answer.status, answer.findings) == ("accepted", 1)
    assert (decision.how, decision.mandate, decision.decided_on) == (
        "mandate", "lead", date(2026, 3, 5),
    )  # fmt: skip
    assert accepted_by(ledger, "lead", line(findings[0])) == ("known", answer.number, 1)
    with pytest.raises(NotAcceptable, match=f"{findings[0][0]}/1 was accepted before, in act"):
        accepted_by(ledger, "lead", line(findings[0], reason="another"))
    assert verified(ledger) == []


@pytest.mark.parametrize(("who", "cents"), [("worker", 100_01), ("lead", 500_01), ("clerk", 1)])
def test_the_mandate_covers_the_spending(ledger: Ledger, who: str, cents: int) -> None:
    ledger.record(cents, id="large")
    (finding,) = found(ledger, "large")

    with pytest.raises(
        MandateNeeded, match=r"this needs a mandate for at least 1?\d+\.\d\d, which"
    ):
        accepted_by(ledger, who, line(finding))


def test_a_mandate_covers_what_it_is_for_and_not_a_cent_more(ledger: Ledger) -> None:
    ledger.record(100_00, id="large")
    (finding,) = found(ledger, "large")

    assert accepted_by(ledger, "worker", line(finding)).status == "accepted"
    assert rows(ledger, AcceptanceDecision)[0].mandate == "worker"


@pytest.mark.parametrize("who", ["worker", "recorder"])
def test_nobody_accepts_what_they_spent_or_recorded(ledger: Ledger, who: str) -> None:
    ledger.grant("recorder", "professional", mandate="lead")
    administrator = ledger.actor
    ledger.actor = ledger.people["recorder"]
    ledger.record(10_00, id="mine", professional="worker")
    ledger.actor = administrator
    (finding,) = found(ledger, "mine")

    with pytest.raises(FourEyes, match=r"whoever accepts (spent|recorded) this"):
        accepted_by(ledger, who, line(finding))

    assert accepted_by(ledger, "lead", line(finding)).status == "accepted"


def test_nobody_enters_for_the_board_what_they_spent_or_recorded(
    ledger: Ledger, findings: list[Place]
) -> None:
    """Of a list every line that is theirs is named, and another of the board enters it."""
    administrator = ledger.actor
    for role in ("board", "professional"):
        ledger.grant("member", role, mandate="lead")
    ledger.record(10_00, id="spent", professional="member")
    ledger.actor = ledger.people["member"]
    ledger.record(10_00, id="recorded", professional="worker")
    ledger.actor = administrator
    spent, recorded = found(ledger.at("2026-03-02"), "spent", "recorded")
    ledger.at("2026-03-05")
    lines = [line(findings[0]), line(spent, where="list.csv:3"), line(recorded, where="list.csv:4")]

    with pytest.raises(FourEyes) as raised:
        accepted(ledger, *lines, who="member")

    assert raised.value.detail == (
        f"list.csv:3: finding {deciding.names([spent])[0]}: whoever accepts spent this; "
        f"list.csv:4: finding {deciding.names([recorded])[0]}: whoever accepts recorded this; "
        "somebody else must"
    )
    assert rows(ledger) == []
    assert accepted(ledger, *lines).findings == 3
    assert accepted(ledger, *lines, who="member").status == "known"  # which accepts nothing


@pytest.mark.parametrize("alone", [True, False])
def test_nobody_accepts_what_they_gave_a_verdict_on(
    ledger: Ledger, findings: list[Place], *, alone: bool
) -> None:
    ledger.grant("auditor", "board")
    ledger.grant("auditor", "professional", mandate="lead")
    deciding.reviewed(ledger, findings[0], None, "a mere comment")
    deciding.reviewed(ledger, findings[1], "agreed")

    def accept(finding: Place) -> accepting.Accepted:
        if alone:
            return accepted_by(ledger, "auditor", line(finding))
        return accepted(ledger, line(finding), who="auditor", meeting=replace(MEETING, number="8"))

    with pytest.raises(FourEyes, match="whoever accepts gave a verdict on this; somebody else"):
        accept(findings[1])

    assert accept(findings[0]).status == "accepted"
    assert accepted(ledger, line(findings[1])).status == "accepted"


def test_a_moratorium_is_offered_and_is_a_ground_where_it_was_granted(
    ledger: Ledger, findings: list[Place]
) -> None:
    ledger.at("2026-02-09")
    deciding.moratorium(ledger)
    deciding.ruled(ledger.at("2026-02-10"))
    deciding.moratorium(ledger, id="m2")  # which nobody decided on
    ledger.at("2026-03-05")

    with store.reading(ledger.engine) as session:
        known = funds.known(session, ledger.fund)
        mine, theirs = (grounds.offered(session, known, findings[at]) for at in (0, 2))
    answer = accepted(ledger, line(findings[0], "moratorium"))

    every = ["board-decision", "agreement-clause", "reverse-test"]
    assert [each.ground for each in mine] == ["moratorium", *every]
    assert (mine[0].moratorium_id, mine[0].until) == ("m1", date(2026, 6, 1))
    assert [each.ground for each in theirs] == every
    assert rows(ledger)[0].moratorium == mine[0].moratorium
    assert accepted(ledger, line(findings[0], "moratorium", moratorium="m1")) == (
        "known", answer.number, 1,
    )  # fmt: skip
    assert verified(ledger) == []


@pytest.mark.parametrize(
    ("rules", "paused"),
    [
        ((), ("departs-from-rule", "prior-provision")),  # where the request names none
        (("evidence-missing",), ("evidence-missing",)),
        (("splitting", "departs-from-rule"), ("departs-from-rule", "splitting")),
    ],
)
def test_a_moratorium_is_a_ground_for_the_rules_that_it_pauses(
    ledger: Ledger, rules: tuple[str, ...], paused: tuple[str, ...]
) -> None:
    ledger.at("2026-02-10")
    deciding.moratorium(ledger, rules=rules)
    deciding.ruled(ledger)
    codes = (
        *("departs-from-rule", "prior-provision", "evidence-missing", "splitting"),
        *("mandate-per-spending", "person-room"),
    )
    places = {code: found(ledger, "s1", rule=code)[0] for code in codes}

    with store.reading(ledger.engine) as session:
        known = funds.known(session, ledger.fund)
        for code, place in places.items():
            there = [each.ground for each in grounds.offered(session, known, place)]
            assert ("moratorium" in there) is (code in paused)

    meeting = replace(MEETING, on=date(2026, 2, 10))
    with pytest.raises(NotAcceptable, match="has another ground: no moratorium was granted for"):
        accepted(ledger, line(places["person-room"], "moratorium"), meeting=meeting)
    accepted(ledger, line(places[paused[0]], "moratorium"), meeting=meeting)
    assert verified(ledger) == []


def test_a_moratorium_that_does_not_apply_is_no_ground(
    ledger: Ledger, findings: list[Place]
) -> None:
    deciding.moratorium(ledger)  # asked after the day spent
    deciding.ruled(ledger)

    with pytest.raises(NotAcceptable, match="no moratorium was granted for its case and rule, "):
        accepted(ledger, line(findings[0], "moratorium"))
    with pytest.raises(NotAcceptable, match="moratorium 'm1' was not granted for its case and"):
        accepted(ledger, line(findings[0], "moratorium", moratorium="m1"))


def test_of_several_moratoria_one_is_named(ledger: Ledger, findings: list[Place]) -> None:
    ledger.at("2026-02-10")
    for id_ in ("m1", "m2"):
        deciding.moratorium(ledger, id=id_)
        deciding.ruled(ledger, id_)
    ledger.at("2026-03-05")

    with pytest.raises(NotAcceptable, match="several moratoria for its ground; name one of m1, m2"):
        accepted(ledger, line(findings[0], "moratorium"))
    accepted(ledger, line(findings[0], "moratorium", moratorium="m2"))

    assert rows(ledger)[0].moratorium is not None


def test_of_two_who_accept_the_same_finding_at_once_one_does(ledger: Ledger) -> None:
    ledger.grant("other", "professional", mandate="lead")
    both = ("board", "lead", "other")
    start = threading.Barrier(len(both))

    def at_once(who: str, finding: Place) -> str:
        start.wait()
        try:
            if who != "board":
                return accepted_by(ledger, who, line(finding)).status
            meeting = replace(MEETING, on=date(2026, 3, 5), number=str(finding))
            return accepted(ledger, line(finding), meeting=meeting).status
        except NotAcceptable as refusal:
            return str(refusal)

    with ThreadPoolExecutor(len(both)) as threads:
        for _ in range(10):
            (finding,) = found(ledger, "s1")
            answers = [*threads.map(at_once, both, [finding] * len(both))]
            assert answers.count("accepted") == 1
            assert sum("was accepted before, in act" in each for each in answers) == 2

    assert len(rows(ledger)) == 10
    assert verified(ledger) == []


def test_a_council_authorises_what_was_over_a_budget(ledger: Ledger) -> None:
    answer = deciding.authorised(ledger)

    assert answer == ("council 2027-3", "authorised", answer.number)
    assert deciding.authorised(ledger) == ("council 2027-3", "known", answer.number)
    with pytest.raises(SameIdOtherContent, match=r"is on record for 50\.00 of 2026-02-09"):
        deciding.authorised(ledger, amount_cents=60_00)
    deciding.authorised(ledger, amount_cents=7_00, decision="council 2027-4")
    with store.reading(ledger.engine) as session:
        fund_id = funds.known(session, ledger.fund).id
        assert authorising.cents(session, fund_id, "a", 2026) == 57_00
        assert authorising.cents(session, fund_id, "a", 2027) == 0
    assert verified(ledger) == []


def test_finance_keeps_the_books_of_its_own_organisation(ledger: Ledger) -> None:
    ledger.grant("finance.b", "finance", "b")
    ledger.grant("finance.a", "finance", "a")

    with pytest.raises(RoleNeeded, match="the role administrator or finance of a"):
        deciding.authorised(ledger, who="finance.b")
    assert deciding.authorised(ledger, who="finance.a").status == "authorised"


@pytest.mark.parametrize(
    ("members", "error", "what"),
    [
        ({"party": "nobody"}, WrongInput, "party: 'nobody' is not the code of a party"),
        ({"amount_cents": 0}, WrongInput, "amount: 0.00 is not more than 0.00"),
        ({"decision": ""}, WrongInput, "decision: is empty"),
        ({"year": 2027}, NoBudget, "has no budget of a for 2027"),
        ({"party": "b"}, NoBudget, "has no budget of b for 2026"),
        ({"decided_on": date(2026, 3, 6)}, OutsideTheFund, "2026-03-06 is not between"),
    ],
)
def test_what_no_council_can_authorise_is_refused(
    ledger: Ledger, members: dict[str, Any], error: type[Exception], what: str
) -> None:
    with pytest.raises(error, match=what):
        deciding.authorised(ledger, **members)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({"rule": "splitting"}, "has rule mandate-per-spending, and the list shows 'splitting'"),
        ({"amount": "1.00"}, "has amount 5.00, and the list shows '1.00'"),
        ({"spending": "s2"}, "has spending s1, and the list shows 's2'"),
    ],
)
def test_a_list_whose_rows_were_mixed_up_accepts_nothing(
    ledger: Ledger, shown: dict[str, str], said: str
) -> None:
    (finding,) = found(ledger, "s1")
    right = {"rule": "mandate-per-spending", "amount": "5.00", "spending": "s1"}
    mixed = line(finding, where="l.csv:2", shown=tuple((right | shown).items()))
    meeting = replace(MEETING, on=date(2026, 3, 5))

    with pytest.raises(NotAcceptable, match=f"l.csv:2: finding .* {said}; make the list anew"):
        accepted(ledger, mixed, meeting=meeting)
    as_it_was = replace(mixed, shown=tuple(right.items()))
    assert accepted(ledger, as_it_was, meeting=meeting).findings == 1


CSV = (
    "finding,rule,criterion,amount,ground,reason,norm,moratorium\n"
    '17/1,x,y,"5,00",board-decision,"as in 2025, and better",art. 4,\n'
    "17/2,x,y,5.00,,,,\n"
    "18/1,,y,five,moratorium,room,,m1\n"
)


def test_a_list_is_read_from_csv() -> None:
    read = lists.read("list.csv", CSV.encode())

    assert (read.undecided, read.ignored) == (1, ("criterion",))
    assert read.lines == [
        accepting.Line(
            finding=(17, 1), ground="board-decision", reason="as in 2025, and better",
            norm="art. 4", where="list.csv:2", shown=(("rule", "x"), ("amount", "5.00")),
        ),
        accepting.Line(
            finding=(18, 1), ground="moratorium", reason="room", moratorium="m1",
            where="list.csv:4", shown=(("amount", "five"),),
        ),
    ]  # fmt: skip


def test_a_list_is_read_from_json() -> None:
    told = [
        {"finding": "17/1", "ground": "reverse-test", "reason": "room", "amount": "5.00"},
        {"finding": "17/2", "ground": "", "reason": None},
    ]

    read = lists.read("list.json", json.dumps(told).encode())

    assert (read.undecided, read.ignored) == (1, ())
    assert read.lines == [
        accepting.Line(
            finding=(17, 1), ground="reverse-test", reason="room", where="list.json: [0]",
            shown=(("amount", "5.00"),),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("l.csv", "finding,ground\n1/1,x\n", ["l.csv:1: the column reason is missing"]),
        ("l.csv", "finding,ground,reason\n,x,y\n", ["l.csv:2: finding is empty; fill it"]),
        (
            "l.csv",
            "finding,ground,reason\n1/1,x,\n\nno,x,y\n",
            ["l.csv:2: reason is empty; fill it, or leave", "l.csv:4: 'no' is no finding; write"],
        ),
        ("l.json", "{", ["l.json: is no JSON"]),
        ("l.json", "{}", ["l.json: is no list"]),
        (
            "l.json",
            '[1, {"finding": 3}, {"ground": "x"}]',
            ["l.json: [0]: 1 is no object", "l.json: [1]: finding is no text"],
        ),
        ("l.json", '[{"ground": "x"}]', ["l.json: [0]: finding is empty; fill it"]),
    ],
)
def test_mistakes_of_a_list_are_told_by_line(name: str, content: str, said: list[str]) -> None:
    with pytest.raises(WrongInput) as caught:
        lists.read(name, content.encode())

    told = str(caught.value).splitlines()
    assert len(told) == len(said)
    assert all(one.startswith(other) for one, other in zip(told, said, strict=True)), told
