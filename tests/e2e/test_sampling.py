"""``overbrug sample`` as a real process: on files and on a ledger, and the dossier it writes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import random
import re
import shlex
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from ledger import people, spendings, store
from ledger.acts import Act
from ledger.orders import Order
from reports.sampling.draw import extended
from reports.sampling.files import LIST_COLUMNS, of_draw, read
from reports.words import LOCALE
from tests.support import commands
from tests.support.statements import attached, pages, squeezed, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.support.databases import Database

EXAMPLE: Final = Path(__file__).parents[1] / "support" / "rivierenland"
FUND: Final = "rivierenland"
ASKED: Final = ("--tolerance", "5%", "--errors", "1", "--seed", "20261014")
DAYS: Final = ("--from", "2026-01-01", "--until", "2026-04-01")
HEADER: Final = "id,spent_on,booked_on,amount,category,case,organisation,payee"


def rows(count: int = 300) -> list[str]:
    """Return rows of a list of spendings, one of them large, one a refund and one of zero."""
    dice = random.Random(4)  # noqa: S311 - amounts of a test
    made = [
        f"s{number},2026-01-{1 + number % 28:02d},,{dice.randint(500, 90_000) / 100:.2f},"
        f"rent,CASUS-{number},stad,BEGUNSTIGDE"
        for number in range(count)
    ]
    others = ("large,2026-02-01,,9000.00", "back,2026-02-02,,-50.00", "none,2026-02-03,,0.00")
    return [*made, *(f"{each},rent,CASUS-X,stad,BEGUNSTIGDE" for each in others)]


def written(folder: Path, lines: Iterable[str]) -> Path:
    path = folder / "spendings.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def overbrug(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [commands.OVERBRUG, *map(str, arguments)],
        env={**os.environ, "OVERBRUG_DATABASE_URL": "sqlite:////nowhere/at/all.db"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of spendings, and beside it the folder of a draw from it."""
    folder = tmp_path_factory.mktemp("first")
    given = written(folder, rows())
    overbrug("sample", "draw", "--spendings", given, *ASKED, "--out", folder / "sample")
    return folder


@pytest.fixture
def drawn(first: Path, tmp_path: Path) -> Path:
    """The folder of a draw, which a test may change; its list of spendings is beside it."""
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    return tmp_path / "sample"


def fill_in(folder: Path, change: Callable[[list[dict[str, str]]], None] = lambda _: None) -> None:
    """Fill the list in as all right, then change it."""
    path = folder / "draw.csv"
    found = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    for row in found:
        row["right_amount"] = row["amount"]
    change(found)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, LIST_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


def all_wrong(numbers: Iterable[int]) -> Callable[..., None]:
    def change(found: list[dict[str, str]]) -> None:
        for number in numbers:
            wrong(number, "0.00")(found)

    return change


def wrong(number: int, right: str, kind: str = "error", note: str = "") -> Callable[..., None]:
    def change(found: list[dict[str, str]]) -> None:
        found[number] |= {"right_amount": right, "kind": kind, "note": note}

    return change


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- plan --------------------------------------------------------------------------------


def test_a_plan_says_its_size_and_its_table() -> None:
    said = overbrug("sample", "plan", "--amount", "260891.43", "--tolerance", "5%", "--errors", "1")
    told = json.loads(
        overbrug(
            "sample", "plan", "--items", "1200", "--tolerance", "60", "--confidence", "90%",
            "--errors", "2", "--json",
        ).stdout
    )  # fmt: skip

    larger = overbrug(
        "sample", "plan", "--amount", "260891.43", "--tolerance", "5%", "--size", "99"
    )

    assert "93" in said.stdout
    assert "59 waren genoeg geweest" in larger.stdout
    assert "binomiale tabel" in said.stdout
    assert "59 genoeg" in said.stdout
    assert (told["units"], told["table"]) == (102, "hypergeometric")


