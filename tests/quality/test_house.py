"""The house is in order: format, lint, types, arrows between the rooms, sizes."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest
from babel.messages import pofile
from typer.main import get_command

from api.cli import commands
from api.cli.options import EVENT_MAX
from ledger.agreement import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    import typer

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LINES_MAX = 400
ROOMS = ("api", "ledger", "reports", "settlement", "migrations")


def _quiet(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_code_is_formatted() -> None:
    _quiet(str(BIN / "ruff"), "format", "--check", ".")


def test_code_passes_the_linter() -> None:
    _quiet(str(BIN / "ruff"), "check", ".")


def test_types_hold() -> None:
    _quiet(str(BIN / "mypy"))


def test_rooms_import_in_one_direction() -> None:
    _quiet(str(BIN / "lint-imports"))


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_is_longer_than_a_page_of_thought(room: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / room).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LINES_MAX
    }

    assert long == {}


@pytest.mark.parametrize("room", ["api", "ledger", "reports"])
def test_every_text_is_there_in_both_languages(room: str) -> None:
    ids = {}
    for language in ("nl", "en"):
        path = ROOT / room / "locale" / language / "LC_MESSAGES" / "overbrug.po"
        with path.open(encoding="utf-8") as file:
            catalogue = pofile.read_po(file, locale=language)
        ids[language] = {str(message.id) for message in catalogue if message.id}
        untranslated = [message.id for message in catalogue if message.id and not message.string]
        assert untranslated == []

    assert ids["nl"] == ids["en"]


def test_every_dependency_has_its_reason_beside_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    listed = tomllib.loads("\n".join(lines))["project"]
    wanted = [*listed["dependencies"], *listed["optional-dependencies"]["test"]]

    unexplained = [
        each for each in wanted if not any(f'"{each}",' in line and "#" in line for line in lines)
    ]

    assert unexplained == []


def test_the_top_level_holds_the_rooms_and_nothing_else() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - whichever git there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if tracked.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    expected = {*ROOMS, "tests", "alembic.ini", "pyproject.toml", "README.md"}
    by_convention = {"LICENSE", "publiccode.yml"}

    assert {name for name in top if not name.startswith(".")} - by_convention == expected


def test_the_two_commands_of_the_readme_are_those_that_ci_and_users_run() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    told = [line for line in readme.splitlines() if line.endswith(("overbrug demo", "pytest"))]

    assert len(told) == 2
    assert told[1] in ci
    assert told[0].startswith("python3 -m venv .venv && .venv/bin/pip install -q -e .")


def options(of: typer.Typer, name: str = "overbrug") -> Iterator[tuple[str, Any, Any]]:
    """Yield every option and argument of commands: its name, its type, what is said of it."""
    for group in of.registered_groups:
        assert group.typer_instance is not None
        yield from options(group.typer_instance, f"{name} {group.name}")
    for command in of.registered_commands:
        assert command.callback is not None
        hints = get_type_hints(command.callback, include_extras=True)
        for option, hint in hints.items():
            if hasattr(hint, "__metadata__"):
                of_it = f"{name} {command.name or command.callback.__name__} {option}"
                yield of_it, hint.__origin__, hint.__metadata__[0]


def test_every_number_on_the_command_line_has_bounds_that_databases_hold() -> None:
    numbers = {
        name: said for name, kind, said in options(commands.app()) if kind in {int, int | None}
    }

    assert len(numbers) > 10
    for name, said in numbers.items():
        assert said.min is not None, name
        assert said.max is not None, name
        assert -(2**31) < said.min <= said.max <= EVENT_MAX < 2**63, name


def test_the_readme_names_every_option_and_key_that_there_is() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    settle = get_command(commands.app()).commands["settle"]  # type: ignore[attr-defined]
    options = {option for each in settle.params for option in each.opts if option.startswith("--")}
    members = {
        (info.alias or name)
        for model in (
            schema.Fund,
            schema.Terms,
            schema.SettlementTerms,
            schema.Party,
            schema.Assignment,
            schema.Limit,
            schema.RiskPool,
        )
        for name, info in model.model_fields.items()
    }

    assert {option for option in options if option not in readme} == set()
    assert {member for member in members if f"`{member}`" not in readme} == set()
