"""The ratios as an SVG picture: a bar for each work and peer on a logarithmic scale, the spread as a line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from bench.figures import Ratio, Result, ratio

_LEFT, _WIDTH, _STEP, _TOP = 360, 480, 22, 30
_LEAST, _MOST = 0.1, 100.0


def plot(results: Sequence[Result]) -> str:
    """A whole SVG document."""
    bars = []
    for result in results:
        (_, ours), *others = result.samples.items()
        for party, theirs in others:
            if not result.faults and (how := ratio(ours, theirs)) is not None:
                bars.append(_bar(len(bars), f"{result.work}, beside {party}", how))
    height = _TOP + _STEP * len(bars) + 10
    scale = [_tick(value, height) for value in (0.1, 0.5, 1, 2, 10, 100)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 80}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        *scale,
        *bars,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def x_of(value: float) -> float:
    """Where a ratio is, from the left; what lies outside the scale is at its end."""
    inside = min(max(value, _LEAST), _MOST)
    return _LEFT + _WIDTH * math.log(inside / _LEAST) / math.log(_MOST / _LEAST)


def _tick(value: float, height: int) -> str:
    x, colour = x_of(value), "#000" if value == 1 else "#ccc"
    return (
        f'<line x1="{x:.1f}" y1="20" x2="{x:.1f}" y2="{height - 5}" stroke="{colour}"/>'
        f'<text x="{x:.1f}" y="14" text-anchor="middle">{value:g}</text>'
    )


def _bar(number: int, label: str, how: Ratio) -> str:
    y = _TOP + _STEP * number
    one, end = sorted((x_of(1), x_of(how.middle)))
    colour = "#4a7" if how.middle >= 1 else "#c75"
    return (
        f'<text x="{_LEFT - 8}" y="{y + 11}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="{one:.1f}" y="{y}" width="{end - one:.1f}" height="14" fill="{colour}"/>'
        f'<line x1="{x_of(how.least):.1f}" y1="{y + 7}" x2="{x_of(how.most):.1f}" y2="{y + 7}" stroke="#000"/>'
    )