def test_a_plan_for_a_list_tells_what_is_tested_whole(tmp_path: Path) -> None:
    asked = ("--spendings", written(tmp_path, rows()), "--tolerance", "5%")
    told = json.loads(overbrug("sample", "plan", *asked, "--json").stdout)

    assert (told["whole"], told["apart"]) == (1, 1)
    assert overbrug("sample", "plan", *asked, "--language", "en").stdout.count("tested whole") == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["plan", "--tolerance", "5%"], "sample: name one thing to draw from"),
        (["plan", "fund", "--amount", "5", "--tolerance", "5%"], "sample: name one thing"),
        (["plan", "fund", "--tolerance", "5%"], "--from: give --from and --until"),
        (["plan", "--amount", "0", "--tolerance", "5%"], "--amount: is nothing to draw from"),
        (["plan", "--amount", "9", "--tolerance", "5,5%"], "--tolerance: '5,5%' is not a perc"),
        (["plan", "--amount", "9", "--tolerance", "0%"], "--tolerance: '0%' leaves no room"),
        (["plan", "--items", "9", "--tolerance", "1.50"], "--tolerance: '1.50' is no number of i"),
        (["plan", "--amount", "9", "--tolerance", "5%", "--method", "items"],
         "--amount: is in euros; say how many there are with --items"),
        (["plan", "--amount", "9", "--tolerance", "5%", "--confidence", "100%"],
         "--confidence: '100%' is no confidence"),
        (["plan", "--amount", "9", "--tolerance", "5%", "--expected-error", "5%"],
         "expected error: is not below the tolerance"),
        (["draw", "--spendings", "x.csv", "--tolerance", "5%", "--seed", " ", "--out", "x"],
         "--seed: ' ' is no seed"),
        (["evaluate", "nowhere"], "nowhere: is not a folder; name one that overbrug sample draw"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_one_line_a_mistake(arguments: list[str], complaint: str) -> None:
    done = overbrug("sample", *arguments, code=2)

    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(complaint)


# --- draw --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["interval", "cell", "items"])
def test_the_same_facts_and_seed_give_the_same_files_on_every_run(
    tmp_path: Path, method: str
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    lines = rows()
    asked = (*ASKED, "--method", method)
    overbrug("sample", "draw", "--spendings", written(tmp_path, lines), *asked, "--out",
             tmp_path / "one")  # fmt: skip
    overbrug("sample", "draw", "--spendings", written(other, reversed(lines)), *asked, "--out",
             tmp_path / "two")  # fmt: skip

    assert held(tmp_path / "one") == held(tmp_path / "two")


def test_a_draw_holds_everything_to_repeat_it_and_nothing_about_people(drawn: Path) -> None:
    files = held(drawn)
    told = json.loads(files["draw.json"])

    sha256 = hashlib.sha256(files["population.csv"]).hexdigest()
    assert told["population"]["sha256"] == sha256
    interval, start = (round(float(told["line"][name]) * 100) for name in ("interval", "start"))
    digest = hashlib.sha256(f"20261014:{sha256}:1".encode()).hexdigest()
    assert start == 1 + int(digest[:12], 16) % interval
    strata = {item["id"]: item["stratum"] for item in told["items"]}
    assert (strata["large"], strata["back"]) == ("whole", "apart")
    assert "none" not in strata
    assert not re.search(rb"CASUS|BEGUNSTIGDE", b"".join(files.values()))


def test_another_seed_draws_others(drawn: Path, tmp_path: Path) -> None:
    overbrug("sample", "draw", "--spendings", tmp_path / "spendings.csv", *ASKED[:-1], "8",
             "--out", tmp_path / "other")  # fmt: skip

    assert held(drawn)["draw.csv"] != held(tmp_path / "other")["draw.csv"]


def test_what_was_filled_in_is_never_written_over(drawn: Path, tmp_path: Path) -> None:
    again = ("sample", "draw", "--spendings", tmp_path / "spendings.csv", *ASKED, "--out", drawn)
    overbrug(*again)
    fill_in(drawn)
    before = held(drawn)

    done = overbrug(*again, code=2)

    assert "a list that was filled in; name another folder" in done.stderr
    assert held(drawn) == before


# --- evaluate ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("nl", "De fout blijft binnen de tolerantie"),
        ("en", "The error stays within the tolerance"),
    ],
)
def test_a_sample_without_errors_is_within_and_its_dossier_says_so(
    drawn: Path, language: str, heading: str
) -> None:
    fill_in(drawn)
    asked = ("sample", "evaluate", drawn, "--language", language, "--json")
    told = json.loads(overbrug(*asked).stdout)

    paper = (drawn / "dossier.pdf").read_bytes()
    assert told["decision"] == "within"
    assert told["differing"] == []
    assert squeezed(heading) in text(paper)
    assert squeezed(told["files"]["population.csv"]) in text(paper)
    assert set(attached(paper)) == {"draw.json", "draw.csv", "evaluation.json", "population.csv"}
    assert attached(paper)["evaluation.json"] == (drawn / "evaluation.json").read_bytes()
    assert 3 <= pages(paper) <= 6


