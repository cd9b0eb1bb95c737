"""What ``overbrug demo`` writes: a ledger that was told the example year, and files from it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from api.cli import settle_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from api.example.year import Year
    from settlement.states import Standing

LEDGER: Final = "ledger.db"
EXAMPLE: Final = ("agreement.toml", "effects.toml")
"""Files that come with the project."""

FACTS: Final = ("spendings.csv", "savings.csv")
"""Files that are written from the ledger, for ``overbrug settle``."""

SAMPLE: Final = "sample"
"""The folder of the sample that an auditor drew."""

LAWFULNESS: Final = "lawfulness"
"""The folder of what organisations account for of the year."""

WRITTEN: Final = (
    *(*EXAMPLE, *FACTS, f"{LEDGER}*", "bank/q[1-4].xml", f"{SAMPLE}/*", f"{LAWFULNESS}/*"),
    *(f"q{number}/{name}" for number in (1, 2, 3, 4) for name in settle_files.WRITTEN),
)
"""What the folder of a demonstration may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """What is told of a quarter on the terminal; amounts in cents."""

    start: date
    last_day: date
    state: str
    lines: int
    amount_cents: int
    contributed_cents: int
    advanced_cents: int
    unspent_cents: int  # of what was paid in


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of the year on the terminal."""

    fund: str
    cases: int
    spendings: int
    professionals: int
    median_cents: int
    spending: str  # id of one, to ask about
    accepted: str  # id of one that departs from a rule, which was accepted
    head: str
    quarters: tuple[Quarter, ...]


def write_ledger(folder: Path, *, out: Path) -> Told:
    """Write the ledger of the example year, and the files that come with it or from it.

    Args:
        folder: An empty folder.
        out: Where it comes to be.
    """
    from api.example import telling, year
    from api.example.material import FOLDER
    from migrations import running
    from reports.exports import settlement_files

    for name in EXAMPLE:
        (folder / name).write_bytes((FOLDER / name).read_bytes())
    happened = year.year(telling.agreement())
    with _engine(folder, out) as engine:
        running.upgrade(engine)
        for done in happened.done:
            telling.tell(engine, done, record=settlement_files.record)
        return _written(folder, engine, happened)


def get_ready() -> None:
    """Load what makes statements, in a process that makes many.

    A statement makes many objects and few that are garbage only together: looking for
    these less often takes a sixth of the time off.
    """
    import gc

    from reports import pdf

    pdf.styles()
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


def write_part(folder: Path, part: str, papers_in: str | None, *about: Any) -> None:
    """Write what follows from the ledger: a part that a process of its own can write.

    Args:
        folder: Of the demonstration.
        part: One of ``quarter``, ``sample`` and ``lawfulness``.
        papers_in: The language of papers; ``None`` for no papers.
        about: What else the part is about.
    """
    _PARTS[part](folder, papers_in, *about)


def _write_sample(folder: Path, papers_in: str | None) -> None:
    from api.example import sampled, telling
    from ledger import funds, store

    with _engine(folder) as engine, store.reading(engine) as session:
        known = funds.known(session, telling.fund())
        files = sampled.of_year(session, known, papers_in=papers_in)
    (folder / SAMPLE).mkdir()
    for name, content in files.items():
        (folder / SAMPLE / name).write_bytes(content)


def _write_lawfulness(folder: Path, papers_in: str | None) -> None:
    from api.cli import lawfulness_papers
    from api.example import hours, telling
    from ledger import store
    from settlement import accountability

    with _engine(folder) as engine, store.reading(engine) as session:
        found = accountability.of_year(session, telling.fund(), hours.YEAR)
    into = folder / LAWFULNESS
    into.mkdir()
    lawfulness_papers.write(into, found, None, papers_in or "nl", papers=papers_in is not None)


def _write_quarter(folder: Path, papers_in: str | None, number: int, start: date) -> None:
    """Write the files and statements of a quarter, as ``overbrug settlement export`` does."""
    from api.example import telling
    from ledger import store
    from settlement import exporting

    with _engine(folder) as engine, store.reading(engine) as session:
        settled, _ = exporting.again(session, telling.fund(), start)
    into = folder / f"q{number}"
    into.mkdir()
    settle_files.write(into, settled, papers_in=papers_in)


_PARTS: Final[dict[str, Callable[..., None]]] = {
    "quarter": _write_quarter,
    "sample": _write_sample,
    "lawfulness": _write_lawfulness,
}


def head(path: Path) -> bytes | None:
    """Return the hash at which a ledger of the example fund ends; ``None`` where it is none."""
    from sqlalchemy import select
    from sqlalchemy.exc import SQLAlchemyError

    from ledger import store
    from ledger.tables import Head

    try:
        with _engine(path.parent) as engine, store.reading(engine) as session:
            found = session.connection().execute(select(store.table(Head).c.hash)).scalars()
            return next(iter(found), None)
    except SQLAlchemyError:
        return None


@contextmanager
def _engine(folder: Path, out: Path | None = None) -> Iterator[Engine]:
    """Give the engine of the demonstration's own database, which comes to be elsewhere perhaps.

    It need not reach the disk with every act: the whole folder does, before it is shown.
    """
    from sqlalchemy import event

    from api import keyfile
    from ledger import store

    ring = keyfile.ring(f"sqlite:///{(out or folder) / LEDGER}")
    engine = store.open_engine(f"sqlite:///{folder / LEDGER}", ring)

    @event.listens_for(engine, "connect")
    def _quick(connection: Any, _: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    try:
        yield engine
    finally:
        engine.dispose()


def _written(folder: Path, engine: Engine, happened: Year) -> Told:
    """Write what follows from the ledger, and return what is told of it."""
    from api.example import telling
    from api.example.deeds import Imported
    from ledger import funds, store
    from ledger.decisions import listing
    from ledger.tables import Head
    from reports.exports import facts_files
    from settlement import from_ledger, states
    from settlement.eras import in_order

    with store.reading(engine) as session:
        known = funds.known(session, telling.fund())
        end = session.get_one(Head, known.id)
        parties = tuple(party.code for party in in_order(known.agreements))
        reads = from_ledger.reads(known.agreements)
        facts = from_ledger.read(session, known.id, frozen=end.sequence, parties=parties, of=reads)
        standings = states.all_of(session, known.id)
        accepted = listing.listed(session, known.code, "accepted", on=date.min)
        statements = [
            telling.statement(session, done.deed)
            for done in happened.done
            if isinstance(done.deed, Imported)
        ]
    spendings, savings = facts.spendings, facts.savings
    _write(folder / FACTS[0], facts_files.spendings(spendings))
    _write(folder / FACTS[1], facts_files.savings(savings, of=spendings, parties=parties))
    (folder / "bank").mkdir()
    for name, content in statements:
        (folder / "bank" / name).write_bytes(content)
    amounts = sorted(cents for cents in spendings.amount_cents.tolist() if cents > 0)
    return Told(
        fund=known.code,
        cases=len(happened.cases),
        spendings=len(spendings),
        professionals=len({each.who for each in happened.spent}),
        median_cents=amounts[len(amounts) // 2],
        spending=str(spendings.text("id", 0)),
        accepted=accepted[0].target.spending_id,
        head=end.hash.hex(),
        quarters=tuple(map(_quarter, standings)),
    )


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)


def _quarter(standing: Standing) -> Quarter:
    from ledger import money

    totals = json.loads(standing.proposal.about)["totals"]
    cents = {name: money.parse(totals[name]) for name in ("amount", "contributed", "advanced")}
    return Quarter(
        start=standing.period.start,
        last_day=standing.period.last_day,
        state=standing.state,
        lines=totals["lines"],
        amount_cents=cents["amount"],
        contributed_cents=cents["contributed"],
        advanced_cents=cents["advanced"],
        unspent_cents=money.parse(totals["closing"]),
    )
