"""What ``overbrug migrate``, ``backup``, ``restore`` and ``doctor`` print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from api.cli import screen
from ledger import texts
from migrations import revisions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.cli.examination import Finding
    from ledger.backup.archive import Archive
    from ledger.backup.manifest import Manifest

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show_migrated(
    before: str | None, roles: Sequence[str], *, language: str, as_json: bool
) -> None:
    """Say from which revision the database came, and to which."""
    now = revisions.newest()
    if as_json:
        _print_json({"from": before, "to": now, "roles": list(roles)})
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if before == now:
        console.print(say("migrate.current", revision=now))
    else:
        console.print(say("migrate.done", before=before or say("migrate.nothing"), now=now))
    for role in roles:
        console.print(say("migrate.role", role=role))


def show_backup(
    file: Path, manifest: Manifest, misfit: str | None, *, language: str, as_json: bool
) -> None:
    """Say what a backup holds, and by which fingerprint it is known."""
    if as_json:
        _print_json(
            {
                "file": str(file),
                **_told(manifest),
                "misfit": None if misfit is None else str(misfit),
            }
        )
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    rows = texts.number(language, manifest.rows)
    console.print(say("backup.done", file=file, rows=rows, revision=manifest.revision))
    _heads(manifest, say)
    console.print(say("backup.fingerprint", sha256=manifest.sha256))
    if misfit is not None:
        typer.echo(say("backup.misfit", misfit=misfit), err=True)


def show_restored(archive: Archive, kept: str | None, *, language: str, as_json: bool) -> None:
    """Say what was restored, and where what was there before is kept."""
    manifest = archive.manifest
    if as_json:
        told = {"file": archive.name, **_told(manifest), "to": revisions.newest(), "kept": kept}
        _print_json(told)
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    rows = texts.number(language, manifest.rows)
    console.print(
        say(
            "restore.done", file=archive.name, rows=rows, made_at=manifest.made_at.replace("T", " ")
        )
    )
    _heads(manifest, say)
    if manifest.revision != revisions.newest():
        console.print(say("restore.migrated", before=manifest.revision, now=revisions.newest()))
    if kept is not None:
        console.print(say("restore.kept", kept=kept))


def show_findings(findings: Sequence[Finding], *, language: str, as_json: bool) -> None:
    """Show one line for each thing that was looked at."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    told = [
        {
            "check": each.check,
            "ok": each.ok,
            "outcome": each.outcome,
            "says": say(f"doctor.{each.check}.{each.outcome}", **each.facts),
            "facts": each.facts,
        }
        for each in findings
    ]
    if as_json:
        _print_json(told)
        return
    marks = {True: say("doctor.ok"), False: say("doctor.not_ok")}
    width = max(map(len, marks.values()))
    for each in told:
        console.print(f"{marks[bool(each['ok'])]:{width}}  {each['says']}")


def _heads(manifest: Manifest, say: texts.Catalogue) -> None:
    console = screen.console()
    for head in manifest.heads:
        console.print(say("backup.head", fund=head.fund, sequence=head.sequence, hash=head.hash))


def _told(manifest: Manifest) -> dict[str, Any]:
    return {
        "made_at": manifest.made_at,
        "revision": manifest.revision,
        "rows": manifest.rows,
        "heads": [head.model_dump() for head in manifest.heads],
        "sha256": manifest.sha256,
    }


def _print_json(told: object) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