def test_a_dossier_is_the_same_bytes_every_time(drawn: Path) -> None:
    fill_in(drawn, wrong(3, "1.00", note="bon ontbreekt"))
    overbrug("sample", "evaluate", drawn)
    before = held(drawn)
    assert squeezed("bon ontbreekt") in text(before["dossier.pdf"])
    overbrug("sample", "evaluate", drawn)

    assert held(drawn) == before
    overbrug("sample", "evaluate", drawn, "--no-pdf")
    assert held(drawn) == before
    fill_in(drawn, wrong(3, "2.00", note="bon ontbreekt"))
    overbrug("sample", "evaluate", drawn, "--no-pdf")
    assert set(held(drawn)) == set(before) - {"dossier.pdf"}


def test_a_list_may_be_filled_in_as_a_dutch_spreadsheet_does(drawn: Path) -> None:
    fill_in(drawn, wrong(3, "1.50"))
    told = json.loads(overbrug("sample", "evaluate", drawn, "--json", "--no-pdf").stdout)
    fill_in(drawn, wrong(3, "1,50", "Fout"))
    dutch = json.loads(overbrug("sample", "evaluate", drawn, "--json", "--no-pdf").stdout)

    assert dutch["differing"] == told["differing"] != []
    assert dutch["outcomes"] == told["outcomes"]


def test_a_dossier_bears_its_day_which_is_not_before_what_was_drawn_from(drawn: Path) -> None:
    fill_in(drawn, wrong(3, "99999.00"))
    overbrug("sample", "evaluate", drawn, "--date", "2026-10-20")
    assert squeezed("Geldsteekproef, 20 oktober 2026") in text((drawn / "dossier.pdf").read_bytes())
    refused = overbrug("sample", "evaluate", drawn, "--date", "2020-01-01", code=2).stderr
    assert refused.startswith("--date: 2020-01-01 is before 20")
    assert "Te laag geboekt is" in overbrug("sample", "evaluate", drawn, "--no-pdf").stdout


def test_errors_ask_for_more_and_large_ones_for_a_report(drawn: Path) -> None:
    fill_in(drawn, all_wrong((1, 2)))
    extend = overbrug("sample", "evaluate", drawn, "--no-pdf", "--language", "en", code=1).stdout
    size = json.loads((drawn / "evaluation.json").read_bytes())["outcomes"][0]["extend_to"]
    assert extend.startswith(f"Extend the sample to {size}\n")

    fill_in(drawn, all_wrong(range(9)))
    report = overbrug("sample", "evaluate", drawn, "--no-pdf", code=1).stdout
    assert report.startswith("De fout kan groter zijn dan de tolerantie: melden\n")


