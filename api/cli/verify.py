"""``overbrug verify``, ``prove`` and ``verify-proof``: was anything altered, and how to show it."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - the command line reads it
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli import days, folders, ledgers
from api.cli.ledgers import As, FundCode  # noqa: TC001 - the command line reads them
from api.cli.options import AsJson, Language  # noqa: TC001 - the command line reads them
from api.cli.privacy import OFFICER
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlmodel import Session

    from ledger.proofs import Proof
    from ledger.row_proofs import RowProof
    from ledger.verify.run import Report

_HASH: Final = re.compile("[0-9a-f]{64}")
Head = Annotated[
    str | None,
    typer.Option(metavar="HASH", help="A head that was printed or mailed earlier."),
]


def verify(
    fund: Annotated[
        str | None, typer.Argument(metavar="[FUND]", help="Code of the fund; all if left out.")
    ] = None,
    *,
    head: Head = None,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Recompute the trail and hold every row to it; name what does not fit (exit code 1)."""
    from api.cli import verify_report as report
    from ledger import store
    from ledger.verify import beyond

    printed = _hash(head)
    with store.reading(ledgers.open_engine()) as session:
        reports = [_verified(session, code, printed) for code in _funds(session, fund, printed)]
        others = [] if fund is not None else [*beyond.misfits(session)]
    report.show(reports, others, language=language, as_json=as_json)
    if others or any(each.misfits for each in reports):
        raise typer.Exit(1)


def prove(
    fund: FundCode,
    spending: Annotated[
        str | None, typer.Argument(metavar="[SPENDING]", help="Id of the spending.")
    ] = None,
    *,
    settlement: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Prove its line in the settlement from this day on."),
    ] = None,
    party: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Prove the position of this organisation in it."),
    ] = None,
    show: Annotated[
        str, typer.Option(metavar="NAMES", help="What the proof shows, such as payee,purpose.")
    ] = "",
    why: Annotated[
        str | None,
        typer.Option(
            metavar="KIND", help="What it is shown for: review, question, correction or request."
        ),
    ] = None,
    head: Head = None,
    out: Annotated[Path | None, typer.Option(help="File to write [default: the output].")] = None,
    who: As = OFFICER,
    language: Language = "nl",
) -> None:
    """Prove that a spending, or a row of a settlement, is on record: a file anybody can check.

    What it shows is read: that is on record before it is shown.
    """
    from api.cli import proof_report as report
    from ledger import proofs, row_proofs, store, ways
    from ledger.privacy import reading

    names = _names(show)
    asked = _asked(spending, settlement, party, names)
    printed = _hash(head)
    _refuse_unsaid(names, why)
    engine = ledgers.open_engine()
    if why is not None and spending is not None:
        with ledgers.acting(engine, who) as (session, act):
            reading.read(session, fund, spending, why, act=act)
    with store.reading(engine) as session:
        proof = asked(session, fund, printed)
    if isinstance(proof, row_proofs.RowProof):
        text = row_proofs.written(proof)
    else:
        text = proofs.written(proof)
    if out is None:
        typer.echo(text, nl=False)
        return
    folders.write_file(out, [text.encode()], mark=ways.BEGINNING)
    report.show_written(proof.head, out, language=language)


def verify_proof(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What overbrug prove wrote.")],
    *,
    head: Head = None,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Check a proof, without the ledger (exit code 1 where it does not hold)."""
    from api.cli import proof_report as report
    from ledger import proofs, row_proofs, ways
    from settlement import proved

    printed = _hash(head)
    with ways.reading(str(file)):
        held = ways.loaded(folders.read(file))
        is_of_rows = isinstance(held, dict) and held.get("proof") == row_proofs.MARK
        proof = row_proofs.of_file(held) if is_of_rows else proofs.of_file(held)
    if isinstance(proof, row_proofs.RowProof):
        found = [*proved.misfits(proof, printed)]
    else:
        found = [*proofs.misfits(proof, printed)]
    report.show(proof, found, given=printed is not None, language=language, as_json=as_json)
    if found:
        raise typer.Exit(1)


def _asked(
    spending: str | None, settlement: str | None, party: str | None, show: list[str]
) -> Callable[[Session, str, bytes | None], Proof | RowProof]:
    """Return what proves that which is asked for.

    Raises:
        WrongInput: It is not clear what that is.
    """
    from ledger import proving
    from settlement import proving as of_settlement

    if settlement is None:
        if spending is None or party is not None:
            raise WrongInput(
                [Mistake("SPENDING", "name a spending, or with --settlement a row of it")]
            )
        return lambda session, fund, head: proving.prove(
            session, fund, spending, show=show, head=head
        )
    start = days.day_of("--settlement", settlement)
    if show:
        raise WrongInput([Mistake("--show", "is of a spending's own proof, without --settlement")])
    if spending is not None and party is None:
        return lambda session, fund, head: of_settlement.prove_line(
            session, fund, start, spending, head=head
        )
    if party is not None and spending is None:
        return lambda session, fund, head: of_settlement.prove_position(
            session, fund, start, party, head=head
        )
    raise WrongInput([Mistake("--settlement", "name a spending for its line, or a --party")])


def _refuse_unsaid(names: list[str], why: str | None) -> None:
    """Refuse what is shown without saying what for, or the other way round.

    Raises:
        WrongInput: It is.
    """
    from ledger.privacy import reading
    from ledger.tables.privacy import WHY_READ

    if why is not None:
        reading.refuse_unknown_reason(why)
        if not names:
            raise WrongInput([Mistake("--why", "is of what is shown; name that with --show")])
    elif names:
        what = f"say what it is shown for: {', '.join(WHY_READ)}; that it is read is on record"
        raise WrongInput([Mistake("--why", what)])


def _funds(session: Session, fund: str | None, head: bytes | None) -> list[str]:
    from sqlmodel import select

    from ledger.tables import Fund

    if fund is not None:
        return [fund]
    found = sorted(session.exec(select(Fund.code)).all())
    if head is not None and len(found) != 1:
        raise WrongInput([Mistake("--head", f"name its fund too; there are {len(found)}")])
    return found


def _verified(session: Session, fund: str, head: bytes | None) -> Report:
    from ledger.verify import run
    from settlement import verifying

    with _bar(fund) as passed:
        return run.verify(session, fund, head, more=verifying.MORE, passed=passed)


@contextmanager
def _bar(fund: str) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how far the work is; in a pipe nothing."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(fund, total=None)
        yield lambda done, events: progress.update(task, completed=done, total=events)


def _hash(text: str | None) -> bytes | None:
    """Read a hash, however it was printed: in groups, or in capitals."""
    if text is None:
        return None
    digits = "".join(text.split()).lower()
    if not _HASH.fullmatch(digits):
        raise WrongInput([Mistake("--head", "is no hash; give its 64 hexadecimal digits")])
    return bytes.fromhex(digits)


def _names(text: str) -> list[str]:
    from ledger.errors import shortened
    from ledger.orders import COMMITTED

    names = [name.strip() for name in text.split(",") if name.strip()]
    if wrong := [name for name in names if name not in COMMITTED]:
        raise WrongInput(
            [
                Mistake(
                    "--show", f"{shortened(name)!r} is not one of {', '.join(sorted(COMMITTED))}"
                )
                for name in wrong
            ]
        )
    return names
