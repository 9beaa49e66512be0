"""What the processes of one gateway tell one another of passwords, so that a guess counts once wherever it comes (R20).

What is not here: how it gets from one to the other (`gateway.workers`). A password never does, only its keyed proof.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from gateway.identity.outcome import Rejected, Unknown

if TYPE_CHECKING:
    from gateway.identity.budget import Budget
    from gateway.identity.proofs import Proofs
    from gateway.identity.throttle import Throttle


@dataclass(frozen=True, slots=True)
class Failed:
    """A distinct wrong password for a name, from an address; `proof` is empty where nobody remembers it."""

    name: str
    address: str
    at: float
    proof: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Succeeded:
    """A right one, where failures had been counted."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Forgotten:
    """An administrator has set the password of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Refused:
    """How a password was refused; all remember it."""

    proof: bytes = field(repr=False)
    refusal: Rejected | Unknown
    at: float


@dataclass(frozen=True, slots=True)
class Proved:
    """A right password, bound to the person's revision as every proof of one: no other process need hash it again."""

    proof: bytes = field(repr=False)
    at: float


Told = Proved | Failed | Succeeded | Forgotten | Refused
Tell = Callable[[Told], None]


def nobody(_: Told) -> None:
    """There is no other process."""


class Company(Protocol):
    """The other processes of this gateway, as one of them sees them. `key` is that of everybody's proofs."""

    key: bytes

    def tell(self, told: Told) -> None:
        """Say it to all others; returns at once."""
        ...

    def budget(self, source: str) -> Budget:
        """The one budget of a source that all draw on."""
        ...


def hear(told: Told, throttle: Throttle, proofs: Proofs | None = None) -> None:
    """Take over what another process has told. A password that two have refused at once counts once."""
    match told:
        case Failed():
            if proofs is None or not told.proof or proofs.refusal(told.proof, told.at) is None:
                throttle.count(told.name, told.address, told.at)
        case Succeeded():
            throttle.release(told.name, told.address)
        case Forgotten():
            throttle.drop(told.name)
        case Proved():
            if proofs is not None:
                proofs.remember_right(told.proof, told.at)
        case Refused():
            if proofs is not None:
                proofs.remember_refusal(told.proof, told.refusal, told.at)
