"""``overbrug agreement`` as a real process: check, show, diff."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

OVERBRUG: Final = str(Path(sys.executable).parent / "overbrug")
EXAMPLE: Final = Path(__file__).parents[1] / "support" / "rivierenland" / "agreement.toml"


def agreement(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [OVERBRUG, "agreement", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def words(done: subprocess.CompletedProcess[str]) -> str:
    """What was said, on one line and with plain blanks."""
    return " ".join(done.stdout.split())


def next_version(folder: Path, *changes: tuple[str, str]) -> Path:
    text = EXAMPLE.read_text(encoding="utf-8")
    for before, after in (
        ("version = 1", "version = 2"),
        ("valid_from = 2026-01-01", "valid_from = 2027-01-01"),
        ("valid_until = 2027-01-01", "valid_until = 2028-01-01"),
        *changes,
    ):
        assert before in text
        text = text.replace(before, after)
    path = folder / "next.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_check_says_that_a_file_is_sound_and_by_which_fingerprint_it_is_known() -> None:
    said, found = agreement("check", EXAMPLE), agreement("check", EXAMPLE, "--json")

    (about,) = json.loads(found.stdout)
    assert about["fund"] == "rivierenland"
    assert about["sha256"] in said.stdout


def test_check_notes_a_limit_above_the_maximum_of_the_regime_and_takes_it(tmp_path: Path) -> None:
    limit = (
        '\n[[lawfulness.limit]]\nparty = "rivierstad"\nyear = 2026\nshare = "{share}"\n'
        'base_amount = "1.00"\n'
    )
    for share, is_noted in (("0.02", False), ("0.03", True)):
        path = tmp_path / "agreement.toml"
        path.write_text(EXAMPLE.read_text(encoding="utf-8") + limit.format(share=share))
        done = agreement("check", path)
        assert done.returncode == 0
        assert ("voor 2026 is 3%; het regime van 2025 gaat tot 2%." in words(done)) is is_noted


def test_comments_and_white_space_do_not_change_the_fingerprint(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    other = tmp_path / "other.toml"
    other.write_text("# een opmerking\n\n" + text.replace(" = ", "  =  "), encoding="utf-8")

    one, two = (json.loads(agreement("check", f, "--json").stdout) for f in (EXAMPLE, other))

    assert one == two


def test_check_refuses_versions_that_leave_a_gap(tmp_path: Path) -> None:
    late = next_version(tmp_path, ("valid_from = 2027-01-01", "valid_from = 2027-02-01"))

    done = agreement("check", EXAMPLE, late)

    assert done.returncode == 2
    assert "agreement.valid_from: leaves a gap: no version is valid from 2027-01-01" in done.stderr


def test_check_refuses_versions_that_overlap(tmp_path: Path) -> None:
    early = next_version(tmp_path, ("valid_from = 2027-01-01", "valid_from = 2026-07-01"))

    done = agreement("check", early, EXAMPLE)

    assert done.returncode == 2
    assert "agreement.valid_until: overlaps with the version" in done.stderr
    assert "write valid_until = 2026-07-01" in done.stderr


def test_show_tells_an_alderman_what_was_agreed() -> None:
    said = words(agreement("show", EXAMPLE))

    assert "wat is afgesproken in convenant versie 1" in said
    assert "Kassier is Rivierstad" in said
    assert "Plafond: Woonstichting De Brug draagt per kalenderjaar hoogstens € 24.000,00." in said


def test_show_speaks_english_too() -> None:
    said = agreement("show", EXAMPLE, "--language", "en").stdout

    assert "Woonstichting De Brug" in said
    assert "Kassier" not in said


def test_diff_says_what_changed_and_for_whom(tmp_path: Path) -> None:
    changed = next_version(tmp_path, ('amount = "24000.00"', 'amount = "20000.00"'))

    said = words(agreement("diff", EXAMPLE, changed))

    assert "Woonstichting De Brug" in said
    assert "€ 20.000,00 in plaats van € 24.000,00" in said


def test_a_wrong_file_is_refused_by_all_three(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("schema = 1\n", encoding="utf-8")

    for done in (
        agreement("check", wrong),
        agreement("show", wrong),
        agreement("diff", EXAMPLE, wrong),
    ):
        assert done.returncode == 2
        assert f"{wrong}: fund: is missing; write a [fund] table" in done.stderr
        assert "Traceback" not in done.stderr
