"""What all tests share: how deep the laws are searched, and real databases."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from api import keyfile
from tests.support import databases

if TYPE_CHECKING:
    from collections.abc import Iterator

# Hundreds of commands run as processes; none should read all modules from their source.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

# The same examples on every machine, so that a red test is red for everyone.
settings.register_profile(
    "shallow", derandomize=True, database=None, deadline=None, max_examples=40,
    suppress_health_check=SLOW,
)  # fmt: skip
settings.register_profile(
    "deep", derandomize=True, database=None, deadline=timedelta(minutes=1), max_examples=2000,
    suppress_health_check=SLOW,
)  # fmt: skip
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "shallow"))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Measure on one core, with nothing beside it; all else runs on all of them."""
    return 0 if any("benchmarks" in argument for argument in config.args) else None


@pytest.fixture(scope="module", autouse=True)
def _key_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give the tests of a page, and the commands that they run, a key file of their own."""
    os.environ[keyfile.VARIABLE] = str(tmp_path_factory.mktemp("keys") / "overbrug.key")


@pytest.fixture(scope="session")
def sqlite_server(tmp_path_factory: pytest.TempPathFactory) -> databases.Sqlite:
    return databases.Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[databases.Postgresql]:
    with databases.postgresql() as server:
        yield server


@pytest.fixture(params=databases.DIALECTS)
def server(request: pytest.FixtureRequest) -> databases.Sqlite | databases.Postgresql:
    """Both databases, one after the other."""
    found: databases.Sqlite | databases.Postgresql = request.getfixturevalue(
        f"{request.param}_server"
    )
    return found


@pytest.fixture
def database(server: databases.Sqlite | databases.Postgresql) -> Iterator[databases.Database]:
    """A migrated database of the test's own, on both kinds."""
    with server.new() as made:
        yield made


@pytest.fixture
def sqlite_database(sqlite_server: databases.Sqlite) -> Iterator[databases.Database]:
    """A migrated SQLite database, where the kind of database makes no difference."""
    with sqlite_server.new() as made:
        yield made
