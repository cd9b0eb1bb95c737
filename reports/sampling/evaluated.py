"""``evaluation.json``: what a sample says, with all that it rests on, for programs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from ledger import canonical_json, money
from ledger.money import as_text
from reports.sampling import asked, bounds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from reports.sampling.evaluation import Checked, Evaluation, Outcome

_SCHEMA: Final = 1


def document(found: Evaluation, files: Mapping[str, bytes]) -> bytes:
    """Return ``evaluation.json``: canonical JSON, the same for the same files.

    Args:
        found: The evaluation.
        files: What it rests on, by name.
    """
    told = {
        "schema": _SCHEMA,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "combine": found.combine,
        "decision": found.decision,
        "tolerance": asked.size_text(found.draw.tolerance, of_items=found.draw.of_items),
        "outcomes": [_outcome(each, of_items=found.draw.of_items) for each in found.outcomes],
        "differing": [_differing(each) for each in found.differing],
    }
    canonical_json.assert_canonical(told)
    return (canonical_json.text(told) + "\n").encode()


def _outcome(found: Outcome, *, of_items: bool) -> dict[str, Any]:
    def write(size: int) -> str:
        return asked.size_text(size, of_items=of_items)

    return {
        "kinds": list(found.kinds),
        "decision": found.decision,
        "extend_to": found.extend_to,
        "units": found.units,
        "line": write(found.line),
        "known": write(found.known),
        "understated": as_text(found.understated_cents),
        "most_likely": write(found.likely),
        **_bound(found, write(found.most)),
        "clopper_pearson": {
            "share": _share(found.whole_share),
            "bound": write(found.most_whole),
        },
    }


def _bound(found: Outcome, most: str) -> dict[str, Any]:
    """Return the bound under the name of its table; Stringer's with its steps."""
    if isinstance(found.bound, bounds.Items):
        told = {
            "wrong": found.bound.wrong,
            "chance": _share(found.bound.chance),
            "beyond": _share(found.bound.beyond),
            "bound": most,
        }
        return {"hypergeometric": told}
    steps = [
        {
            "errors": step.errors,
            "increase": _share(step.increase),
            "taint": str(step.taint),
            "adds": _share(step.adds),
        }
        for step in (found.bound.steps if found.bound else ())
    ]
    share = _share(found.bound.share) if found.bound else None
    return {"stringer": {"share": share, "steps": steps, "bound": most}}


def _differing(each: Checked) -> dict[str, Any]:
    return {
        "id": each.item.row.id,
        "stratum": each.item.stratum,
        "amount": as_text(each.item.row.amount_cents),
        "right_amount": as_text(each.right_cents),
        "error": as_text(each.error_cents),
        "taint": str(each.taint),
        "kind": each.kind,
        "note": each.note,
    }


def _share(value: Fraction) -> str:
    return money.scaled(round(value * 10**bounds.PLACES), bounds.PLACES)
