"""What one operation in flight has had so far and still expects, and what it amounts to in the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall

from gateway.errors import ProtocolError, SourceError
from gateway.wire.messages import (
    Control,
    LdapMessage,
    LdapResult,
    Operation,
    Response,
    SearchResultDone,
    SearchResultEntry,
    SearchResultReference,
)


@dataclass(frozen=True, slots=True)
class BindAnswer:
    """The result of a bind and the response controls that came with it."""

    result: LdapResult
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The result of a search: what the server sent before, how many references among it, and its controls."""

    result: LdapResult
    entries: tuple[SearchResultEntry, ...]
    references: int = 0
    controls: tuple[Control, ...] = ()


@dataclass(slots=True, eq=False)
class Pending:
    """One operation in flight. `expected` is the type of the answer that ends it, `most` how many entries a search
    asked for (0: no limit)."""

    what: str
    expected: type[Response]
    most: int = 0
    began: float = 0.0
    entries: list[SearchResultEntry] = field(default_factory=list)
    references: int = 0
    controls: tuple[Control, ...] = ()
    _waiter: Deferred[Response] | None = None
    _timer: IDelayedCall | None = None

    def begin(self, waiter: Deferred[Response], now: float, timer: IDelayedCall) -> None:
        """It has been sent."""
        self.began = now
        self._waiter = waiter
        self._timer = timer

    def take(self, message: LdapMessage) -> bool:
        """Whether this message ends it. `ProtocolError` for an answer to another kind of request."""
        operation = message.operation
        if isinstance(operation, self.expected):
            self.controls = message.controls
            return True
        if self.expected is SearchResultDone:
            if isinstance(operation, SearchResultEntry):
                self.entries.append(operation)
                if self.most and len(self.entries) > self.most:
                    raise ProtocolError(f"more than the {self.most} entries that were asked for")
                return False
            if isinstance(operation, SearchResultReference):
                self.references += 1
                return False
        raise ProtocolError(f"a {type(operation).__name__} as the answer to a {self.what}")

    @staticmethod
    def goes_on(operation: Operation) -> bool:
        """Whether more may follow this message under the same id."""
        return isinstance(operation, SearchResultEntry | SearchResultReference)

    def postpone(self, seconds: float) -> None:
        """Something came: the deadline counts from now."""
        if self._timer is not None and self._timer.active():
            self._timer.reset(seconds)

    def deliver(self, message: LdapMessage) -> None:
        """Hand the last answer to whoever waits."""
        if self._waiter is not None and not self._waiter.called:
            self._waiter.callback(message.operation)  # type: ignore[arg-type]  # `take` has checked its type

    def fail(self, problem: SourceError) -> None:
        """Whoever waits gets `problem`."""
        if self._waiter is not None and not self._waiter.called:
            self._waiter.errback(problem)

    def end(self) -> None:
        """Nobody waits any longer."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()


def describe(result: LdapResult) -> str:
    """A result for an administrator: its code and the server's words, bounded and on one line."""
    words = " ".join(result.diagnostic.split())[:200].encode("ascii", "backslashreplace").decode()
    return f"result code {int(result.code)}" + (f" ({words})" if words else "")
