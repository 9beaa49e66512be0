"""`bindferry serve`: the daemon."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gateway.cli.common import config_option, located


@click.command()
@config_option
@click.option("--worker", is_flag=True, hidden=True, help="Be one of several processes; only `serve` itself asks this.")
def command(config: Path, *, worker: bool) -> int:
    """Run the gateway until it is told to stop.

    SIGTERM or Ctrl-C stops it: nothing new is taken, what is in progress ends. SIGHUP begins a new audit file.
    Under systemd it reports when every listener is open.

    \b
    Example:
      bindferry serve --config ./bindferry.yaml
    """
    if worker:
        return _work()
    from gateway.config import load, read_text

    text = read_text(config)
    settings = load(config, text=text)  # before anything slow is imported: faults are told at once
    from twisted.internet import reactor

    from gateway.daemon import serve
    from gateway.logs import start_logging
    from gateway.notify import Notifier
    from gateway.workers.service import supervise

    start_logging(sys.stderr, settings.log.level, settings.log.format)
    with located(settings):
        if settings.workers == 1:
            error = serve(settings, reactor, Notifier())
        else:
            error = supervise(settings, config, text, reactor, Notifier())
        if error is not None:
            raise error
    return 0


def _work() -> int:
    from twisted.internet import reactor

    from gateway.workers.worker import work

    error = work(reactor)
    if error is not None:
        raise error
    return 0
