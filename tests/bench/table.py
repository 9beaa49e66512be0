"""The table: one line for each work and peer. It is reStructuredText, too: a simple table, with notes below it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from bench.figures import Result, Sample, brief, middle, ratio, shown

HEADINGS = ("Work", "Peer", "ours/s", "peer/s", "Ratio, spread", "Goal", "p50/p99 ms", "CPU us", "MiB")


def lines_of(result: Result) -> list[tuple[str, ...]]:
    """The cells. Pairs in one cell are ours and the peer's."""
    (_, ours), *others = result.samples.items()
    if result.faults:
        return [(result.work, party, "void", "void", "-", result.goal, "-", "-", "-") for party, _ in others] or [
            (result.work, "-", "void", "-", "-", result.goal, "-", "-", "-")
        ]
    mine = middle(ours)
    if not others:
        return [(result.work, "-", shown(mine.rate), "-", "-", result.goal, *_costs(mine, None))]
    rows = []
    for party, samples in others:
        theirs, how = middle(samples), ratio(ours, samples)
        rates = (shown(mine.rate), shown(theirs.rate), str(how) if how else "-")
        rows.append((result.work, party, *rates, result.goal if party == others[0][0] else "", *_costs(mine, theirs)))
    return rows


def _costs(ours: Sample, theirs: Sample | None) -> tuple[str, str, str]:
    both = [ours] if theirs is None else [ours, theirs]
    return (
        " : ".join(f"{brief(one.p50)}/{brief(one.p99)}" if one.p99 else "-" for one in both),
        " : ".join(brief(one.cpu * 1e6) if one.cpu else "-" for one in both),
        " : ".join(brief(one.pss / (1 << 20)) if one.pss else "-" for one in both),
    )


def table(results: Sequence[Result]) -> str:
    """All rows, the notes and what was wrong."""
    rows = [line for result in results for line in lines_of(result)]
    widths = [max(len(row[column]) for row in [HEADINGS, *rows]) for column in range(len(HEADINGS))]
    rule = " ".join("=" * width for width in widths)
    body = [_line(row, widths) for row in rows]
    told = [f"* {result.work}: {text}" for result in results for text in [*result.notes, *result.faults]]
    notes = [textwrap.fill(text, 118, subsequent_indent="  ") for text in told]
    return "\n".join([rule, _line(HEADINGS, widths), rule, *body, rule, "", *notes]).rstrip() + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return " ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


BEGIN = '.. the figures begin here; make bench ARGS="--rst docs/performance.rst" writes them'
END = ".. the figures end"


def replaced(document: str, figures: str) -> str:
    """The document with these figures between its two marks."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document needs the lines {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n\n{figures}\n{END}{after}"
