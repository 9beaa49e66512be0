"""The daemon's `PasswordHasher`: hashing in its own bounded pool of threads, quick schemes on the spot.

What is not here: the schemes, and the pool itself (`gateway.threads`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar, TypeVarTuple

from twisted.internet.error import TimeoutError as DeadlineError
from twisted.logger import Logger

from gateway.errors import BusyError
from gateway.passwords.argon2 import ARGON2, Argon2Hasher
from gateway.passwords.schemes import recognise
from gateway.threads import Pool

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_log = Logger()
_TELL_AGAIN = 60.0  # seconds between two log lines about unusable hashes


class _Time(Protocol):
    def seconds(self) -> float:
        """As IReactorTime."""
        ...


class HashingPool:
    """`gateway.identity.hashing.PasswordHasher` over a `Pool`.

    `deadline` bounds one call in seconds, waiting included; work that does not end in time is `BusyError`, like a full
    queue: never a verdict on a password (R6).
    """

    def __init__(self, reactor: _Time, pool: Pool, hasher: Argon2Hasher, *, deadline: float = 30.0) -> None:
        self._reactor = reactor
        self._pool = pool
        self._hasher = hasher
        self._deadline = deadline
        self._decoy = hasher.decoy()
        self._told = float("-inf")

    async def hash(self, password: bytes) -> str:
        """A fresh Argon2id hash at the configured cost. `ValueError` for an empty password (R5)."""
        return await self._run(self._hasher.hash, password)

    async def verify(self, password: bytes, stored: str) -> bool:
        """Whether it matches. For a hash that nothing can match (missing, unknown, malformed, too dear) the answer is
        False after the work of `burn` (R25)."""
        scheme = recognise(stored)
        why = "no known scheme" if scheme is None else scheme.refusal(stored)
        if scheme is None or why is not None:
            self._tell(why if stored else None)
            await self.burn(password)
            return False
        if scheme.slow:
            return await self._run(scheme.verify, password, stored, None)
        return scheme.verify(password, stored)

    async def burn(self, password: bytes) -> None:
        """The work of one `verify` at the configured cost, for a refusal that needs none (R25)."""
        await self._run(ARGON2.verify, password or b"\0", self._decoy, None)

    def needs_rehash(self, stored: str) -> bool:
        """Whether `stored` is weaker than what `hash` would make (R14). Cheap."""
        return self._hasher.needs_rehash(stored)

    async def _run(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        try:
            return await self._pool.run(function, *args, deadline=self._deadline)
        except DeadlineError:
            raise BusyError(f"thread pool {self._pool.name} did not answer in time") from None

    def _tell(self, why: str | None) -> None:
        """Say, at most once a minute, that a stored hash is unusable: whoever asks often must not fill the log."""
        if why is not None and self._reactor.seconds() - self._told >= _TELL_AGAIN:
            self._told = self._reactor.seconds()
            _log.warn("a stored password hash can match no password: {why}", why=why)
