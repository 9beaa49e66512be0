"""What the core and the directories need of password hashing; `gateway.passwords.pool` does it."""

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
