from __future__ import annotations

from conversation import MemoryTransport
from twisted.internet.task import Clock
from waiting import start, waiting

from gateway.frontends.ldap.outlet import Outlet, notice_of_disconnection
from gateway.wire.controls import NOTICE_OF_DISCONNECTION
from gateway.wire.ldap import decode_message
from gateway.wire.messages import ExtendedResponse, LdapResult, ResultCode

NOTICE = LdapResult(ResultCode.UNAVAILABLE, diagnostic="later")


class Desk:
    """An outlet with what it stands on."""

    def __init__(self) -> None:
        self.changes: list[bool] = []
        self.clock = Clock()
        self.transport = MemoryTransport(room=10)
        self.outlet = Outlet(self.transport, self.clock, 30.0, lambda: self.changes.append(self.outlet.full))


def test_there_is_room_as_long_as_the_peer_reads() -> None:
    desk = Desk()
    desk.outlet.write(b"12345")
    assert not waiting(start(desk.outlet.room()))


def test_whoever_waits_for_room_goes_on_when_the_peer_has_read() -> None:
    desk = Desk()
    desk.outlet.write(b"x" * 11)
    one, two = start(desk.outlet.room()), start(desk.outlet.room())
    assert waiting(one)
    desk.transport.drained()
    assert not waiting(one)
    assert not waiting(two)
    assert desk.changes == [True, False]
    assert not desk.clock.getDelayedCalls()


def test_a_peer_that_does_not_read_is_cut_off() -> None:
    desk = Desk()
    desk.outlet.write(b"x" * 11)
    desk.clock.advance(29.9)
    assert not desk.transport.aborted
    desk.clock.advance(0.1)
    assert desk.transport.aborted


def test_also_when_it_does_not_read_the_end() -> None:
    desk = Desk()
    desk.outlet.close(NOTICE)
    assert desk.transport.closing
    assert desk.transport.producer is None
    desk.clock.advance(30)
    assert desk.transport.aborted


def test_the_last_message_is_the_notice() -> None:
    desk = Desk()
    desk.outlet.close(NOTICE)
    message = decode_message(desk.transport.written)
    assert (message.id, message.operation) == (0, ExtendedResponse(NOTICE, NOTICE_OF_DISCONNECTION))
    assert notice_of_disconnection(NOTICE) == desk.transport.written


def test_when_the_connection_is_gone_nobody_waits_any_more() -> None:
    desk = Desk()
    desk.outlet.write(b"x" * 11)
    one = start(desk.outlet.room())
    desk.outlet.lost()
    assert not waiting(one)
    one.addErrback(lambda _: None)
    assert not desk.clock.getDelayedCalls()


def test_one_whose_wait_was_cancelled_is_not_woken() -> None:
    desk = Desk()
    desk.outlet.write(b"x" * 11)
    one = start(desk.outlet.room())
    one.addErrback(lambda _: None)
    one.cancel()
    desk.transport.drained()
    assert not desk.outlet.full
