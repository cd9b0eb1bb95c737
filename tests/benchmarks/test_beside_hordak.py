"""Recording through the use-case, beside django-hordak's bare transaction on PostgreSQL.

Runs where django-hordak is installed: ``pip install -e '.[test,compare]'``. Its side is one
``Transaction`` with two ``Legs`` in one ``atomic()``, as its documentation does it, with the
triggers of its migrations, over a connection that Django keeps open and never asks whether it
is still there. Ours is a whole act with all checks: the spending, its particulars, the
journal, the trail and the head. Both take turns on one server, one client and one commit each.
Measured in November 2026 on two busy cores: 1.00 to 1.08 of its rate, where it was 0.62 to 0.75.
"""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support import ledgers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support import databases
    from tests.support.ledgers import Ledger

ROUNDS, SPENDINGS = 100, 10
HORDAK = """
import sys, time
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "mptt", "djmoney", "hordak",
    ],
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "HOST": sys.argv[1], "PORT": sys.argv[2],
        "USER": sys.argv[3], "PASSWORD": sys.argv[4], "NAME": sys.argv[5],
    }},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", USE_TZ=True, DEFAULT_CURRENCY="EUR",
    CURRENCIES=["EUR"], HORDAK_CURRENCIES=["EUR"], HORDAK_DEFAULT_CURRENCY="EUR",
)
django.setup()
from django.core.management import call_command
from django.db import transaction
call_command("migrate", verbosity=0)
from hordak.models import Account, Leg, Transaction
from moneyed import Money
bank = Account.objects.create(name="bank", code="1", type="AS", currencies=["EUR"])
bridged = Account.objects.create(name="bridged", code="2", type="AS", currencies=["EUR"])

def record():
    with transaction.atomic():
        made = Transaction.objects.create(description="a roof")
        Leg.objects.create(transaction=made, account=bank, credit=Money("12.34", "EUR"))
        Leg.objects.create(transaction=made, account=bridged, debit=Money("12.34", "EUR"))

print("ready", flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(line)):
        record()
    print(time.perf_counter() - start, flush=True)
"""


@pytest.mark.skipif(
    importlib.util.find_spec("hordak") is None, reason="django-hordak is not installed"
)
def test_recording_is_faster_than_a_bare_transaction_of_django_hordak(
    postgresql_server: databases.Postgresql,
) -> None:
    with (
        postgresql_server.new() as ours,
        postgresql_server.new(migrated=False) as theirs,
        _hordak(theirs) as hordak,
    ):
        ledger = ledgers.opened(ours.engine)
        for _ in range(2):  # what is compiled and prepared once
            _record(ledger), _transactions(hordak)
        pairs = [(_record(ledger), _transactions(hordak)) for _ in range(ROUNDS)]

    ratio = statistics.median(bare / act for act, bare in pairs)
    act, bare = (statistics.median(each) for each in zip(*pairs, strict=True))
    print(
        f"\n{SPENDINGS / act:.0f} spendings a second beside {SPENDINGS / bare:.0f} bare "
        f"transactions: {ratio:.2f} of their rate"
    )
    assert ratio > 1


def _record(ledger: Ledger) -> float:
    start = time.perf_counter()
    for _ in range(SPENDINGS):
        ledger.record(
            12_34,
            case=f"K{ledger.made % 40}",
            home="b",
            domain="housing",
            payee="landlord",
            purpose="a roof",
            effect="eviction",
        )
    return time.perf_counter() - start


@contextmanager
def _hordak(database: databases.Database) -> Iterator[subprocess.Popen[str]]:
    url = database.owner.url
    place = (str(url.query.get("host", url.host)), str(url.port or ""), url.username or "")
    process = subprocess.Popen(
        [sys.executable, "-c", HORDAK, *place, url.password or "", url.database or ""],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield process
        assert process.stdin is not None
        process.stdin.close()


def _transactions(process: subprocess.Popen[str]) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{SPENDINGS}\n")
    process.stdin.flush()
    return float(process.stdout.readline())
