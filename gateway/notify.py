"""What systemd is told (sd_notify(3)): ready, stopping, a status line, and that we are still alive.

Without `NOTIFY_SOCKET` nothing is sent: the daemon runs the same under anything else.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger


class Notifier:
    """Sends datagrams to the service manager named in `environ`; a message that cannot be sent is logged at debug."""

    _log = Logger()

    def __init__(self, environ: Mapping[str, str] | None = None, pid: int | None = None) -> None:
        environ = os.environ if environ is None else environ
        place = environ.get("NOTIFY_SOCKET", "")
        # "@" stands for the NUL that begins a name in Linux's abstract namespace.
        self._place = "\0" + place[1:] if place.startswith("@") else place
        self._watchdog = _watchdog(environ, os.getpid() if pid is None else pid) if place else None

    def ready(self) -> None:
        """Every listener is open."""
        self._send("READY=1")

    def stopping(self) -> None:
        """No new work is taken."""
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._send("STATUS=" + " ".join(text.split()))

    def watch(self, clock: IReactorTime, alive: Callable[[], bool] = lambda: True) -> LoopingCall | None:
        """Say WATCHDOG=1 twice as often as the manager asks for, from the reactor: a reactor that hangs falls silent,
        and so does one that is not `alive`. None where no watchdog is set; else stop the result to end it."""
        if self._watchdog is None:
            return None
        loop = LoopingCall(lambda: self._send("WATCHDOG=1") if alive() else None)
        loop.clock = clock
        loop.start(self._watchdog / 2).addErrback(lambda failure: self._log.failure("the watchdog", failure))
        return loop

    def _send(self, message: str) -> None:
        if not self._place:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.setblocking(False)
                channel.sendto(message.encode(), self._place)
        except OSError as error:
            self._log.debug("systemd was not told: {text}", text=error.strerror or type(error).__name__)


def _watchdog(environ: Mapping[str, str], pid: int) -> float | None:
    """Seconds within which the manager wants to hear from this process (`WATCHDOG_PID` may name another)."""
    interval = environ.get("WATCHDOG_USEC", "")
    if not interval.isdecimal() or int(interval) == 0 or environ.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    return int(interval) / 1_000_000
