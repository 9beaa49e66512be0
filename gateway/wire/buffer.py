"""Cutting a stream of bytes into LDAP messages, within a limit. What is in a message is not looked at here."""

from __future__ import annotations

from gateway.errors import ProtocolError
from gateway.wire import ber

_SHORTEST_HEADER = 2


class MessageBuffer:
    """The bytes of one connection that are not a whole message yet.

    `limit` is the largest length that a message may announce, in octets; it may be changed at any time, so that
    a connection can be given more room once somebody has bound. What is kept never exceeds it by more than one `feed`.
    """

    __slots__ = ("_kept", "_wanted", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._kept = bytearray()
        self._wanted = 0

    @property
    def pending(self) -> int:
        """How many bytes wait for the rest of their message."""
        return len(self._kept)

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now, each with its header.

        A fault behind whole messages is not raised with them but at the next call, which may be `feed(b"")`: so the
        messages are the same however the stream was cut, and a larger limit that one of them brings counts already.
        Raises `ProtocolError` where no message can start, and when one announces more than `limit` octets.
        """
        kept = self._kept
        if kept:
            kept += data
            if len(kept) < self._wanted:
                return []  # without looking, and without a copy: a slow sender costs nothing
            data = bytes(kept)
            kept.clear()
        messages: list[bytes] = []
        at, size = 0, len(data)
        while at < size:
            self._wanted = 0
            try:
                length = self._length(data, at)
            except ProtocolError:
                kept += data[at:]
                if messages:
                    return messages
                raise
            if at + length > size:
                kept += data[at:]
                self._wanted = length
                break
            messages.append(data[at : at + length])
            at += length
        return messages

    def _length(self, data: bytes, at: int) -> int:
        """Of the message at `at` with its header; while the header is not whole, of what must at least be there."""
        if data[at] != ber.SEQUENCE:
            raise ProtocolError("this is not an LDAP message")
        try:
            start, length = ber.read_length(data, at)
        except ber.IncompleteError:
            return max(_SHORTEST_HEADER, len(data) - at + 1)
        if length > self.limit:
            raise ProtocolError(f"a message of {length} octets is longer than the limit of {self.limit}")
        return start - at + length
