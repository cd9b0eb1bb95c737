"""``overbrug effects`` as a real process, on a database of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from ledger import people, spendings, store
from ledger.acts import Act
from ledger.orders import Order
from tests.support import databases

OVERBRUG: Final = str(Path(sys.executable).parent / "overbrug")
EXAMPLE: Final = Path(__file__).parents[1] / "support" / "rivierenland"
EFFECTS: Final = Path(__file__).parents[2] / "api" / "example" / "effects.toml"
FUND: Final = "rivierenland"


@pytest.fixture
def overbrug(tmp_path: Path) -> Any:
    """The command, on a database of the test's own."""
    place = {"OVERBRUG_DATABASE_URL": f"sqlite:///{tmp_path / 'ledger.db'}"}

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [OVERBRUG, *map(str, arguments)],
            env={**os.environ, **place},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.fixture
def fund(overbrug: Any, tmp_path: Path) -> Any:
    """The command, in a fund with a catalogue and three spendings of one case."""
    assert overbrug("fund", "create", EXAMPLE / "agreement.toml").returncode == 0
    assert overbrug("effects", "file", FUND, EFFECTS).returncode == 0
    engine = databases.opened(f"sqlite:///{tmp_path / 'ledger.db'}")
    with store.writing(engine) as session:
        spendings.record(
            session,
            FUND,
            [
                Order(
                    id=spending,
                    spent_on=date(2026, 2, 1),
                    amount_cents=900_00,
                    category="rent-arrears",
                    organisation="de-brug",
                    home="dijkhuizen",
                    case="K1",
                )
                for spending in ("e1", "e2", "e3")
            ],
            act=Act(
                actor=people.by_handle(session, "administrator"),
                at=datetime(2026, 2, 2, tzinfo=UTC),
            ),
        )
    engine.dispose()
    return overbrug