def test_a_sample_is_extended_as_it_says_and_what_was_tested_stays(drawn: Path) -> None:
    fill_in(drawn, all_wrong((1, 2)))
    said = overbrug("sample", "evaluate", drawn, "--no-pdf", code=1).stdout
    folder = extended_as(said)
    before, after = filled_in(drawn), filled_in(folder)
    assert {id_: after[id_] for id_ in before} == before
    assert len([each for each in after.values() if each == ("", "", "")]) > 10

    fill_in(folder, all_wrong(list(after).index(id_) for id_ in list(before)[1:3]))
    within = overbrug("sample", "evaluate", folder, "--json").stdout
    assert json.loads(within)["decision"] == "within"
    assert "20261014+1" in text((folder / "dossier.pdf").read_bytes())


def extended_as(said: str) -> Path:
    """Extend a sample by the command that an evaluation says; return its folder."""
    command = next(line for line in said.splitlines() if line.startswith("  overbrug"))
    _, *arguments = shlex.split(command)
    overbrug(*arguments)
    return Path(arguments[-1])


def filled_in(folder: Path) -> dict[str, tuple[str, str, str]]:
    with (folder / "draw.csv").open(encoding="utf-8") as file:
        return {
            row["id"]: (row["right_amount"], row["kind"], row["note"])
            for row in csv.DictReader(file)
        }


def test_items_are_planned_drawn_tested_and_extended(first: Path, tmp_path: Path) -> None:
    given = ("--spendings", first / "spendings.csv", "--method", "items", "--tolerance", "20",
             "--confidence", "90%")  # fmt: skip
    planned = overbrug("sample", "plan", *given, "--language", "en").stdout
    out = tmp_path / "items"
    overbrug("sample", "draw", *given, "--seed", "7", "--out", out)
    told = json.loads((out / "draw.json").read_bytes())
    assert re.search(r"Items +301 ", planned)
    assert re.search(rf"Sample, items +{told['line']['units']} ", planned)
    assert len(filled_in(out)) == told["line"]["units"] + told["population"]["apart"]

    fill_in(out, wrong(0, "0.00"))
    said = overbrug("sample", "evaluate", out, code=1).stdout
    assert re.match(r"Breid de steekproef uit tot \d+\n", said)
    assert re.search(r"hoogstens \d+ posten, \d+,\d+%, met fouten en onduidelijkheden", said)
    paper = text((out / "dossier.pdf").read_bytes())
    assert squeezed("Bovengrens volgens de hypergeometrische verdeling") in paper
    assert squeezed("Stringer") not in paper
    folder = extended_as(said)
    before, after = filled_in(out), filled_in(folder)
    assert {id_: after[id_] for id_ in before} == before

    fill_in(folder, wrong(list(after).index(next(iter(before))), "0.00"))
    within = overbrug("sample", "evaluate", folder, "--no-pdf", "--language", "en").stdout
    assert within.startswith("The error stays within the tolerance\n")
    refused = overbrug("sample", "extend", folder, "--to", "5", "--out", tmp_path / "x", code=2)
    assert re.fullmatch(r"sample: has \d+ items already; extend it to more\n", refused.stderr)


def test_an_extension_of_more_items_than_there_are_does_not_follow(
    first: Path, tmp_path: Path
) -> None:
    asked = ("--spendings", first / "spendings.csv", "--method", "items", "--tolerance", "20")
    overbrug("sample", "draw", *asked, "--seed", "7", "--out", tmp_path / "items")
    overbrug("sample", "extend", tmp_path / "items", "--to", "99999", "--out", tmp_path / "all")
    about = tmp_path / "all" / "draw.json"
    told = json.loads(about.read_bytes())
    (more,) = (each["units"] for each in told["extensions"])
    assert told["line"]["units"] == 301 == told["line"]["units_planned"] + more
    about.write_bytes(about.read_bytes().replace(b'"units":%d' % more, b'"units":%d' % (more + 9)))

    (line,) = overbrug("sample", "evaluate", tmp_path / "all", code=2).stderr.splitlines()

    assert line.endswith("does not follow from population.csv and its seed; draw anew")


