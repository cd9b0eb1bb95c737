"""The key file: private, whole, one at a time; made on first use, and from the one of before."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from api import keyfile
from api.keyfile import KeyFile
from ledger.errors import WrongInput
from ledger.sealing import keys

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "folder" / "overbrug.key"
    monkeypatch.setenv(keyfile.VARIABLE, str(path))
    return path


def test_it_is_made_on_first_use_for_its_owner_alone(file: Path) -> None:
    made = KeyFile(file).read()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert KeyFile(file).read() == made
    assert made.buckets == ()


def test_the_one_of_before_stays_and_gets_buckets_once_something_is_sealed(file: Path) -> None:
    secret = "07" * 32
    file.parent.mkdir()
    file.write_text(f"{secret}\n", encoding="ascii")
    file.chmod(0o600)
    of_bank = keyfile.of_fund("fund")

    ring = keyfile.ring("sqlite:////somewhere/ledger.db")
    assert file.read_text(encoding="ascii") == f"{secret}\n"
    sealed = ring.seal(b"what may have to be erased", 24)

    found = keys.read(file.read_text(encoding="ascii"))
    assert found.secret.hex() == secret
    assert [each.place for each in found.buckets] == ["sqlite:////somewhere/ledger.db"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert keyfile.of_fund("fund") == of_bank
    assert keyfile.ring("sqlite:////elsewhere.db").open(sealed) == b"what may have to be erased"


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (b"07" * 32, 0o640, "may be read by others than its owner; run chmod 600 on it"),
        (b"07" * 32, 0o604, "may be read by others than its owner; run chmod 600 on it"),
        (b"07" * 31, 0o600, "cannot be used: it is no key file; put the right one back"),
        (b"", 0o600, "cannot be used: it is no key file; put the right one back"),
        (b'{"kind": "overbrug keys 1",\n "secret": "07', 0o600, "cannot be used: it is no key fil"),
        (b'{"kind": "overbrug keys 2"}', 0o600, "cannot be used: it is no key file"),
        (b"\xff\xfe", 0o600, "cannot be used: it is no key file"),
    ],
)
def test_one_that_is_none_or_not_private_is_refused_and_stays(
    file: Path, content: bytes, mode: int, says: str
) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    file.chmod(mode)

    with pytest.raises(WrongInput, match="OVERBRUG_KEY_FILE") as refused:
        KeyFile(file).read()
    with pytest.raises(WrongInput):
        KeyFile(file).change(lambda there: there.with_month("2033-11", "here"))

    assert refused.value.mistakes[0].what.startswith(says)
    assert file.read_bytes() == content


def test_a_folder_in_which_none_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(WrongInput, match="cannot be used: "):
        KeyFile(tmp_path / "file" / "key").read()


def test_what_was_left_half_written_is_never_the_key_file(file: Path) -> None:
    there = KeyFile(file).change(lambda found: found.with_month("2033-11", "here"))
    (file.parent / f".{file.name}-left").write_text("{", encoding="ascii")

    assert KeyFile(file).read() == there


def test_a_change_that_fails_leaves_it_as_it_was(file: Path) -> None:
    there = KeyFile(file).read()

    def fail(_: keys.Keys) -> keys.Keys:
        raise LookupError

    with pytest.raises(LookupError):
        KeyFile(file).change(fail)

    assert KeyFile(file).read() == there
    assert {each.name for each in file.parent.iterdir()} == {file.name, f".{file.name}.lock"}


def test_processes_that_make_buckets_at_once_lose_none_and_share_those_of_a_place(
    file: Path,
) -> None:
    months, processes = 20, 4
    together = [
        subprocess.Popen([sys.executable, "-m", "tests.support.eraser", str(months)])
        for _ in range(processes)
    ]
    assert [each.wait(120) for each in together] == [0] * processes

    found = KeyFile(file).read().buckets

    assert sorted(each.month for each in found if each.place == "here") == [
        f"{2000 + month}-01" for month in range(1, months + 1)
    ]
    assert {each.place for each in found if each.place != "here"} == {
        str(each.pid) for each in together
    }
    assert len({each.number for each in found}) == len(found) == months + processes


def test_it_says_when_it_was_changed(file: Path) -> None:
    source = KeyFile(file)
    seen = [source.stamp()]
    source.read()
    seen.append(source.stamp())
    source.change(lambda there: there.with_month("2033-11", "here"))
    seen.append(source.stamp())
    file.chmod(0o640)
    seen.append(source.stamp())

    assert len({*seen}) == 4
    assert source.stamp() == seen[-1]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("postgresql+psycopg://owner:pass@db/x", "postgresql+psycopg://app@db/x", True),
        ("postgresql+psycopg://owner@db/x", "postgresql+psycopg://owner@db/y", False),
        ("postgresql+psycopg://owner@db/x", "postgresql+psycopg://owner@other/x", False),
        ("sqlite:////a/../b/l.db", "sqlite:////b/l.db", True),
        ("sqlite:////a/l.db", "sqlite:////b/l.db", False),
        ("sqlite:///l.db", f"sqlite:///{os.path.realpath('l.db')}", True),
    ],
)
def test_a_place_is_that_of_the_database_whoever_connects_to_it(
    file: Path, one: str, other: str, same: bool
) -> None:
    assert (keyfile.ring(one).place == keyfile.ring(other).place) is same
    assert "pass" not in keyfile.ring(one).place