def wrong(folder: Path) -> Path:
    """Return a catalogue with two mistakes."""
    text = EFFECTS.read_text(encoding="utf-8")
    for before, after in (("grade = 6", "grade = 7"), ('index = "gbp-2012"', 'index = "gbp-2021"')):
        assert before in text
        text = text.replace(before, after, 1)
    path = folder / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    return path


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what was complained about; nothing else may have been said."""
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()


# --- the catalogue -----------------------------------------------------------------------


def test_check_says_that_a_catalogue_is_sound_and_by_which_fingerprint(overbrug: Any) -> None:
    said, found = (
        overbrug("effects", "check", EFFECTS),
        overbrug("effects", "check", EFFECTS, "--json"),
    )

    about = json.loads(found.stdout)
    assert (about["version"], about["effects"]) == (1, 10)
    assert about["sha256"] in said.stdout


def test_check_names_every_mistake_at_once(overbrug: Any, tmp_path: Path) -> None:
    text = wrong(tmp_path).read_text(encoding="utf-8").replace("horizon_months = 3\n", "", 1)
    (tmp_path / "wrong.toml").write_text(text, encoding="utf-8")

    found = lines(overbrug("effects", "check", tmp_path / "wrong.toml"))

    assert len(found) == 2
    assert all(line.startswith(f"{tmp_path / 'wrong.toml'}: effect[") for line in found)


def test_show_tells_what_every_effect_is_expected_to_save_whom(overbrug: Any) -> None:
    said = overbrug("effects", "show", EFFECTS).stdout
    told = json.loads(overbrug("effects", "show", EFFECTS, "--json").stdout)

    (eviction,) = (each for each in told["effects"] if each["effect"] == "eviction")
    assert "woningcorporatie 5.806,00 (2010/11) 6.089,67" in " ".join(said.split())
    assert eviction["savings"]["housing-association"] == {"source": "5806.00", "saving": "6089.67"}


def test_the_catalogue_of_a_fund_is_shown_in_english_too(fund: Any) -> None:
    said = fund("effects", "show", FUND, "--language", "en").stdout

    assert "valid from 1 January 2026" in said
    assert "housing association" in said


def test_a_catalogue_is_filed_once(fund: Any, tmp_path: Path) -> None:
    again = fund("effects", "file", FUND, EFFECTS)
    text = EFFECTS.read_text(encoding="utf-8").replace('deadweight = "0.275"', 'deadweight = "0.3"')
    (tmp_path / "other.toml").write_text(text, encoding="utf-8")

    refused = fund("effects", "file", FUND, tmp_path / "other.toml")

    assert json.loads(again.stdout)["status"] == "known"
    assert refused.returncode == 1
    assert refused.stderr.startswith("catalogue-exists: version 1 is on record and reads otherwise")


# --- picking and observing ---------------------------------------------------------------


def test_an_effect_is_picked_explained_and_observed(fund: Any) -> None:
    first, second = (fund("effects", "pick", FUND, each, "eviction") for each in ("e1", "e2"))
    seen = fund("effects", "observe", FUND, "e2", "partly")
    said = fund("effects", "explain", FUND, "e1").stdout
    told = json.loads(fund("effects", "explain", FUND, "e2", "--json").stdout)
    (counted,) = json.loads(fund("effects", "outcomes", FUND, "--json").stdout)

    assert json.loads(first.stdout)["savings"] == {"de-brug": "6089.67", "dijkhuizen": "734.07"}
    assert json.loads(second.stdout)["carried_by"] == told["pick"]["carried_by"] == "e1"
    assert json.loads(seen.stdout)["outcome"] == told["pick"]["observed"][0]["outcome"] == "partly"
    assert "Besteding e1 van 1 februari 2026: Huis behouden" in said
    assert "Waargenomen op" in said
    assert (counted["picks"], counted["observed"]["partly"]) == (1, 1)
    assert counted["expected"] == {"de-brug": "6089.67", "dijkhuizen": "734.07"}


def test_outcomes_stand_beside_what_was_expected(fund: Any) -> None:
    assert "Er is nog geen effect gekozen." in fund("effects", "outcomes", FUND).stdout
    fund("effects", "pick", FUND, "e1", "eviction")
    fund("effects", "observe", FUND, "e1", "yes")

    said = fund("effects", "outcomes", FUND).stdout

    assert "eviction 1 6.823,74 1 0 0 0 0" in " ".join(said.split())


def test_explain_speaks_english_too(fund: Any) -> None:
    fund("effects", "pick", FUND, "e1", "eviction")

    said = fund("effects", "explain", FUND, "e1", "--language", "en").stdout

    assert "so that they can stay in their home" in said
    assert "zodat" not in said


def test_sensitivity_says_which_grade_would_have_changed_who_pays(fund: Any) -> None:
    asked = ("effects", "sensitivity", FUND, "--from", "2026-01-01", "--until", "2026-04-01")
    nothing = fund(*asked).stdout
    # Dijkhuizen saves 495.97 and pays; de-brug 475.32, or with better evidence 594.15 and more.
    fund("effects", "pick", FUND, "e1", "energy-cut-off")
    fund("effects", "pick", FUND, "e2", "growing-debt")

    said = " ".join(fund(*asked).stdout.split())
    trials = json.loads(fund(*asked, "--json").stdout)

    assert "Er is nog geen effect gekozen." in nothing
    assert "energy-cut-off: met geen enkele graad van bewijs had een ander betaald." in said
    assert "growing-debt 5 3 dijkhuizen" in said
    changing = {(each["effect"], each["grade"]) for each in trials if each["other_payers"]}
    assert changing == {("growing-debt", grade) for grade in range(1, 6)}
    assert [each["grade"] for each in trials if each["as_picked"]] == [6, 6]


# --- wrong input -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("pick", "nofund", "e1", "eviction"), "unknown-fund: "),
        (("pick", FUND, "gone", "eviction"), "unknown-spending: there is no spending 'gone'"),
        (("pick", FUND, "e1", "evict"), "unknown-effect: 'evict' is no effect"),
        (("pick", FUND, "e1", "eviction", "--as", "nobody"), "unknown-person: "),
        (("observe", FUND, "e1", "perhaps"), "outcome: 'perhaps' is not one of yes, partly"),
        (("observe", FUND, "e1", "yes"), "nothing-picked: "),
        (("explain", FUND, "gone"), "unknown-spending: "),
        (("show", "nofund"), "unknown-fund: "),
        (("show", "no.toml"), "no.toml: cannot be read: "),
        (("check", "no.toml"), "no.toml: cannot be read: "),
        (("file", FUND, "no.toml"), "no.toml: cannot be read: "),
        (("outcomes", "nofund"), "unknown-fund: "),
        (("sensitivity", FUND, "--from", "2026-04-01", "--until", "2026-01-01"), "--until: "),
        (("sensitivity", FUND, "--from", "1 april", "--until", "2026-01-01"), "--from: "),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    fund: Any, arguments: tuple[str, ...], what: str
) -> None:
    (line,) = lines(fund("effects", *arguments))

    assert line.startswith(what)


def test_a_catalogue_with_mistakes_is_not_filed(fund: Any, tmp_path: Path) -> None:
    assert len(lines(fund("effects", "file", FUND, wrong(tmp_path)))) >= 1


def test_another_effect_on_the_same_spending_is_refused(fund: Any) -> None:
    fund("effects", "pick", FUND, "e1", "eviction")

    done = fund("effects", "pick", FUND, "e1", "job-loss")

    assert done.returncode == 1
    assert done.stderr.startswith("effect-picked-already: ")


def test_a_fund_without_a_catalogue_says_so(overbrug: Any) -> None:
    overbrug("fund", "create", EXAMPLE / "agreement.toml")

    (line,) = lines(overbrug("effects", "show", FUND))

    assert line.startswith(f"{FUND}: has no catalogue that is valid on ")