def test_a_sample_is_extended_so_often_and_no_more(drawn: Path, tmp_path: Path) -> None:
    files = held(drawn)
    found, source = read(str(drawn), files)
    for _ in range(20):
        found = extended(found, to=found.units + 1)
    many = tmp_path / "many"
    many.mkdir()
    for name, content in of_draw(found, source):
        (many / name).write_bytes(content)

    done = overbrug(
        "sample", "extend", many, "--to", found.units + 1, "--out", tmp_path / "more", code=2
    )

    assert done.stderr.startswith("sample: was extended 20 times; draw anew")


def test_a_sample_is_not_extended_to_what_it_has(drawn: Path, tmp_path: Path) -> None:
    done = overbrug("sample", "extend", drawn, "--to", "5", "--out", tmp_path / "more", code=2)

    assert re.fullmatch(r"sample: has \d+ euros already; extend it to more\n", done.stderr)


def test_errors_and_uncertainties_may_be_held_to_the_tolerance_each(drawn: Path) -> None:
    def change(found: list[dict[str, str]]) -> None:
        wrong(1, "0.00")(found)
        wrong(2, "0.00", "uncertainty")(found)

    fill_in(drawn, change)

    together = overbrug("sample", "evaluate", drawn, "--no-pdf", "--json", code=1)
    each = overbrug("sample", "evaluate", drawn, "--no-pdf", "--json", "--combine", "separately")

    assert json.loads(together.stdout)["decision"] == "extend"
    assert [outcome["kinds"] for outcome in json.loads(each.stdout)["outcomes"]] == [
        ["error"],
        ["uncertainty"],
    ]


def test_every_mistake_of_the_list_is_named_with_its_line(drawn: Path) -> None:
    gone: list[str] = []

    def change(found: list[dict[str, str]]) -> None:
        found[0]["amount"] = "1.00"
        found[1] |= {"right_amount": "-1.00", "kind": "error"}
        found[2]["right_amount"] = "0.01"
        found[3]["kind"] = "error"
        found[-1] |= {"right_amount": "50.00", "kind": "error"}
        gone.append(found.pop(5)["id"])
        found[6]["id"] = "nobody"
        found.append(dict(found[7]))

    fill_in(drawn, change)
    done = overbrug("sample", "evaluate", drawn, code=2)
    complaints = [line.removeprefix(f"{drawn}/draw.csv") for line in done.stderr.splitlines()]

    assert complaints[0].startswith(":2: amount is 1.00, drawn was")
    assert complaints[1] == ":3: right_amount -1.00 is below zero, which cannot be"
    assert complaints[2].startswith(":4: right_amount differs from amount; write error or")
    assert complaints[3].startswith(":5: right_amount is the amount, so there is no error")
    assert complaints[4].startswith(":8: 'nobody' was not drawn")
    assert ":9:" in complaints[5]
    assert any("is above zero, which cannot be" in each for each in complaints)
    assert f": lacks {gone[0]!r}, which was drawn" in complaints
    assert not (drawn / "evaluation.json").exists()


def test_cells_that_cannot_be_read_are_named_with_their_line(drawn: Path) -> None:
    def change(found: list[dict[str, str]]) -> None:
        found[0]["right_amount"] = "12,5,0"
        found[1]["right_amount"] = ""
        found[2]["kind"] = "wrong"

    fill_in(drawn, change)
    said = overbrug("sample", "evaluate", drawn, code=2).stderr.splitlines()

    assert [line.split(": ")[0].rpartition(":")[2] for line in said] == ["2", "3", "4"]
    assert "'wrong' is not error or uncertainty" in said[2]


