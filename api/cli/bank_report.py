"""What ``overbrug bank`` and ``overbrug import bank`` show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer
from rich import box
from rich.table import Table

from api.cli import screen
from ledger import texts
from ledger.bank.kept import DERIVED
from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.bank.continuity import Gap
    from ledger.bank.reconciliation import Difference, Reconciliation
    from ledger.bank_account.by_hand import Target
    from ledger.bank_account.reconciling import Reconciled
    from ledger.bank_account.statements import Imported

_LOCALE: Final = Path(__file__).parent.parent / "locale"
_SHOWN_MAX: Final = 50  # of what is under way; the rest is counted


def show_imported(imported: Sequence[Imported], *, language: str, as_json: bool) -> None:
    """Say what files brought; what is still open is that after the last of them."""
    told = {
        name: sum(getattr(each, name) for each in imported)
        for name in ("statements", "new", "known", "passed_over", "matched", "received")
    } | {"open": imported[-1].open}
    if as_json:
        typer.echo(json.dumps(told))
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    for name, count in told.items():
        if count or name == "new":
            console.print(say.plural(f"bank.imported.{name}", count))


def show_matched(line: str, targets: Sequence[Target], *, language: str, as_json: bool) -> None:
    """Say what a line was said to be."""
    if as_json:
        told = [{"kind": each.kind, "name": each.name} for each in targets]
        typer.echo(json.dumps({"line": line, "is": told}, ensure_ascii=False))
        return
    say = texts.catalogue(_LOCALE, language)
    names = [say(f"bank.is.{each.kind}", name=each.name) for each in targets]
    text = "bank.matched" if targets else "bank.left_open"
    screen.console().print(say(text, line=line, what=texts.together(language, names)))


def show_explained(line: str, *, language: str, as_json: bool) -> None:
    """Say that a difference was explained."""
    if as_json:
        typer.echo(json.dumps({"line": line, "explained": True}))
    else:
        screen.console().print(texts.catalogue(_LOCALE, language)("bank.explained", line=line))


def show_json(there: Reconciled) -> None:
    """Print the account beside the journal, for programs."""
    found = there.found
    told = {
        "on": found.day.isoformat(),
        "reconciles": found.reconciles,
        "bank": as_text(found.bank_cents),
        "journal": as_text(found.journal_cents),
        "under_way": [
            {
                "what": each.movement.id,
                "on": each.movement.on.isoformat(),
                "amount": as_text(each.movement.amount_cents),
                "age_days": each.age_days,
            }
            for each in found.under_way
        ],
        "differences": [_difference(there, each) for each in found.differences],
        "gaps": [_gap(each) for each in found.gaps],
    }
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1))


def _difference(there: Reconciled, each: Difference) -> dict[str, Any]:
    return {
        "line": there.called(each),
        "on": each.on.isoformat(),
        "amount": as_text(each.amount_cents),
        "age_days": each.age_days,
        "overdue": each.overdue,
        "explained": each.explained,
        "reason": each.reason,
        "booked_later": each.booked_later and each.booked_later.isoformat(),
        "is": _names(there, each),
        "reference": _reference(each) or None,
        "names": None if isinstance(each.of, str) else there.quotes.get(each.of),
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "account": gap.account,
        "sign": str(gap.sign),
        "after": gap.after and gap.after.isoformat(),
        "before": gap.before and gap.before.isoformat(),
        "difference": as_text(gap.difference_cents),
    }


def show(there: Reconciled, *, every: bool, language: str) -> None:
    """Show the account beside the journal: balances, what is under way, differences, gaps."""
    found, console = there.found, screen.console()
    say = texts.catalogue(_LOCALE, language)
    console.print(_balances(found, say, language))
    if found.under_way:
        console.print(_under_way(found, say, language))
        if (more := len(found.under_way) - _SHOWN_MAX) > 0:
            console.print(say.plural("bank.more", more))
    explained = [each for each in found.differences if each.explained]
    shown = found.differences if every else found.unexplained
    if shown:
        console.print(_differences(there, shown, say, language))
    if explained and not every:
        cents = sum(each.amount_cents for each in explained)
        amount = texts.euro(language, cents)
        console.print(say.plural("bank.explained_before", len(explained), amount=amount))
    for gap in found.gaps:
        console.print(_missing(gap, say, language))
    console.print(say("bank.reconciles" if found.reconciles else "bank.does_not"))


def _balances(found: Reconciliation, say: texts.Catalogue, language: str) -> Table:
    table = Table(
        title=say("bank.title", day=texts.day(language, found.day)),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_header=False,
    )
    table.add_column()
    table.add_column(justify="right")
    for name, cents in (
        ("bank", found.bank_cents),
        ("under_way", found.under_way_cents),
        ("differences", found.differences_cents),
        ("journal", found.journal_cents),
    ):
        table.add_row(say(f"bank.{name}"), texts.amount(language, cents))
    return table


def _under_way(found: Reconciliation, say: texts.Catalogue, language: str) -> Table:
    table = _table(say, "bank.under_way_title", "what", "day", "amount", "age")
    for each in found.under_way[:_SHOWN_MAX]:
        table.add_row(
            _named(each.movement.id, say),
            texts.short_day(language, each.movement.on),
            texts.amount(language, each.movement.amount_cents),
            say.plural("bank.days", each.age_days),
        )
    return table


def _differences(
    there: Reconciled, shown: Sequence[Difference], say: texts.Catalogue, language: str
) -> Table:
    columns = ("line", "day", "amount", "age", "reference", "remark")
    table = _table(say, "bank.differences_title", *columns)
    for each in shown:
        table.add_row(
            there.called(each),
            texts.short_day(language, each.on),
            texts.amount(language, each.amount_cents),
            say.plural("bank.days", each.age_days),
            _reference(each),
            _remark(there, each, say, language),
        )
    return table


def _remark(there: Reconciled, each: Difference, say: texts.Catalogue, language: str) -> str:
    """Return what is known of a difference, and whether it waits for too long."""
    remarks = [_named(name, say) for name in _names(there, each)]
    if isinstance(each.of, str):
        remarks.append(say("bank.at_first"))
    elif not remarks and each.of in there.quotes:
        remarks.append(say("bank.quotes", name=there.quotes[each.of]))
    if each.booked_later is not None:
        remarks.append(say("bank.booked_later", day=texts.short_day(language, each.booked_later)))
    if each.reason is not None:
        remarks.append(each.reason or say("bank.erased"))
    if each.overdue:
        remarks.append(say("bank.overdue"))
    return ", ".join(remarks)


def _reference(each: Difference) -> str:
    """Return the bank's own reference of a line; nothing where the bank gave none."""
    if isinstance(each.of, str) or each.of.reference.startswith(DERIVED):
        return ""
    return each.of.reference


def _names(there: Reconciled, each: Difference) -> Sequence[str]:
    return () if isinstance(each.of, str) else there.names.get(each.of, ())


def _named(id_: str, say: texts.Catalogue) -> str:
    """Return an act that the ledger calls ``spending s1`` in the reader's language."""
    kind, _, name = id_.partition(" ")
    return say(f"bank.is.{kind}", name=name)


def _missing(gap: Gap, say: texts.Catalogue, language: str) -> str:
    edges = {
        name: "…" if day is None else texts.short_day(language, day)
        for name, day in (("after", gap.after), ("before", gap.before))
    }
    amount = texts.euro(language, gap.difference_cents)
    return say(
        f"bank.gap.{gap.sign}",
        account=gap.account or say("bank.the_account"),
        amount=amount,
        **edges,
    )


def _table(say: texts.Catalogue, title: str, *columns: str) -> Table:
    table = Table(title=say(title), title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        right = column in {"amount", "age"}
        table.add_column(say(f"bank.column.{column}"), justify="right" if right else "left")
    return table
