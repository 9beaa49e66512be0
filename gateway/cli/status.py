"""`bindferry status`: how many people of each source have moved, and how many are known to be left (R21)."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from twisted.internet.defer import Deferred, gatherResults

from gateway.cli.common import config_option, json_option, over_stores, show_json, tell_absent
from gateway.config import load
from gateway.errors import BindferryError
from gateway.identity.ports import LegacySource, NativeDirectory

_HEAD = ("source", "moved", "known", "left", "")


@dataclass(frozen=True, slots=True)
class Progress:
    """One source: people who moved from it, people known in it, and how many of those are left; None is not known.
    `remark` says why."""

    source: str
    migrated: int
    known: int | None
    left: int | None
    remark: str = ""


async def progress(native: NativeDirectory, sources: Sequence[LegacySource]) -> list[Progress]:
    """In the order of the configuration, and then the sources that it names no longer. `DirectoryUnavailable` where
    the directory cannot be read."""
    migrated = await native.counts()
    counts = [Deferred.fromCoroutine(_one(source, migrated)) for source in sources]
    rows = list(await gatherResults(counts, consumeErrors=True))
    gone = sorted(migrated.keys() - {source.name for source in sources})
    return rows + [Progress(name, migrated[name], None, None, "no longer configured") for name in gone]


async def _one(source: LegacySource, migrated: Mapping[str, int]) -> Progress:
    moved = migrated.get(source.name, 0)
    try:
        known = await source.count()
    except BindferryError as error:
        return Progress(source.name, moved, None, None, str(error).removeprefix(f"source {source.name}: "))
    if known is None:
        return Progress(source.name, moved, None, None, "cannot be counted")
    return Progress(source.name, moved, known, max(known - moved, 0))


def show(rows: Sequence[Progress], *, as_json: bool, fancy: bool) -> None:
    """Print the table; `fancy` draws it for a terminal."""
    if as_json:
        show_json({"sources": [asdict(row) for row in rows]})
        return
    cells = [(row.source, str(row.migrated), _number(row.known), _number(row.left), row.remark) for row in rows]
    if fancy:
        _draw(cells)
        return
    widths = [max(map(len, column)) for column in zip(_HEAD, *cells, strict=True)]
    for cell in (_HEAD, *cells):
        name, *numbers, remark = (text.rjust(width) for text, width in zip(cell, widths, strict=True))
        click.echo("  ".join([name.strip().ljust(widths[0]), *numbers, remark.strip()]).rstrip())


def _draw(cells: Sequence[Sequence[str]]) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE)
    for number, title in enumerate(_HEAD):
        table.add_column(title, justify="right" if 0 < number < 4 else "left")
    for cell in cells:
        table.add_row(*map(Text, cell))
    Console().print(table)


def _number(value: int | None) -> str:
    return "?" if value is None else str(value)


@click.command()
@config_option
@json_option
def command(config: Path, *, as_json: bool) -> int:
    """Show how many people of each source have moved.

    "moved" are people in the new directory who came from that source, "known" the people in it now, "left" the
    difference. A source that cannot be asked shows "?".

    \b
    Examples:
      bindferry status
      bindferry status --json | jq '.sources[].left'
    """
    settings = load(config)

    async def use(native: NativeDirectory, sources: Sequence[LegacySource]) -> int:
        tell_absent(native)
        show(await progress(native, sources), as_json=as_json, fancy=sys.stdout.isatty())
        return 0

    return over_stores(settings, lambda stores: use(stores.native, stores.sources))
