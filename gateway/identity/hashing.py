"""What the core and the directories need of password hashing; `gateway.passwords` does it."""

from __future__ import annotations

from typing import Protocol


class PasswordHasher(Protocol):
    """Hashing in its own bounded pool. Every method raises `BusyError` when the pool's queue is full."""

    async def hash(self, password: bytes) -> str:
        """A fresh Argon2id hash at the configured cost."""
        ...

    async def verify(self, password: bytes, stored: str) -> bool:
        """Whether it matches; False for a scheme that is not known. An empty `stored` never matches."""
        ...

    async def burn(self, password: bytes) -> None:
        """The work of one `verify`, for a refusal that needs none (R25)."""
        ...

    def needs_rehash(self, stored: str) -> bool:
        """Whether `stored` is weaker than what `hash` would make (R14). Cheap."""
        ...


class StoredHashes(Protocol):
    """Reading hashes that somebody made elsewhere; no work is done. The module `gateway.passwords` is one."""

    def identify(self, stored: str) -> str | None:
        """The name of the scheme whose looks it has; None for a scheme that is not known."""
        ...

    def refusal(self, stored: str) -> str | None:
        """Why no password at all could match it, as half a sentence without any part of it; None where one could."""
        ...

    def significant(self, stored: str) -> int | None:
        """How many bytes of a password it looks at; None is all of them (R14)."""
        ...
