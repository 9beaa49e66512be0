"""The line between the supervisor and one worker: messages over a pair of sockets, each behind its length.

Nobody else can reach it. What the messages are is in `words.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, connectionDone
from twisted.protocols.basic import Int32StringReceiver
from twisted.python.failure import Failure

from gateway.workers.words import MOST, Message, packed, unpacked


class Channel(Int32StringReceiver):
    """One end. `hear` gets each message, `gone` is called once when the other end is there no more."""

    MAX_LENGTH = MOST

    def __init__(self, hear: Callable[[Message], None], gone: Callable[[], None]) -> None:
        self._hear = hear
        self._gone = gone
        self._open = True

    def send(self, *message: object) -> None:
        """Say it; nothing happens where nobody is there any more."""
        if self._open:
            self.sendString(packed(list(message)))  # type: ignore[no-untyped-call]  # Twisted has no types there

    def end(self) -> None:
        """Nobody is there any more."""
        if self._open and self.transport is not None:
            self.transport.loseConnection()

    def stringReceived(self, string: bytes) -> None:  # noqa: N802 (Twisted's name)
        """One message."""
        self._hear(unpacked(string))

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 (Twisted's name)
        """The other process has ended, or is about to."""
        self._open = False
        self._gone()


class Once(Factory):
    """Hands out the protocol that is there already: Twisted adopts sockets by factories only."""

    noisy = False

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def buildProtocol(self, addr: IAddress | None) -> Channel:  # noqa: N802 (Twisted's name)
        """The one."""
        return self._channel
