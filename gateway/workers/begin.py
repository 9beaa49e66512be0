"""What a worker is given when it begins: its number, the configuration as the supervisor read it, the key of proofs.

It comes over the pair of sockets: neither arguments nor environment hold a secret (R15). The configuration's text and
not its file, so that a worker which is replaced a month later works by the same as the others. Files that it names
(certificates, secrets) are read again.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.errors import BindferryError
from gateway.workers.words import MOST, Message, unpacked

CHANNEL = 3
"""The descriptor that is the worker's end."""
BOARD = 4
SOCKETS = 5
"""From here on those that it listens on."""
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Begin:
    """`sockets`: listener -> descriptor."""

    number: int
    count: int
    path: str
    text: str = field(repr=False)
    key: bytes = field(repr=False)
    sockets: Mapping[str, int]

    def message(self) -> list[object]:
        """What is sent."""
        return ["begin", self.number, self.count, self.path, self.text, self.key.hex(), dict(self.sockets)]


def received(channel: socket.socket) -> Begin:
    """The first message on the worker's end, and not a byte more; `BindferryError` where there is none."""
    channel.settimeout(_PATIENCE)
    try:
        return _begin_of(unpacked(_exactly(channel, min(int.from_bytes(_exactly(channel, 4), "big"), MOST))))
    except (OSError, ValueError):
        raise BindferryError("this is not for people: `bindferry serve` starts its workers itself") from None
    finally:
        channel.settimeout(0.0)


def _begin_of(message: Message) -> Begin:
    match message:
        case ["begin", int(number), int(count), str(path), str(text), str(key), dict(sockets)]:
            return Begin(number, count, path, text, bytes.fromhex(key), sockets)
    raise ValueError("something else")


def _exactly(channel: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = channel.recv(count - len(data))
        if not more:
            raise OSError
        data += more
    return data
