"""The suite that every source passes, over a file. Run it with: pytest test_passwdfile.py"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from bindferry_example_source.source import PLUGIN

from gateway.identity.outcome import Reason
from gateway.passwords.argon2 import Argon2Hasher
from gateway.passwords.pool import HashingPool
from gateway.plugins import Context
from gateway.testing.conformance_source import Known, SourceConformance
from gateway.testing.pump import PumpReactor
from gateway.threads import Pool

T = TypeVar("T")
BASE = "ou=shell,dc=example,dc=com"
TIMEOUT = 0.5


def ssha(password: bytes, salt: bytes = b"salt") -> str:
    """A hash that is quick enough for tests."""
    return "{SSHA}" + base64.b64encode(hashlib.sha1(password + salt, usedforsecurity=False).digest() + salt).decode()


class PasswdStore:
    """The file and a fresh source before it: what the suite asks an author for."""

    login_attribute = "uid"
    now = 1_800_000_000.0
    people = (
        Known("JDoe", b"Winter2011!", f"uid=JDoe,{BASE}"),
        Known("zoë", "Grüße-und-Küsse".encode(), f"uid=zoë,{BASE}"),
        Known("gone", b"password-gone", f"uid=gone,{BASE}", Reason.DISABLED),
        Known("reset", b"password-reset", f"uid=reset,{BASE}", Reason.MUST_CHANGE),
        Known("nohash", b"password-nohash", f"uid=nohash,{BASE}", Reason.NO_PASSWORD),
    )

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hanging = False
        self._reactor = PumpReactor()
        states = {Reason.DISABLED: "disabled", Reason.MUST_CHANGE: "must-change"}
        rows = [
            ":".join(
                (
                    known.name,
                    "" if known.refusal is Reason.NO_PASSWORD else ssha(known.password),
                    str(1000 + number),
                    states.get(known.refusal, "") if known.refusal else "",
                    f"{number}@corp.example",
                    "Jane Doe",
                )
            )
            for number, known in enumerate(self.people)
        ]
        path.write_text("\n".join(rows), "utf-8")
        hashing = Pool(self._reactor, "hashing", 1, 10)
        context = Context(self._reactor, HashingPool(self._reactor, hashing, Argon2Hasher(8, 1, 1)))
        options = {"name": "shell", "type": "passwdfile", "path": path, "base": BASE, "timeout": TIMEOUT}
        self.source = PLUGIN.build(PLUGIN.options.model_validate(options), context)

    def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Time passes only where the file hangs, and then all of the deadline at once."""
        if self._hanging:
            self._reactor.callFromThread(self._reactor.advance, 2 * TIMEOUT)
        return self._reactor.run(function())

    def stop(self) -> None:
        """The disk is gone."""
        self._path.unlink()

    def hang(self) -> None:
        """A pipe into which nobody writes: whoever opens it waits, as with a file server that is down."""
        self._path.unlink()
        os.mkfifo(self._path)
        self._hanging = True

    def release(self) -> None:
        """Let threads that wait go on."""
        if self._hanging:
            os.close(os.open(self._path, os.O_RDWR | os.O_NONBLOCK))


class TestPasswdFile(SourceConformance):
    """Every promise of a source, over one file."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[PasswdStore]:
        store = PasswdStore(tmp_path / "people")
        yield store
        store.release()
