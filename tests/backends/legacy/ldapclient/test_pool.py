"""`ldapclient.pool` and `.shared`: who gets a connection, and that none is lost whatever happens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from waiting import now, settled, start, waiting

from backends.legacy.ldapclient.connection import LdapConnection
from backends.legacy.ldapclient.pool import Pool, PoolLimits
from backends.legacy.ldapclient.shared import Shared
from gateway.errors import BusyError, SourceUnavailable


class Lab:
    """A pool of two, and connections without a server."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.opened: list[LdapConnection] = []
        self.refuse = False
        self.slow: list[Deferred[None]] = []
        self.wait = False
        self.pool = Pool("old", self.open, self.clock, PoolLimits(size=2, idle=60, timeout=5))
        self.shared = Shared("old", self.open, self.clock, idle=60)

    async def open(self) -> LdapConnection:
        if self.wait:
            self.slow.append(Deferred())
            await self.slow[-1]
        if self.refuse:
            raise SourceUnavailable("old", "refused")
        self.opened.append(LdapConnection("old", "ldap://x:1", self.clock, 5))
        return self.opened[-1]

    async def hold(self, until: Deferred[None]) -> LdapConnection:
        async with self.pool.lease() as connection:
            await until
            return connection


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_the_connection_used_last_is_lent_first(lab: Lab) -> None:
    gates: list[Deferred[None]] = [Deferred(), Deferred()]
    held = [start(lab.hold(gate)) for gate in gates]
    for gate in gates:
        gate.callback(None)
    done: Deferred[None] = Deferred()
    done.callback(None)
    assert now(lab.hold(done)) is settled(held[1])
    assert len(lab.opened) == 2


def test_the_third_waits_and_gets_what_comes_free(lab: Lab) -> None:
    gates: list[Deferred[None]] = [Deferred() for _ in range(3)]
    held = [start(lab.hold(gate)) for gate in gates]
    assert len(lab.opened) == 2
    gates[0].callback(None)
    gates[2].callback(None)
    assert settled(held[2]) is settled(held[0])


def test_who_waits_too_long_is_told_busy_and_loses_nothing(lab: Lab) -> None:
    gates: list[Deferred[None]] = [Deferred() for _ in range(3)]
    held = [start(lab.hold(gate)) for gate in gates]
    lab.clock.advance(5)
    with pytest.raises(BusyError):
        settled(held[2])
    gates[0].callback(None)
    settled(held[0])
    assert lab.pool.size == 2


def test_who_stops_waiting_is_passed_over(lab: Lab) -> None:
    gates: list[Deferred[None]] = [Deferred() for _ in range(4)]
    held = [start(lab.hold(gate)) for gate in gates]
    held[2].cancel()
    with pytest.raises(CancelledError):
        settled(held[2])
    gates[0].callback(None)
    gates[3].callback(None)
    settled(held[3])


def test_a_spoiled_connection_makes_room_for_a_new_one(lab: Lab) -> None:
    gates: list[Deferred[None]] = [Deferred() for _ in range(3)]
    held = [start(lab.hold(gate)) for gate in gates]
    lab.opened[0].fail(SourceUnavailable("old", "lost"))
    gates[2].callback(None)
    assert waiting(held[2])
    gates[0].callback(None)
    assert settled(held[2]) is lab.opened[2]
    assert lab.pool.size == 2


def test_a_refused_opening_lets_the_next_one_try(lab: Lab) -> None:
    lab.wait = lab.refuse = True
    gates: list[Deferred[None]] = [Deferred() for _ in range(3)]
    held = [start(lab.hold(gate)) for gate in gates]
    lab.slow[0].callback(None)
    with pytest.raises(SourceUnavailable):
        settled(held[0])
    assert len(lab.slow) == 3
    lab.refuse = False
    lab.slow[2].callback(None)
    gates[2].callback(None)
    assert settled(held[2]) is lab.opened[0]


def test_a_cancelled_opening_frees_its_place(lab: Lab) -> None:
    lab.wait = True
    held = start(lab.hold(Deferred()))
    held.cancel()
    with pytest.raises(CancelledError):
        settled(held)
    assert lab.pool.size == 0


def test_what_rests_for_long_is_closed(lab: Lab) -> None:
    done: Deferred[None] = Deferred()
    done.callback(None)
    now(lab.hold(done))
    lab.clock.advance(59)
    assert lab.pool.size == 1
    lab.clock.advance(1)
    assert lab.pool.size == 0
    assert lab.opened[0].problem is not None


def test_what_rests_of_a_server_that_hangs_is_dropped(lab: Lab) -> None:
    done: Deferred[None] = Deferred()
    done.callback(None)
    now(lab.hold(done))
    lab.pool.drop("ldap://other:1")
    assert lab.pool.size == 1
    lab.pool.drop("ldap://x:1")
    assert lab.pool.size == 0


def test_after_closing_nothing_is_lent_and_who_waits_is_told(lab: Lab) -> None:
    gates: list[Deferred[None]] = [Deferred() for _ in range(3)]
    held = [start(lab.hold(gate)) for gate in gates]
    lab.pool.close()
    with pytest.raises(SourceUnavailable):
        settled(held[2])
    with pytest.raises(SourceUnavailable):
        now(lab.hold(Deferred()))
    assert all(connection.problem is not None for connection in lab.opened)
    assert not lab.clock.getDelayedCalls()


def test_all_who_need_the_shared_connection_wait_for_one_opening(lab: Lab) -> None:
    lab.wait = True
    got = [start(lab.shared.get()) for _ in range(10)]
    got[0].cancel()
    lab.slow[0].callback(None)
    assert len(lab.opened) == 1
    assert [settled(one) for one in got[1:]] == [(lab.opened[0], False)] * 9
    assert now(lab.shared.get()) == (lab.opened[0], True)


@pytest.mark.parametrize(
    "lose",
    [
        lambda lab: lab.opened[0].fail(SourceUnavailable("old", "lost")),
        lambda lab: lab.shared.drop("ldap://x:1"),
        lambda lab: lab.clock.advance(60),
    ],
)
def test_a_lost_or_idle_shared_connection_is_replaced(lab: Lab, lose: Callable[[Lab], object]) -> None:
    now(lab.shared.get())
    lose(lab)
    assert now(lab.shared.get()) == (lab.opened[1], False)


def test_a_shared_connection_that_opens_after_closing_is_closed(lab: Lab) -> None:
    lab.wait = True
    got = start(lab.shared.get())
    lab.shared.close()
    lab.slow[0].callback(None)
    with pytest.raises(SourceUnavailable):
        settled(got)
    assert lab.opened[0].problem is not None
