"""Charts on paper: a figure to SVG, drawn at the size at which it is used.

A chart never stands alone: its claim is in a caption, its figures are in a table beside it.
Amounts are written by the same formatter as the table, so the two cannot differ.

Source:
    The design of the desk, Charts.
"""

from __future__ import annotations

import base64
import html
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

FONTS: Final = Path(__file__).parent / "fonts"
INK: Final = "#16202e"
PETROL: Final = "#0a5470"
OTHER: Final = "#b9c3cd"
OXIDE: Final = "#b4501e"
OXIDE_TEXT: Final = "#8f3d14"
LIGHT: Final = "#e9f1f4"
LINE: Final = "#d9dee4"
_THEME: Final[dict[str, Any]] = {
    "background": None,
    "font": "Overbrug Sans, Overbrug Latin Extended",
    "padding": 2,
    "view": {"stroke": None},
    "legend": {"disable": True},
    "axis": {
        "labelFontSize": 12,
        "labelColor": INK,
        "grid": False,
        "ticks": False,
        "domain": False,
        "labelPadding": 6,
        "labelLimit": 260,
    },
    "text": {"fontSize": 12, "color": INK},
    "rule": {"color": "#aab3bf"},
}
_INNER_ROLES: Final = re.compile(r' (?:role="graphics-[a-z]+"|aria-[a-z]+="[^"]*")')


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a name, its value, what stands beside it, and whether it is the reader's."""

    name: str
    cents: int
    label: str
    highlighted: bool = False


def bars(each: Sequence[Bar], *, description: str, width: int, step: int = 18) -> str:
    """Draw horizontal bars in the order given, each with its label.

    Args:
        each: The bars.
        description: What the picture shows, for who cannot see it.
        width: Of the whole picture, in CSS pixels.
        step: Height per bar, in CSS pixels.
    """
    low, high = min(0, *(bar.cents for bar in each)), max(1, *(bar.cents for bar in each))
    span = high - low
    rows = [
        {
            "name": f"{place:03d}{bar.name}",  # two organisations may have one name
            "from": 0,
            "value": bar.cents / span,
            "end": max(0, bar.cents) / span,
            "label": bar.label,
            "own": bar.highlighted,
        }
        for place, bar in enumerate(each)
    ]
    x = {
        "field": "value",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [low / span, high / span * 1.62], "nice": False},
    }
    emphasis = {"condition": {"test": "datum.own", "value": PETROL}}
    specification = {
        "autosize": {"type": "fit-x", "contains": "padding"},
        "width": width,
        "height": {"step": step},
        "data": {"values": rows},
        "encoding": {
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"labelExpr": "slice(datum.label, 3)"},
            }
        },
        "layer": [
            {
                "mark": {"type": "bar", "height": 10},
                "encoding": {"x": x, "color": {**emphasis, "value": OTHER}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 5},
                "encoding": {
                    "x": {**x, "field": "end"},
                    "text": {"field": "label"},
                    "color": {**emphasis, "value": INK},
                },
            },
        ],
    }
    return drawn(specification, description=description)


def drawn(specification: dict[str, Any], *, description: str) -> str:
    """Draw a specification in Vega-Lite, as one picture with one description.

    Args:
        specification: Without configuration, which is the same for all.
        description: What the picture shows, for who cannot see it.
    """
    return _drawn(json.dumps(specification, ensure_ascii=False), description)


def as_address(svg: str) -> str:
    """Return a picture as the address that a page loads it from."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


@cache
def _drawn(specification: str, description: str) -> str:
    """Draw a specification once for the same figures."""
    svg: str = _converter().vegalite_to_svg({**json.loads(specification), "config": _THEME})
    label = html.escape(description, quote=True)
    return _INNER_ROLES.sub("", svg).replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


@cache
def _converter() -> Any:
    import vl_convert  # noqa: PLC0415 - slow to load, and only papers need it

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert
