"""The published unit costs that stand beside the project, as a catalogue of effects.

Each outcome becomes an effect, each paying agency a share of the kind of party that the
file proposes for it. Grade and deadweight are not in the file: a test gives the grade, and
the deadweight is that of the subject, as the additionality guide has it.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import pytest

from ledger.effects import reading
from tests.support.cases import SHARED
from tests.support.catalogues import effect

if TYPE_CHECKING:
    from ledger.effects.schema import Catalogue

FILE: Final = "data/unitcosts/gmca_ucd_agency_split.csv"
KINDS: Final = {
    "Gemeente": "municipality",
    "Woningcorporatie/gemeente": "housing-association",
    "Zorgverzekeraar/zorgkantoor": "health-insurer",
    "Politie": "police",
    "Justitie (rechtsbijstand)": "justice",
    "Justitie (OM/DJI/rechtspraak)": "justice",
    "Rijk/UWV (uitkering)": "state",
    "Belastingdienst": "state",
    "OCW/samenwerkingsverband": "state",  # the ministry that pays for the family courts' advisers
    "": "other",  # several agencies, of which the source does not say which
}
DEADWEIGHT: Final = {"HO": "0.275", "HE": "0.20", "CR": "0.15"}
"""Housing and homelessness, health, crime; all else 0.20, the central value."""


def catalogue(*, grade: int = 5) -> Catalogue:
    """Return all outcomes of the file, or skip the test that asks for them."""
    path = SHARED / FILE
    if not path.is_file():
        pytest.skip(f"the unit costs are not here: {path} (or set OVERBRUG_SHARED)")
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")):
        rows[row["outcome_code"]].append(row)
    about = (
        'schema = 1\n[catalogue]\ncode = "gmca-ucd"\nvalid_from = 2026-01-01\n'
        'source = "GMCA Unit Cost Database v1.4"\nlicence = "CC, GMCA Research Team"\n'
    )
    text = about + "".join(_effect(outcome, of, grade) for outcome, of in rows.items())
    return reading.read(path.name, text.encode())


def code(outcome: str) -> str:
    """Return the code of an outcome: ``ho1-0`` of ``HO1.0``, ``e-s2-0`` of ``E&S2.0``."""
    return re.sub("[^a-z0-9]+", "-", outcome.lower())


def _effect(outcome: str, rows: list[dict[str, str]], grade: int) -> str:
    cents: dict[str, int] = defaultdict(int)
    for row in rows:
        whole, _, decimals = row["component_gbp"].partition(".")
        cents[KINDS[row["nl_party_analogue"]]] += int(whole) * 100 + int(decimals.ljust(2, "0"))
    shares = ", ".join(
        f"{kind} {of // 100}.{of % 100:02d}" for kind, of in cents.items()
    )  # fmt: skip
    year = rows[0]["price_year"]
    return effect(
        code(outcome), shares,
        grade=grade, deadweight=DEADWEIGHT.get(outcome[:2], "0.20"), more=f'price_year = "{year}"',
    )  # fmt: skip
