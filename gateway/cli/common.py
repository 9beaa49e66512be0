"""What commands share: their options, and running a coroutine over the opened stores. Nothing here exits."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.absent import AbsentDirectory
from gateway.errors import ConfigError, ConfigErrors

if TYPE_CHECKING:
    from gateway.app import Stores
    from gateway.config import Settings
    from gateway.identity.ports import NativeDirectory

DEFAULT_CONFIG = Path("/etc/bindferry/bindferry.yaml")

config_option = click.option(
    "--config",
    "-c",
    type=click.Path(path_type=Path),
    default=DEFAULT_CONFIG,
    envvar="BINDFERRY_CONFIG",
    show_default=True,
    help="The configuration; also by BINDFERRY_CONFIG.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, for scripts.")


def show_json(value: object) -> None:
    """Print one value for a script."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


@contextmanager
def located(settings: Settings) -> Iterator[None]:
    """Faults that show only when something is opened get the line of the configuration that they are about."""
    try:
        yield
    except ConfigErrors as error:
        raise ConfigErrors([settings.located(fault) for fault in error.errors]) from error
    except ConfigError as error:
        raise settings.located(error) from error


def tell_absent(native: NativeDirectory) -> None:
    """On standard error, why nobody has moved: a directory that is not there yet, or a path that is wrong."""
    if isinstance(native, AbsentDirectory):
        click.echo(f"directory: {native.missing.text}", err=True)


def over_stores(settings: Settings, use: Callable[[Stores], Awaitable[int]]) -> int:
    """Open the stores, run `use` on the real reactor, close them; its result.

    The directory is never made here, nor upgraded: that is the daemon's, under the daemon's user, and an older daemon
    may still be at work on it.
    """
    from gateway.app import open_stores
    from gateway.cli.running import run_async
    from gateway.logs import start_logging

    start_logging(sys.stderr, "critical", "text")  # what these commands find, they print

    async def run(reactor: Any) -> int:
        with located(settings):
            stores = open_stores(settings, reactor, may_create=False)
        try:
            return await use(stores)
        finally:
            await stores.close()

    return run_async(run)
