"""A `PasswordHasher` that costs nothing and protects nothing: for tests of whoever asks one."""

from __future__ import annotations

import hmac

from gateway.errors import BusyError

_STRONG, _WEAK = "plain$", "weak$"


class PlainHasher:
    """Answers at once. `work` counts what would have cost time; `busy` makes every method raise `BusyError`."""

    def __init__(self) -> None:
        self.busy = False
        self.work = 0

    async def hash(self, password: bytes) -> str:
        """As `PasswordHasher.hash`."""
        self._toil()
        return _STRONG + password.hex()

    async def verify(self, password: bytes, stored: str) -> bool:
        """As `PasswordHasher.verify`."""
        self._toil()
        scheme, dollar, value = stored.partition("$")
        return scheme + dollar in {_STRONG, _WEAK} and hmac.compare_digest(value, password.hex())

    async def burn(self, password: bytes) -> None:
        """As `PasswordHasher.burn`."""
        self._toil()

    def needs_rehash(self, stored: str) -> bool:
        """As `PasswordHasher.needs_rehash`: whatever `weak` made."""
        return stored.startswith(_WEAK)

    @staticmethod
    def strong(password: bytes) -> str:
        """What `hash` makes."""
        return _STRONG + password.hex()

    @staticmethod
    def weak(password: bytes) -> str:
        """A hash that verifies and ought to be made anew."""
        return _WEAK + password.hex()

    def _toil(self) -> None:
        if self.busy:
            raise BusyError("the hashing pool is full")
        self.work += 1
