"""Which request of one connection may begin when, and which message ids are in use. No bytes and no transport here."""

from __future__ import annotations

from collections import deque

from gateway.errors import ProtocolError
from gateway.frontends.ldap.call import Call
from gateway.wire.messages import BindRequest, BindResponse, LdapMessage

_ALONE = (BindRequest, BindResponse)
"""What waits for everything before it (RFC 4511 4.2.1): a bind, or the answer to one that could not be used."""


class Order:
    """The requests of one connection, in the order in which they came; at most `most` in progress.

    While a bind is in progress nothing else begins, and a bind begins when nothing else is in progress.
    """

    __slots__ = ("_binding", "_ids", "_most", "_running", "_waiting")

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: deque[LdapMessage] = deque()
        self._running: dict[int, Call] = {}
        self._ids: set[int] = set()  # of both
        self._binding = False

    @property
    def running(self) -> int:
        """How many are in progress."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many have not begun."""
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether no more should be read for now."""
        return len(self._ids) >= self._most

    def call(self, message_id: int) -> Call | None:
        """The operation in progress that has this id."""
        return self._running.get(message_id)

    def add(self, message: LdapMessage) -> None:
        """One more request. `ProtocolError` where its id is 0 or still in use (RFC 4511 4.1.1.1)."""
        if not message.id or message.id in self._ids:
            raise ProtocolError("a message id that is 0 or still in use")
        self._ids.add(message.id)
        self._waiting.append(message)

    def next(self) -> LdapMessage | None:
        """The request that may begin now, if there is one; it no longer waits."""
        if not self._waiting:
            return None
        if self._running:
            alone = self._binding or type(self._waiting[0].operation) in _ALONE
            if alone or len(self._running) >= self._most:
                return None
        return self._waiting.popleft()

    def begin(self, call: Call) -> None:
        """This one is in progress."""
        self._running[call.message.id] = call
        self._binding = call.is_bind

    def end(self, message_id: int) -> None:
        """This one has its answer, or none to get; its id is free."""
        call = self._running.pop(message_id, None)
        self._ids.discard(message_id)
        if call is not None and call.is_bind:
            self._binding = False

    def abandon(self, message_id: int) -> None:
        """Drop this one, whether it has begun or not (RFC 4511 4.11). A bind cannot be abandoned."""
        call = self._running.get(message_id)
        if call is not None and not call.is_bind:
            self.end(message_id)
            call.cancel()
            return
        for message in self._waiting:
            if message.id == message_id and type(message.operation) not in _ALONE:
                self._waiting.remove(message)
                self._ids.discard(message_id)
                return

    def clear(self) -> None:
        """Nobody waits for any answer. Binds come to their end all the same, see `Call.let_go`."""
        self._waiting.clear()
        running, self._running = self._running, {}
        for call in running.values():
            call.let_go() if call.is_bind else call.cancel()
