"""`bindferry check`: the configuration, and what every store shows when it is looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import click
from twisted.internet.defer import Deferred, gatherResults

from gateway.cli.common import config_option, json_option, over_stores, show_json
from gateway.config import Settings, load
from gateway.config.doubts import outside
from gateway.errors import BindferryError, ConfigError
from gateway.identity.ports import LegacySource, NativeDirectory, Sight


@dataclass(frozen=True, slots=True)
class Finding:
    """What one store shows."""

    store: str
    usable: bool
    lines: tuple[str, ...]


@runtime_checkable
class Inspectable(Protocol):
    """A directory that can say more about itself than how many people it holds."""

    async def inspect(self) -> Sight: ...


async def look(native: NativeDirectory, sources: Sequence[LegacySource]) -> list[Finding]:
    """Every store, the directory first; all are looked at together."""

    async def one(store: str, inspect: Callable[[], Awaitable[Sight]]) -> Finding:
        try:
            sight = await inspect()
        except BindferryError as error:
            return Finding(store, False, (str(error),))
        return Finding(store, sight.usable, sight.lines)

    looks = [one("directory", lambda: _directory(native))]
    looks += [one(f"source {source.name}", source.inspect) for source in sources]
    return list(await gatherResults([Deferred.fromCoroutine(each) for each in looks], consumeErrors=True))


async def _directory(native: NativeDirectory) -> Sight:
    if isinstance(native, Inspectable):
        return await native.inspect()
    counts = await native.counts()
    return Sight(True, (f"{sum(counts.values())} people",))


def report(
    settings: Settings, findings: Sequence[Finding], *, as_json: bool, further: Sequence[ConfigError] = ()
) -> int:
    """Print it, with `further` warnings that only the stores show; 0 if all that was looked at is usable, else 1."""
    ok = all(finding.usable for finding in findings)
    warnings = [str(warning) for warning in (*settings.warnings, *further)]
    if as_json:
        show_json({"ok": ok, "warnings": warnings, "stores": [asdict(finding) for finding in findings]})
        return 0 if ok else 1
    click.echo("configuration: ok")
    for warning in warnings:
        click.echo(f"  warning: {warning}")
    for finding in findings:
        click.echo(f"{finding.store}: {'ok' if finding.usable else 'NOT USABLE'}")
        for line in finding.lines:
            click.echo(f"  {line}")
    return 0 if ok else 1


@click.command()
@config_option
@click.option("--offline", is_flag=True, help="Only the file and what it points at; contact nothing, open nothing.")
@json_option
def command(config: Path, *, offline: bool, as_json: bool) -> int:
    """Check the configuration, and look at every store that it names.

    Every fault of the file is printed at once, with its line. Then the directory is looked at and each source is
    contacted. A directory that is not there yet is no fault: serve makes it. The exit status is 0 if logins would
    work, 1 if a store is not usable, 2 for a fault of the file.

    \b
    Examples:
      bindferry check
      bindferry check --config ./bindferry.yaml --offline
      bindferry check --json | jq '.stores[] | select(.usable | not)'
    """
    settings = load(config)
    if offline:
        return report(settings, [], as_json=as_json)

    return over_stores(
        settings, lambda stores: _look_and_report(settings, stores.native, stores.sources, as_json=as_json)
    )


async def _look_and_report(
    settings: Settings, native: NativeDirectory, sources: Sequence[LegacySource], *, as_json: bool
) -> int:
    contexts = [settings.directory.base, *(base for source in sources for base in source.bases)]
    further = [settings.located(warning) for warning in outside(settings.applications, contexts)]
    return report(settings, await look(native, sources), as_json=as_json, further=further)