@pytest.mark.parametrize(
    ("name", "before", "after", "complaint"),
    [
        ("population.csv", b",9000.00,", b",9000.01,", "population.csv: has SHA-256"),
        ("population.csv", b"\nlarge,", b"\n\nlarge,", "population.csv: is not as it was written"),
        ("draw.json", b'"seed":"20261014"', b'"seed":"20261015"', "does not follow from popu"),
        ("draw.json", b'"confidence":"95%"', b'"confidence":"9%"', "'9%' is no confidence"),
        ("draw.json", b'"method":"interval"', b'"method":"luck"', "lacks what a draw has"),
        ("draw.json", b"{", b"[", "is no JSON"),
        ("draw.json", b'"until":null', b'"until":"2026-02-30"', "day is out of range"),
    ],
)
def test_a_draw_that_does_not_follow_from_its_population_and_seed_is_refused(
    drawn: Path, name: str, before: bytes, after: bytes, complaint: str
) -> None:
    fill_in(drawn)
    content = (drawn / name).read_bytes()
    assert before in content
    (drawn / name).write_bytes(content.replace(before, after, 1))

    (line,) = overbrug("sample", "evaluate", drawn, code=2).stderr.splitlines()

    assert complaint in line


def test_a_missing_file_is_named(drawn: Path) -> None:
    (drawn / "population.csv").unlink()

    assert overbrug("sample", "evaluate", drawn, code=2).stderr == (
        f"{drawn}/population.csv: is missing\n"
    )


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_text_of_a_sample_calls_anything_lawful(language: str) -> None:
    catalogue = (LOCALE / language / "LC_MESSAGES" / "overbrug.po").read_text(encoding="utf-8")
    texts = re.findall(r'msgid "sample\.[^\n]*\n(?:msg[^\n]*\n)+', catalogue)

    assert len(texts) > 80
    assert not re.search(r"rechtmatig|lawful|goedgekeurd|approved", "".join(texts))


# --- from the ledger ---------------------------------------------------------------------


def record(database: Database) -> None:
    engine = database.engine
    dice = random.Random(5)  # noqa: S311 - amounts of a test
    orders = [
        Order(
            id=f"e{number}",
            spent_on=date(2026, 2, 1 + number % 28),
            amount_cents=dice.randint(5_00, 900_00),
            category="rent-arrears",
            organisation="de-brug",
            home="dijkhuizen",
            case="K1",
            payee="BEGUNSTIGDE",
        )
        for number in range(120)
    ]
    with store.writing(engine) as session:
        act = Act(
            actor=people.by_handle(session, "administrator"), at=datetime(2026, 3, 2, tzinfo=UTC)
        )
        spendings.record(session, FUND, orders, act=act)
    engine.dispose()


def test_a_fund_is_drawn_from_its_ledger_on_both_databases(
    database: Database, tmp_path: Path
) -> None:
    commands.run(database, "fund", "create", str(EXAMPLE / "agreement.toml"))
    record(database)
    out = tmp_path / "sample"
    arguments = ("sample", "draw", FUND, *DAYS, *ASKED, "--out", str(out), "--json")

    told: dict[str, Any] = json.loads(commands.run(database, *arguments).stdout)
    fill_in(out)
    said = commands.run(database, "sample", "evaluate", str(out), "--no-pdf")

    assert told["of"] == {
        "fund": FUND, "from": "2026-01-01", "until": "2026-04-01", "name": told["of"]["name"],
    }  # fmt: skip
    assert told["population"]["spendings"] == 120
    assert b"BEGUNSTIGDE" not in (out / "population.csv").read_bytes()
    assert said.stdout.startswith("De fout blijft binnen de tolerantie\n")
    later = commands.run(
        database, "sample", "plan", FUND, "--from", "2026-03-01", "--until", "2026-04-01",
        "--tolerance", "5%", code=2,
    )  # fmt: skip
    assert later.stderr == "population: has no spending above zero to draw from\n"
