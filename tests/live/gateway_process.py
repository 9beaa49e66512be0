"""The real `bindferry serve` as a process of its own, with a configuration written for the test, ended by its id.

What is not here: old stores (`legacy.py`) and clients (`clients.py`).
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import yaml

PROGRAM = Path(sys.executable).with_name("bindferry")
BASE = "dc=example,dc=com"
PATIENCE = 30.0
"""Seconds after which something hangs, on a busy machine, too."""

CHEAP = {"memory": "64KiB", "time": 1}
"""Argon2id's cost where a test needs many hashes and none that is strong."""


def until(reached: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait for it; AssertionError says what did not happen."""
    deadline = time.monotonic() + patience
    while not reached():
        assert time.monotonic() < deadline, f"{what}: not within {patience:g} s"
        time.sleep(0.01)


def run_command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Any other command of `bindferry`, to its end."""
    command = [PROGRAM, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=2 * PATIENCE, stdin=subprocess.DEVNULL)


class Manager:
    """What systemd is to a service: a datagram socket, and all that was said to it."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("")  # Linux chooses an abstract name
        self.place = "@" + self._socket.getsockname()[1:].decode()
        self.messages: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while message := self._socket.recv(4096):
            self.messages.append(message.decode())
        self._socket.close()

    def close(self) -> None:
        """Hear nothing more."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", "\0" + self.place[1:])


class Gateway:
    """One gateway, its configuration, its directory and everything that it wrote. It can be started again."""

    def __init__(self, place: Path, *sources: Mapping[str, Any], **sections: Any) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self.place = place
        self.configuration = place / "bindferry.yaml"
        self.database = place / "directory.db"
        self.audit_file = place / "audit.jsonl"
        self.ports: dict[str, int] = {}
        self.output = {"stdout": bytearray(), "stderr": bytearray()}
        self.manager = Manager()
        self._process: subprocess.Popen[bytes] | None = None
        self._readers: list[threading.Thread] = []
        settings = {
            "directory": {"url": f"sqlite:///{self.database}", "base": BASE, **sections.pop("directory", {})},
            "listen": {
                "ldap": {"address": "127.0.0.1", "port": 0, "starttls": "off"},
                "health": {"address": "127.0.0.1", "port": 0},
            },
            "applications": [{"name": "everybody", "bases": "all"}],
            "audit": {"file": str(self.audit_file)},
            "log": {"level": "debug", "format": "json"},
            "sources": list(sources),
            **sections,
        }
        self.configuration.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))

    @property
    def uri(self) -> str:
        """Where applications connect in clear."""
        return f"ldap://127.0.0.1:{self.ports['ldap']}"

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self._process is not None
        return self._process.pid

    def start(self, **environment: str) -> Gateway:
        """Run it and wait for READY=1 and the line that says which ports it was given."""
        self.manager.messages.clear()
        self.begin(**environment)
        until(lambda: self._heard("STATUS=ready") or self._process_ended(), "the gateway is ready")
        status = next((text for text in self.manager.messages if text.startswith("STATUS=ready")), None)
        assert status is not None, f"the gateway ended at once: {self.text('stderr')}"
        assert self._heard("READY=1")
        self.ports = {name: int(port) for name, port in re.findall(r"(\w+) 127\.0\.0\.1:(\d+)", status)}
        return self

    def begin(self, **environment: str) -> None:
        """Run it, and wait for nothing."""
        self._process = process = subprocess.Popen(
            [PROGRAM, "serve", "--config", self.configuration],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "NOTIFY_SOCKET": self.manager.place, **environment},
        )
        pipes = {"stdout": process.stdout, "stderr": process.stderr}
        self._readers = [threading.Thread(target=self._collect, args=each, daemon=True) for each in pipes.items()]
        for reader in self._readers:
            reader.start()

    def tell(self, how: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(how)

    def wait(self) -> int:
        """Its exit status, once it has ended and all that it wrote is here."""
        assert self._process is not None
        code = self._process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        self._process = None
        return code

    def stop(self) -> int:
        """Ask it to end; its exit status."""
        self.tell(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """End it as a power cut would, if it runs."""
        if self._process is not None:
            self._process.kill()
            self.wait()

    def close(self) -> None:
        """Leave nothing behind that runs."""
        self.kill()
        self.manager.close()

    def text(self, stream: str) -> str:
        """What it wrote to `stdout` or `stderr`, in all its lives."""
        return self.output[stream].decode()

    def audit(self, event: str = "") -> list[dict[str, Any]]:
        """The audit's records, from the file or, if that is "-", from among the lines on standard error."""
        written = self.audit_file.read_text() if self.audit_file.exists() else self.text("stderr")
        records = [json.loads(line) for line in written.splitlines()]
        return [record for record in records if "event" in record and event in {"", record["event"]}]

    def settle(self, adopted: Sequence[str]) -> None:
        """Wait until these people have moved: an adoption may end behind its answer (R12)."""
        until(lambda: set(adopted) <= {record["name"] for record in self.audit("adopt")}, f"{adopted} have moved")

    def get(self, path: str) -> str:
        """What the local HTTP port answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['health']}{path}", timeout=PATIENCE) as answer:
            text: str = answer.read().decode()
            return text

    def _collect(self, stream: str, pipe: IO[bytes]) -> None:
        with pipe:
            while data := os.read(pipe.fileno(), 65536):
                self.output[stream].extend(data)

    def _heard(self, beginning: str) -> bool:
        return any(message.startswith(beginning) for message in self.manager.messages)

    def _process_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None
