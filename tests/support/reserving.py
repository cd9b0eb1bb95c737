"""A professional in a process of their own: reserves on every line of standard input.

``python -m tests.support.reserving URL FUND HANDLE``; a line is an id and an amount in
cents, the answer a line with the status or the slug of the refusal.
"""

from __future__ import annotations

import sys
from datetime import date

from ledger import people, pool, store
from ledger.acts import Act
from ledger.errors import Refusal
from tests.support import databases
from tests.support.ledgers import NOW


def main(url: str, fund: str, handle: str) -> None:
    """Reserve until standard input ends."""
    engine = databases.opened(url)
    with store.reading(engine) as session:
        act = Act(actor=people.by_handle(session, handle), at=NOW)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        id_, cents = line.split()
        asked = pool.Hold(
            id=id_, case="K1", organisation="a", amount_cents=int(cents), until=date(2026, 3, 1)
        )
        try:
            with store.writing(engine) as session:
                answer = pool.reserve(session, fund, asked, act=act).status
        except Refusal as refusal:
            answer = refusal.slug
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
