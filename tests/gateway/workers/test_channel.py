"""The line between supervisor and worker, in memory and over a pair of sockets."""

from __future__ import annotations

import socket

import pytest
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from gateway.errors import BindferryError
from gateway.workers.begin import Begin, received
from gateway.workers.channel import Channel
from gateway.workers.words import Message

SECRET = "canary-configuration"
BEGIN = Begin(1, 4, "/etc/bindferry.yaml", SECRET, b"\x07" * 32, {"ldap": 5, "crm": 6})


class End:
    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.gone = 0
        self.channel = Channel(self.heard.append, self._gone)
        self.transport = StringTransport()
        self.channel.makeConnection(self.transport)

    def _gone(self) -> None:
        self.gone += 1


def test_messages_arrive_whole_however_they_are_cut() -> None:
    here, there = End(), End()
    here.channel.send("told", ["failed", "jürgen\udcff", "a", 1.5, ""])
    here.channel.send("alive")
    for byte in here.transport.value():
        there.channel.dataReceived(bytes([byte]))
    assert there.heard == [["told", ["failed", "jürgen\udcff", "a", 1.5, ""]], ["alive"]]


def test_behind_the_end_nothing_is_said_and_it_is_told_once() -> None:
    end = End()
    end.channel.connectionLost(Failure(ConnectionError("gone")))
    end.channel.send("alive")
    end.channel.end()
    assert end.transport.value() == b""
    assert end.gone == 1


def test_a_message_without_bounds_ends_the_line() -> None:
    end = End()
    end.channel.dataReceived(b"\xff\xff\xff\xff")
    assert end.transport.disconnecting


def test_a_worker_takes_its_first_message_and_not_a_byte_more() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        end = End()
        end.channel.send(*BEGIN.message())
        end.channel.send("lead")
        ours.sendall(end.transport.value())
        assert received(theirs) == BEGIN
        assert theirs.recv(100)[4:] == b'["lead"]'


@pytest.mark.parametrize("data", [b"", b"\0\0", b"\0\0\0\x05[1,2]", b'\0\0\0\x06["no"]', b"\xff\xff\xff\xff["])
def test_whoever_is_started_by_hand_is_told_so(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        with ours:
            ours.sendall(data)
        with pytest.raises(BindferryError, match="starts its workers itself"):
            received(theirs)


def test_no_repr_shows_the_configuration_or_the_key() -> None:
    """R15."""
    assert SECRET not in repr(BEGIN)
    assert "\\x07" not in repr(BEGIN)
