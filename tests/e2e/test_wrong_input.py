"""Input that is wrong: exit code 2, one line a mistake, nothing written, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final, TypeAlias

import pytest

OVERBRUG: Final = str(Path(sys.executable).parent / "overbrug")
EXAMPLE: Final = Path(__file__).parents[1] / "support" / "rivierenland"
NAMES: Final = ("agreement.toml", "spendings.csv", "savings.csv")
QUARTER: Final = ("--from", "2026-01-01", "--until", "2026-04-01")
HEADER: Final = "id,spent_on,amount,category,case,organisation\n"

Change: TypeAlias = tuple[str, str]

AGREEMENTS: Final[dict[str, tuple[Change, str]]] = {
    "a table that nobody knows": (
        ("[fund]", "[fundd]"),
        "agreement.toml: fundd: is no member of the agreement; did you mean fund?",
    ),
    "a member that nobody knows": (
        ('funding = "pool"', 'fundng = "pool"'),
        "settlement.fundng: is no member of the agreement; did you mean funding?",
    ),
    "a missing member": (
        ('name = "Gemeente Dijkhuizen"\n', ""),
        "party[dijkhuizen].name: is missing; write a text between quotes",
    ),
    "no TOML": (("[fund]", "[fund"), "agreement.toml:5: is not TOML"),
    "another schema": (("schema = 1", "schema = 2"), "schema: 2 does not fit; write 1"),
    "an amount without quotes": (
        ('amount = "16800.00"', "amount = 16800.00"),
        "contribution[1].amount: write the amount between quotes",
    ),
    "an amount with a comma": (
        ('amount = "16800.00"', 'amount = "16800,00"'),
        "contribution[1].amount: '16800,00' is not an amount",
    ),
    "an amount below nothing": (
        ('amount = "16800.00"', 'amount = "-1.00"'),
        "contribution[1].amount: '-1.00' is less than nothing",
    ),
    "a date between quotes": (
        ("valid_from = 2026-01-01", 'valid_from = "2026-01-01"'),
        "agreement.valid_from: write a date without quotes",
    ),
    "a date that does not exist": (
        ("due_on = 2026-01-15", "due_on = 2026-02-30"),
        "is not TOML",
    ),
    "an end before the beginning": (
        ("valid_until = 2027-01-01", "valid_until = 2025-01-01"),
        "agreement.valid_until: 2025-01-01 is not after 2026-01-01",
    ),
    "a kind of organisation that nobody knows": (
        ('kind = "housing-association"', 'kind = "corporatie"'),
        "party[de-brug].kind: 'corporatie' does not fit; write 'municipality' or",
    ),
    "a kind of key that nobody knows": (
        ('kind = "largest-saving"', 'kind = "largest"'),
        "key[grootste-besparing]: kind must be one of measure, fixed",
    ),
    "a savings key without its level": (
        ('kind = "savings"\nlevel = "case"', 'kind = "savings"'),
        "key[besparing].level: is missing; write 'spending' or 'case'",
    ),
    "a party twice": (
        ('code = "dijkhuizen"', 'code = "rivierstad"'),
        "party[rivierstad].code: 'rivierstad' is used twice",
    ),
    "a party with a reserved name": (
        ('code = "politie"', 'code = "pool"'),
        "party[pool].code: 'pool' says in spendings who advanced the money",
    ),
    "a party called what a paper is called": (
        ('code = "politie"', 'code = "summary"'),
        "party[summary].code: 'summary' names the statement of all together",
    ),
    "an unknown account holder": (
        ('account_holder = "rivierstad"', 'account_holder = "rivierstat"'),
        "agreement.account_holder: there is no party 'rivierstat'; did you mean 'rivierstad'?",
    ),
    "an unknown key": (
        ('ties = "inwoners"', 'ties = "inwoner"'),
        "key[grootste-besparing].ties: there is no key 'inwoner'; did you mean 'inwoners'?",
    ),
    "keys in a circle": (
        ('by = "home"\nfallback = "inwoners"', 'by = "home"\nfallback = "besparing"'),
        "refers to itself: woonplaats -> besparing -> woonplaats",
    ),
    "a fallback that may fail too": (
        ('by = "home"\nfallback = "inwoners"', 'by = "home"\nfallback = "klein-samen"'),
        "key[woonplaats].fallback: 'klein-samen' is a tiered key and may fail too",
    ),
    "shares that do not sum to 1": (
        (
            'kind = "measure"\nmeasure = "inhabitants"',
            'kind = "fixed"\nshares = { rivierstad = "0.333", dijkhuizen = "0.333", '
            'polderveen = "0.333" }',
        ),
        "key[inwoners].shares: shares sum to 999/1000, not to exactly 1",
    ),
    "a share in scientific notation": (
        (
            'kind = "measure"\nmeasure = "inhabitants"',
            'kind = "fixed"\nshares = { rivierstad = "1e0" }',
        ),
        "key[inwoners].shares.rivierstad: '1e0' is not an exact number",
    ),
    "a participant without a measure": (
        ("measures = { inhabitants = 31550 }", "measures = { surface = 1 }"),
        "party[dijkhuizen].measures: 'inhabitants' is missing, which key 'inwoners' uses",
    ),
    "tiers that do not rise": (
        ('up_to = "150.00"', 'up_to = "0.00"'),
        "key[klein-samen].tiers: bounds must rise from more than 0.00",
    ),
    "spendings that escape every assignment": (
        ('[[assignment]]\nkey = "inwoners"', '[[assignment]]\nkey = "inwoners"\ndomain = ["work"]'),
        "assignment[4]: the last assignment must match everything",
    ),
    "a ladder over savings": (
        ('over = "inwoners"', 'over = "besparing"'),
        "ladder[1].over: 'besparing' is a savings key; name a measure, fixed or equal key",
    ),
    "an account number with a slip": (
        ('iban = "NL', 'iban = "NL9'),
        "iban: is no IBAN: its check digits do not fit",
    ),
    "a time zone that does not exist": (
        ("Europe/Amsterdam", "Europe/Dordrecht"),
        "fund.timezone: there is no such time zone",
    ),
    "nobody who takes part": (
        ("participant = true", "participant = false"),
        "party: nobody takes part; write participant = true",
    ),
    "nothing but brackets": (("schema = 1", "schema = " + "[" * 50_000), "nested too deeply"),
}

SPENDINGS: Final[dict[str, tuple[bytes, str]]] = {
    "no bytes": (b"", "spendings.csv: is empty; write at least the header id,spent_on"),
    "blank lines only": (b"\n\n\n", "spendings.csv: is empty"),
    "a missing column": (
        b"id,spent_on,amount,category,case\n",
        "spendings.csv:1: the column organisation is missing; the header needs",
    ),
    "a column twice": (
        b"id,id,spent_on,amount,category,case,organisation\n",
        "spendings.csv:1: the column id stands in the header twice",
    ),
    "Latin-1": (
        (HEADER + "a,2026-01-05,1.00,caf\xe9,K1,rivierstad\n").encode("latin-1"),
        "spendings.csv:2: byte 0xE9 is not UTF-8; save it as UTF-8",
    ),
    "UTF-16": ((HEADER + "a,2026-01-05,1.00,x,K1,rivierstad\n").encode("utf-16"), "is not UTF-8"),
    "an id that a spreadsheet would run": (
        (HEADER + "=1+1,2026-01-05,1.00,x,K1,rivierstad\n").encode(),
        "spendings.csv:2: id '=1+1' begins with '=', so that a spreadsheet takes it for a formula; "
        "begin it with a letter or a digit",
    ),
    "a category that a spreadsheet would run": (
        (HEADER + "a,2026-01-05,1.00,@x,K1,rivierstad\n").encode(),
        "spendings.csv:2: category '@x' begins with '@'",
    ),
    "an id twice": (
        (HEADER + "a,2026-01-05,1.00,x,K1,rivierstad\n" * 2).encode(),
        "spendings.csv:3: id 'a' stands on an earlier line too",
    ),
    "a missing cell": (
        (HEADER + "a,2026-01-05,1.00,x,K1\n").encode(),
        "spendings.csv:2: has 5 cells; the header has 6",
    ),
    "a quote that is never closed": (
        (HEADER + 'a,2026-01-05,1.00,"x,K1,rivierstad\n').encode(),
        "spendings.csv:2: ",
    ),
    "an unknown organisation": (
        (HEADER + "a,2026-01-05,1.00,x,K1,rotterdam\n").encode(),
        "spendings.csv:2: organisation 'rotterdam' is not the code of a party",
    ),
    "scientific notation": (
        (HEADER + "a,2026-01-05,1e3,x,K1,rivierstad\n").encode(),
        "spendings.csv:2: amount '1e3' is not an amount",
    ),
    "a decimal comma": (
        (HEADER.replace(",", ";") + "a;2026-01-05;12,50;x;K1;rivierstad\n").encode(),
        "spendings.csv:2: amount '12,50' is not an amount",
    ),
    "a thousands separator": (
        (HEADER + "a,2026-01-05,1.234,x,K1,rivierstad\n").encode(),
        "spendings.csv:2: amount '1.234' is not an amount",
    ),
    "not a number": (
        (HEADER + "a,2026-01-05,NaN,x,K1,rivierstad\n").encode(),
        "spendings.csv:2: amount 'NaN' is not an amount",
    ),
    "10 to the power 18": (
        (HEADER + "a,2026-01-05,1000000000000000000,x,K1,rivierstad\n").encode(),
        "spendings.csv:2: amount '1000000000000000000' is more than 10000000000.00",
    ),
    "a day that does not exist": (
        (HEADER + "a,2026-02-30,1.00,x,K1,rivierstad\n").encode(),
        "spendings.csv:2: spent_on '2026-02-30' is a day that does not exist",
    ),
    "a day as people write it": (
        (HEADER + "a,05-01-2026,1.00,x,K1,rivierstad\n").encode(),
        "spendings.csv:2: spent_on '05-01-2026' is not a date",
    ),
    "a reversal of nothing": (
        (HEADER.strip() + ",reverses\na,2026-01-05,-1.00,x,K1,rivierstad,b\n").encode(),
        "spendings.csv:2: reverses 'b', which is not in the file",
    ),
    "a reversal of another amount": (
        (
            HEADER.strip() + ",reverses\na,2026-01-05,1.00,x,K1,rivierstad,\n"
            "b,2026-01-06,-2.00,x,K1,rivierstad,a\n"
        ).encode(),
        "spendings.csv:3: reverses 'a'",
    ),
    "more back than was spent": (
        (
            HEADER.strip() + ",refunds\na,2026-01-05,1.00,x,K1,rivierstad,\n"
            "b,2026-01-06,-2.00,x,K1,rivierstad,a\n"
        ).encode(),
        "spendings.csv:3: refunds of 'a' add up to 2.00",
    ),
    "a day before the agreement": (
        (HEADER.strip() + ",booked_on\na,2025-12-05,1.00,x,K1,rivierstad,2026-01-05\n").encode(),
        "spendings.csv:2: spent_on 2025-12-05 is outside the validity of the agreements",
    ),
    "a line break in a code": (
        (HEADER + 'a,2026-01-05,1.00,"x\ny",K1,rivierstad\n').encode(),
        "spendings.csv:2: category 'x\\ny' holds a character that nobody sees",
    ),
    "a null byte": (
        (HEADER + "a,2026-01-05,1.00,x\0,K1,rivierstad\n").encode(),
        "spendings.csv:2: ",
    ),
    "a line of 100 MB": (HEADER.encode() + b"a" * 100_000_000, "spendings.csv:2: "),
}

SAVINGS: Final[dict[str, tuple[bytes, str]]] = {
    "no bytes": (b"", "savings.csv: is empty"),
    "an unknown spending": (
        b"spending,party,amount\nnobody,rijk,1.00\n",
        "savings.csv:2: spending 'nobody' is not the id of a spending in",
    ),
    "an unknown party": (
        b"spending,party,amount\nb0001,koning,1.00\n",
        "savings.csv:2: party 'koning' is not the code of a party",
    ),
    "an amount of letters": (
        b"spending,party,amount\nb0001,rijk,veel\n",
        "savings.csv:2: amount 'veel' is not an amount",
    ),
    "a missing column": (
        b"spending,party\nb0001,rijk\n",
        "savings.csv:1: the column amount is missing",
    ),
}

COMMANDS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "only one end of the period": (
        ("--from", "2026-01-01"),
        "--from: give both --from and --until",
    ),
    "a period that ends before it begins": (
        ("--from", "2026-04-01", "--until", "2026-01-01"),
        "--until: a period ends after it begins",
    ),
    "a period after the agreement": (
        ("--from", "2027-01-01", "--until", "2027-04-01"),
        "--until: no version of the agreement given is in force on 2027-03-31",
    ),
    "a date on the papers that is none": (
        (*QUARTER, "--date", "tomorrow"),
        "--date: 'tomorrow' is not a date",
    ),
    "a spending that is not settled": (
        (*QUARTER, "--explain", "b9999"),
        "--explain: spending 'b9999' is not in ",
    ),
    "an earlier settlement that is none": (
        (*QUARTER, "--previous", "/usr"),
        "has no lines.csv; name a folder that overbrug settle wrote",
    ),
    "an earlier settlement that is not there": (
        (*QUARTER, "--previous", "{folder}/nowhere"),
        "nowhere: is not a folder",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).write_bytes((EXAMPLE / name).read_bytes())
    return tmp_path


def settle(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    agreement, spendings, savings = (str(folder / name) for name in NAMES)
    return subprocess.run(
        [
            OVERBRUG, "settle", agreement, "--spendings", spendings, "--savings", savings,
            "--out", str(folder / "out"), "--no-pdf", *options,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess[str], folder: Path, mistake: str) -> None:
    assert done.returncode == 2, done.stdout + done.stderr
    assert mistake in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert all(": " in line and len(line) < 1_000 for line in done.stderr.splitlines())
    assert not (folder / "out").exists()
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("name", AGREEMENTS)
def test_a_wrong_agreement_is_refused(folder: Path, name: str) -> None:
    (before, after), mistake = AGREEMENTS[name]
    path = folder / "agreement.toml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")

    refused(settle(folder, *QUARTER), folder, mistake)


@pytest.mark.parametrize("name", SPENDINGS)
def test_a_wrong_list_of_spendings_is_refused(folder: Path, name: str) -> None:
    content, mistake = SPENDINGS[name]
    (folder / "spendings.csv").write_bytes(content)
    (folder / "savings.csv").write_bytes(b"spending,party,amount\n")

    refused(settle(folder, *QUARTER), folder, mistake)


@pytest.mark.parametrize("name", SAVINGS)
def test_a_wrong_list_of_savings_is_refused(folder: Path, name: str) -> None:
    content, mistake = SAVINGS[name]
    (folder / "savings.csv").write_bytes(content)

    refused(settle(folder, *QUARTER), folder, mistake)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_wrong_command_is_refused(folder: Path, name: str) -> None:
    options, mistake = COMMANDS[name]

    refused(settle(folder, *(o.format(folder=folder) for o in options)), folder, mistake)


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_or_nothing_in_place_of_a_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    refused(settle(folder, *QUARTER), folder, f"{name}: cannot be read: no such file")
    (folder / name).mkdir()

    refused(settle(folder, *QUARTER), folder, f"{name}: cannot be read: is a directory")


def test_a_key_that_gives_nobody_a_weight_names_the_spending(folder: Path) -> None:
    path = folder / "agreement.toml"
    text = path.read_text(encoding="utf-8").replace(
        '[[assignment]]\nkey = "inwoners"', '[[assignment]]\nkey = "buiten"'
    )
    path.write_text(
        f'{text}\n[[key]]\ncode = "buiten"\nkind = "fixed"\nshares = {{ rijk = "1" }}\n',
        encoding="utf-8",
    )

    refused(
        settle(folder, *QUARTER), folder, "key buiten gives no participant of that day a weight"
    )


def test_all_mistakes_come_at_once(folder: Path) -> None:
    path = folder / "agreement.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('over = "inwoners"', 'over = "x"').replace('ties = "inwoners"', 'ties = "y"'),
        encoding="utf-8",
    )

    done = settle(folder, *QUARTER)

    assert "there is no key 'x'" in done.stderr
    assert "there is no key 'y'" in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_folder_with_other_things_in_it_is_not_overwritten(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "letter.txt").write_text("keep", encoding="utf-8")

    done = settle(folder, *QUARTER)

    assert done.returncode == 2
    assert "out: is not empty; name a folder that is empty or new" in done.stderr
    assert (folder / "out" / "letter.txt").read_text(encoding="utf-8") == "keep"


@pytest.mark.parametrize("foreign", ["letter.txt", "statements/scan.png", "q2/lines.csv"])
def test_a_settlement_that_holds_a_file_of_someone_else_is_not_replaced(
    folder: Path, foreign: str
) -> None:
    assert settle(folder, *QUARTER).returncode == 0
    path = folder / "out" / foreign
    path.parent.mkdir(exist_ok=True)
    path.write_text("keep", encoding="utf-8")

    done = settle(folder, *QUARTER)

    assert done.returncode == 2
    assert f"{path}: was not written by overbrug; move it, or name another folder" in done.stderr
    assert path.read_text(encoding="utf-8") == "keep"


@pytest.mark.parametrize("previous", ["out", "out/../out", "link"])
def test_a_settlement_that_the_next_rests_on_is_not_replaced_by_it(
    folder: Path, previous: str
) -> None:
    assert settle(folder, *QUARTER).returncode == 0
    (folder / "link").symlink_to(folder / "out")
    before = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}

    done = settle(folder, "--from", "2026-04-01", "--until", "2026-07-01",
                  "--previous", str(folder / previous))  # fmt: skip

    assert done.returncode == 2
    assert f"out: and {folder / previous}, which is read, overlap; name another" in done.stderr
    assert {path.name: path.read_bytes() for path in (folder / "out").iterdir()} == before


def test_a_settlement_stays_as_it_was_where_the_next_one_is_refused(folder: Path) -> None:
    assert settle(folder, *QUARTER).returncode == 0
    before = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    (folder / "spendings.csv").write_bytes(b"")

    done = settle(folder, *QUARTER)

    assert done.returncode == 2
    assert {path.name: path.read_bytes() for path in (folder / "out").iterdir()} == before


def test_an_earlier_settlement_that_was_changed_is_refused(folder: Path) -> None:
    assert settle(folder, *QUARTER).returncode == 0
    (folder / "out").rename(folder / "q1")
    lines = folder / "q1" / "allocations.csv"
    lines.write_bytes(lines.read_bytes().replace(b".", b"0.", 1))

    done = settle(folder, "--from", "2026-04-01", "--until", "2026-07-01",
                  "--previous", str(folder / "q1"))  # fmt: skip

    refused(done, folder, "q1/allocations.csv: was changed after it was written")
