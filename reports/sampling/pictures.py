"""The two pictures of a sample: what was drawn on the line of euros, and bound and tolerance.

Amounts become floats here and nowhere else, for the place of a mark; what is written beside
a mark was written by the formatter of the tables.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from reports import charts
from reports.charts import INK, LIGHT, LINE, OXIDE, OXIDE_TEXT, PETROL
from reports.sampling import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.sampling.draw import Draw, Item
    from reports.sampling.evaluation import Evaluation, Outcome
    from reports.words import Words

NAMED_MAX: Final = 8
"""Items with an error that have their number beside them; more would lie over each other."""

_STEPS: Final = (1, 2, 5, 10)
_TICKS: Final = 6
_ABOVE: Final = 1.1  # where items lie that are larger than the interval, in intervals
_TOP: Final = 1.5
_SAID: Final = 1.38  # where the interval is named
_NEAR_END: Final = 0.88
_ROW: Final = 74
_NEAR_START: Final = 0.4
_HALF: Final = 0.55
_ROOM: Final = 1.32  # for the figure beside a bound that is above the tolerance
_EMPTY: Final[dict[str, Any]] = {"values": [{}]}  # a layer without data draws nothing


def lollipops(
    draw: Draw, differing: Sequence[Item], numbers: Mapping[str, int], words: Words, *, width: int
) -> dict[str, str]:
    """Draw every tested spending at its place on the line of all euros, as high as its amount.

    Args:
        draw: What was drawn.
        differing: Items with an error or uncertainty.
        numbers: Of the items, by their ids.
        words: In the language of the reader.
        width: Of the picture, in CSS pixels.

    Returns:
        ``svg`` and its ``description``.
    """
    wrong = {item.row.id for item in differing}
    marks = [_mark(item, at, draw, wrong) for item, at in _places(draw)]
    end, interval = draw.population.line_cents / 100, draw.strata.interval_cents / 100
    x = _axis("x", _ticks(end, _TICKS), end, words)
    y = _axis("y", _ticks(interval, 3), interval * _TOP, words)
    y["axis"] |= {"grid": True, "gridColor": LINE}
    place = {"x": x, "y": y}
    first = {mark["id"]: mark for mark in reversed(marks)}  # an item may be drawn more than once
    named = [
        {**mark, "label": words("sample.item", number=words.count(numbers[id_]))}
        for id_, mark in first.items()
        if mark["wrong"] and len(wrong) <= NAMED_MAX
    ]
    label = words("sample.picture.interval", interval=words.euro(draw.strata.interval_cents))
    description = words.plural(
        "sample.picture.drawn", len(first), wrong=words.count(len(wrong & first.keys()))
    )
    specification = {
        "autosize": {"type": "fit", "contains": "padding"},
        "width": width,
        "height": 164,
        "layer": [
            _layer(marks, {"type": "rule", "color": "#b9cdd5"}, {**place, "y2": {"datum": 0}}),
            *_points(marks, place),
            _layer(None, {"type": "rule", "color": INK, "strokeDash": [4, 3]},
                   {"y": {"datum": interval}}),
            _layer(None, {"type": "text", "align": "left", "dx": 2},
                   {"x": {"datum": 0}, "y": {"datum": interval * _SAID}, "text": {"value": label}}),
            *_names(named, place, end),
        ],
    }  # fmt: skip
    svg = charts.drawn(specification, description=description)
    return {"svg": svg, "description": description}


def against_tolerance(found: Evaluation, words: Words, *, width: int) -> dict[str, str]:
    """Draw most likely error and upper bound against the tolerance, as shares of all euros.

    Args:
        found: The evaluation.
        words: In the language of the reader.
        width: Of the picture, in CSS pixels.

    Returns:
        ``svg`` and its ``description``.
    """
    tolerance = float(sentences.share(found.draw.tolerance, found.draw)) * 100
    bounds = [float(sentences.share(each.most, found.draw)) * 100
              for each in found.outcomes]  # fmt: skip
    end = max(tolerance, *bounds) * (_ROOM if max(bounds) > tolerance else 1.12) or 1.0
    ticks = _ticks(end, _TICKS)
    shown = {value: words.percentage(Fraction(str(value)) / 100, 0 if value == int(value) else 1)
             for value in ticks}  # fmt: skip
    x = {
        "field": "x",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, end], "nice": False},
        "axis": {"values": ticks, "labelExpr": _written(shown), **_RULED},
    }
    bottom = 22 + _ROW * len(bounds)
    layers = [
        _layer([{"x": 0, "end": tolerance}], {"type": "rect", "color": LIGHT},
               {"x": x, "x2": {"field": "end"}, "y": {"value": 20}, "y2": {"value": bottom}}),
        _layer([{"x": tolerance}], {"type": "rule", "color": INK, "strokeWidth": 2},
               {"x": x, "y": {"value": 14}, "y2": {"value": bottom}}),
        _beside(tolerance, 8, words("sample.picture.tolerance", percent=_tolerance(found, words)),
                x, aligned=_side(tolerance, end)),
    ]  # fmt: skip
    for row, each in enumerate(found.outcomes):
        layers += _range(each, found, words, x=x, y=26 + _ROW * row + _ROW // 2)
    description = " ".join(_told(each, found, words) for each in found.outcomes)
    specification = {
        "autosize": {"type": "fit", "contains": "padding"},
        "width": width,
        "height": bottom + 28,
        "layer": layers,
    }
    svg = charts.drawn(specification, description=description)
    return {"svg": svg, "description": description}


def _range(
    each: Outcome, found: Evaluation, words: Words, *, x: dict[str, Any], y: int
) -> Iterator[dict[str, Any]]:
    """Yield what shows an outcome: a dot, a line to the bound, and both their figures."""
    tolerance, likely, bound = (
        float(sentences.share(cents, found.draw)) * 100
        for cents in (found.draw.tolerance, each.likely, each.most)
    )
    end, at, inside = x["scale"]["domain"][1], {"y": {"value": y}}, min(bound, tolerance)
    parts = [(likely, inside, PETROL)] if likely < inside else []
    if bound > tolerance:
        parts.append((max(likely, tolerance), bound, OXIDE))
    for start, stop, colour in parts:
        yield _layer([{"x": start, "end": stop}],
                     {"type": "rule", "color": colour, "strokeWidth": 3},
                     {"x": x, "x2": {"field": "end"}, **at})  # fmt: skip
    colour = OXIDE if bound > tolerance else PETROL
    yield _layer([{"x": bound}], {"type": "tick", "thickness": 3, "size": 22, "color": colour},
                 {"x": x, **at})  # fmt: skip
    yield _layer([{"x": likely}], {"type": "point", "size": 100, "color": PETROL, "filled": True,
                                   "opacity": 1}, {"x": x, **at})  # fmt: skip
    texts = _figures(each, found, words)
    side = "left" if likely < end * _HALF else "right"
    yield _beside(likely, y - 19, texts[0], x, aligned=side, colour=PETROL)
    side, colour = ("left", OXIDE_TEXT) if bound > tolerance else (_side(bound, end), PETROL)
    yield _beside(bound, y + 21, texts[1], x, aligned=side, colour=colour)


def _figures(each: Outcome, found: Evaluation, words: Words) -> tuple[str, str]:
    name = "" if len(found.outcomes) == 1 else f"{sentences.what(each, words)}: "
    likely, bound = (
        words.percentage(sentences.share(cents, found.draw)) for cents in (each.likely, each.most)
    )
    return (
        name + words("sample.picture.likely", percent=likely),
        words("sample.picture.bound", percent=bound),
    )


def _told(each: Outcome, found: Evaluation, words: Words) -> str:
    likely, bound = _figures(each, found, words)
    tolerance = words("sample.picture.tolerance", percent=_tolerance(found, words))
    return f"{likely}; {bound}; {tolerance}."


def _tolerance(found: Evaluation, words: Words) -> str:
    draw = found.draw
    if draw.of_items:  # of few, a share is rounded down to whole items
        return sentences.percent(sentences.share(draw.tolerance, draw), words)
    return sentences.tolerance(draw, words)


def _beside(
    at: float, y: int, text: str, x: dict[str, Any], *, aligned: str, colour: str = INK
) -> dict[str, Any]:
    mark = {
        "type": "text",
        "align": aligned,
        "dx": 6 if aligned == "left" else -6,
        "color": colour,
        "fontWeight": 400 if colour == INK else 600,
    }
    encoding = {"x": x, "y": {"value": y}, "text": {"field": "text"}}
    return _layer([{"x": at, "text": text}], mark, encoding)


def _side(at: float, end: float) -> str:
    """Return on which side of a place its text has room."""
    return "left" if at < end * _NEAR_START else "right"


def _places(draw: Draw) -> Iterator[tuple[Item, int]]:
    """Yield the items that lie on the line of all euros, and where, in cents."""
    rows = draw.population.line
    before = dict(
        zip(
            (row.id for row in rows),
            accumulate((row.amount_cents for row in rows), initial=0),
            strict=False,
        )
    )
    starts = accumulate((row.amount_cents for row in draw.strata.line), initial=0)
    own = dict(zip((row.id for row in draw.strata.line), starts, strict=False))
    for item in draw.items:
        for point in item.points:
            yield item, before[item.row.id] + point - own[item.row.id]
        if item.stratum == "whole":
            yield item, before[item.row.id] + item.row.amount_cents // 2


def _mark(item: Item, at: int, draw: Draw, wrong: set[str]) -> dict[str, Any]:
    height = item.row.amount_cents
    if item.stratum == "whole":
        height = round(draw.strata.interval_cents * _ABOVE)
    return {
        "id": item.row.id,
        "x": at / 100,
        "amount": height / 100,
        "wrong": item.row.id in wrong,
        "whole": item.stratum == "whole",
    }


def _points(marks: Sequence[dict[str, Any]], place: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the heads: a dot, a triangle for what is tested whole, a diamond for an error."""
    of = ((False, False, "circle", 20, PETROL), (True, False, "triangle-up", 46, PETROL),
          (None, True, "diamond", 92, OXIDE))  # fmt: skip
    for whole, wrong, shape, size, colour in of:
        those = [m for m in marks if m["wrong"] == wrong and whole in {None, m["whole"]}]
        mark = {"type": "point", "shape": shape, "size": size, "color": colour, "filled": True,
                "opacity": 1}  # fmt: skip
        yield _layer(those, mark, place)


