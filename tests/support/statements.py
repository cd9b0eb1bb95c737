"""A small fund whose papers are made for real, and how to read them back.

The facts name cases, domains, people and payees, so that a test can look for them where
they must not be.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pikepdf

from ledger import facts, facts_files
from ledger.agreement import reading
from ledger.periods import Period
from reports import figures, statements
from reports.accounts import accounts
from reports.words import Words
from settlement import engine
from settlement.eras import in_order

if TYPE_CHECKING:
    from settlement.results import Settlement

ROOT: Final = Path(__file__).resolve().parents[2]
FIRST: Final = Period(date(2026, 1, 1), date(2026, 4, 1))
THIRD: Final = Period(date(2026, 7, 1), date(2026, 10, 1))

AGREEMENT: Final = """
schema = 1
[fund]
code = "brug"
name = "Brugfonds <Noord & Oost>"
currency = "EUR"
timezone = "Europe/Amsterdam"
[agreement]
version = 1
valid_from = 2026-01-01
approval = "all"
account_holder = "stad"
[settlement]
minimum_transfer = "25.00"
{settlement}
[[party]]
code = "stad"
name = "Gemeente Stad"
kind = "municipality"
participant = true
iban = "NL91ABNA0417164300"
contact_role = "team Financiën"
measures = {{ inhabitants = 3 }}
[[party]]
code = "dorp"
name = "Gemeente Dorp"
kind = "municipality"
participant = true
iban = "NL20INGB0001234567"
reference = "V-2026-0042"
oin = "00000001001234567000"
contact_role = "afdeling Financiën"
address = {{ street = "Markt", number = "1", postcode = "1234 AB", town = "Dorp" }}
measures = {{ inhabitants = 1 }}
[[party]]
code = "zorg"
name = "Zorgverzekeraar Şifa"
kind = "health-insurer"
participant = true
measures = {{ inhabitants = 1 }}
[[party]]
code = "rijk"
name = "Rijk"
kind = "state"
participant = false
{contributions}
[[key]]
code = "inwoners"
kind = "measure"
measure = "inhabitants"
[[key]]
code = "gelijk"
kind = "equal"
[[assignment]]
category = ["geheim"]
key = "gelijk"
[[assignment]]
key = "inwoners"
[[category]]
code = "huur"
name = {{ nl = "Huurachterstand", en = "Rent arrears" }}
group = "wonen"
[[category]]
code = "geheim"
group = "overig"
{more}
"""

COLUMNS: Final = (
    "id,spent_on,booked_on,amount,category,case,organisation,domain,professional,payee,advanced_by"
)
SPENDINGS: Final = f"""{COLUMNS}
s-1,2026-01-03,,100.01,huur,CASUS-EEN,stad,DOMEIN-X,PRO-JANSEN,BEGUNSTIGDE-BV,pool
s-2,2026-02-05,,99.99,geheim,CASUS-TWEE,dorp,DOMEIN-X,PRO-JANSEN,BEGUNSTIGDE-BV,dorp
s-3,2026-02-17,,33.35,huur,CASUS-TWEE,dorp,DOMEIN-Y,PRO-PIETERS,BEGUNSTIGDE-BV,pool
s-4,2026-03-31,,-10.00,huur,CASUS-DRIE,stad,DOMEIN-Y,PRO-PIETERS,BEGUNSTIGDE-BV,pool
"""
SAVINGS: Final = "spending,party,amount\ns-1,rijk,250.00\n"
IDENTIFYING: Final = re.compile(
    r"CASUS|DOMEIN|PRO-|BEGUNSTIGDE|2026-01-03|2026-02-05|2026-02-17|3 januari|03-01-2026"
)


def contribution(party: str, amount: str, due_on: str = "2026-01-15") -> str:
    return f'[[contribution]]\nparty = "{party}"\ndue_on = {due_on}\namount = "{amount}"\n'


def settled(
    *,
    settlement: str = "",
    contributions: str = "",
    more: str = "",
    spendings: str = SPENDINGS,
    period: Period = FIRST,
    final: bool = False,
) -> Settlement:
    text = AGREEMENT.format(settlement=settlement, contributions=contributions, more=more)
    agreements = reading.read_fund([("agreement.toml", text.encode())])
    parties = tuple(party.code for party in in_order(agreements))
    rows = facts_files.spendings("spendings.csv", spendings.encode(), parties=parties)
    known = bool(rows.rows_of(["s-1"]))
    saved = facts.no_savings()
    if known:
        saved = facts_files.savings(
            "savings.csv", SAVINGS.encode(), of=rows, parties=parties, booked=set()
        )
    order = engine.Order(
        agreements=agreements, spendings=rows, savings=saved, period=period, final=final
    )
    return engine.settle(order)[0]


def papers(settlement: Settlement, language: str = "nl") -> dict[str, bytes]:
    return dict(statements.papers(settlement, language=language))


def paper(settlement: Settlement, party: str, language: str = "nl") -> bytes:
    everyone = accounts(settlement)
    account = next(each for each in everyone if each.position.party == party)
    lines = figures.every_line(settlement)
    return statements.statement(account, everyone, lines, Words(language))


def attached(content: bytes) -> dict[str, bytes]:
    with pikepdf.open(io.BytesIO(content)) as document:
        return {name: file.get_file().read_bytes() for name, file in document.attachments.items()}


def pages(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as document:
        return len(document.pages)


def text(content: bytes) -> str:
    """Read the text of a PDF by the Unicode maps of its fonts, without spaces."""
    return re.sub(r"\s+", "", "".join(runs(content)))


def runs(content: bytes) -> list[str]:
    """Read what stands together in a PDF: a cell, or a line of a paragraph."""
    found: list[str] = []
    with pikepdf.open(io.BytesIO(content)) as document:
        for page in document.pages:
            maps = {name: _unicode(font) for name, font in page.resources.Font.items()}
            font: dict[int, str] = {}
            instructions: Any = pikepdf.parse_content_stream(page)
            for operands, operator in instructions:
                if str(operator) == "Tf":
                    font = maps[str(operands[0])]
                elif str(operator) == "TJ":
                    found.append("".join(_decoded(each, font) for each in operands[0]))
                elif str(operator) == "Tj":
                    found.append(_decoded(operands[0], font))
    return found


def _decoded(operand: object, font: dict[int, str]) -> str:
    if not isinstance(operand, pikepdf.String):
        return ""
    codes = bytes(operand)
    return "".join(
        font.get(int.from_bytes(codes[at : at + 2], "big"), "") for at in range(0, len(codes), 2)
    )


def _unicode(font: pikepdf.Object) -> dict[int, str]:
    found = {}
    for code, value in re.findall(
        r"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>", font.ToUnicode.read_bytes().decode()
    ):
        found[int(code, 16)] = bytes.fromhex(value).decode("utf-16-be")
    return found


def squeezed(words: str) -> str:
    return re.sub(r"\s+", "", words)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def told_elsewhere(script: str, folder: Path) -> set[str]:
    """Return what a script says in processes that differ in hash seed and time zone.

    Args:
        script: With `{root}` where the project's folder goes.
        folder: Of whoever runs it.
    """
    return {
        subprocess.run(
            [sys.executable, "-c", script.format(root=str(ROOT))],
            check=True,
            capture_output=True,
            text=True,
            cwd=folder,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
