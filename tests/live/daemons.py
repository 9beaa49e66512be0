"""Server processes of applications: started in the foreground, waited for, and ended by their process ids."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from live.databases import free_port
from live.gateway_process import PATIENCE, until

__all__ = ["daemon", "free_port", "listening", "run"]


def listening(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def daemon(command: Sequence[str | Path], log: Path, ready: Callable[[], object], **environment: str) -> Iterator[int]:
    """It runs, in a process group of its own, until the block ends; `ready` says when it can be used. Its id."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    try:
        until(lambda: ready() or process.poll() is not None, f"{command[0]} is ready")
        assert process.poll() is None, log.read_text(errors="replace")
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)


def run(*command: str | Path, feed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """A client's command, to its end; whatever its status."""
    return subprocess.run(
        command,
        input=feed,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        env={**os.environ, **environment},
    )
