"""An administrator in a process of their own: opens funds and makes people known.

``python -m tests.support.opening URL FUND``; a line of standard input is ``fund CODE`` or
``person HANDLE``, the answer a line with ``done`` or the slug of the refusal.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ledger import funds, people, store
from ledger.acts import Act
from ledger.errors import Refusal
from tests.support import databases
from tests.support.funds import agreement
from tests.support.ledgers import NOW

if TYPE_CHECKING:
    from sqlalchemy import Engine


def done(engine: Engine, fund: str, kind: str, name: str) -> str:
    """Open a fund of that code, or give somebody of that handle a role; say what became of it."""
    try:
        with store.writing(engine) as session:
            act = Act(actor=people.ensure(session, "administrator"), at=NOW)
            if kind == "fund":
                document = agreement().replace(b'code = "fund"', f'code = "{name}"'.encode(), 1)
                funds.create(session, [("agreement.toml", document)], act=act)
            else:
                people.grant(session, fund, name, role="professional", organisation="a", act=act)
    except Refusal as refusal:
        return refusal.slug
    return "done"


def main(url: str, fund: str) -> None:
    """Do what is asked until standard input ends."""
    engine = databases.opened(url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        kind, name = line.split()
        sys.stdout.write(f"{done(engine, fund, kind, name)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
