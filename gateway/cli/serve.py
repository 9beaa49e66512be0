"""`bindferry serve`: the daemon."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gateway.cli.common import config_option, located


@click.command()
@config_option
def command(config: Path) -> int:
    """Run the gateway until it is told to stop.

    SIGTERM or Ctrl-C stops it: nothing new is taken, what is in progress ends. SIGHUP begins a new audit file.
    Under systemd it reports when every listener is open.

    \b
    Example:
      bindferry serve --config ./bindferry.yaml
    """
    from gateway.config import load

    settings = load(config)  # before anything slow is imported: faults are told at once
    from twisted.internet import reactor

    from gateway.daemon import serve
    from gateway.logs import start_logging
    from gateway.notify import Notifier

    start_logging(sys.stderr, settings.log.level, settings.log.format)
    with located(settings):
        error = serve(settings, reactor, Notifier())
        if error is not None:
            raise error
    return 0