def _names(
    named: Sequence[dict[str, Any]], place: dict[str, Any], end: float
) -> Iterator[dict[str, Any]]:
    for side, dx in (("left", 7), ("right", -7)):
        those = [m for m in named if (m["x"] < end * _NEAR_END) == (side == "left")]
        mark = {"type": "text", "align": side, "dx": dx, "dy": -7, "color": OXIDE_TEXT,
                "fontWeight": 600}  # fmt: skip
        for drawn in ({**mark, "stroke": "white", "strokeWidth": 3}, mark):  # on what lies there
            yield _layer(those, drawn, {**place, "text": {"field": "label"}})


_RULED: Final[dict[str, Any]] = {
    "domain": True,
    "domainColor": "#aab3bf",
    "ticks": True,
    "tickColor": "#aab3bf",
    "tickSize": 4,
}


def _axis(name: str, ticks: Sequence[float], end: float, words: Words) -> dict[str, Any]:
    shown = {value: words.whole_euro(round(value) * 100) for value in ticks}
    return {
        "field": "x" if name == "x" else "amount",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, end], "nice": False},
        "axis": {
            "values": ticks,
            "labelExpr": _written(shown),
            "labelFlush": False,
            **(_RULED if name == "x" else {}),
        },
    }


def _written(shown: Mapping[float, str]) -> str:
    """Return an expression that writes each value as it was written here."""
    cases = "".join(f"datum.value=={value}?'{text}':" for value, text in shown.items())
    return f"{cases}''"


def _ticks(end: float, most: int) -> list[float]:
    """Return round values from zero that divide an axis, so many at most."""
    power = 10.0 ** (ceil(len(str(int(end * 100))) - 4))
    while True:
        for step in _STEPS:
            count = int(end / (step * power))
            if count <= most:
                return [round(step * power * n, 6) for n in range(count + 1)]
        power *= 10


def _layer(
    values: Sequence[Mapping[str, Any]] | None, mark: dict[str, Any], encoding: dict[str, Any]
) -> dict[str, Any]:
    rows = _EMPTY if values is None else {"values": list(values)}
    return {"data": rows, "mark": mark, "encoding": encoding}
