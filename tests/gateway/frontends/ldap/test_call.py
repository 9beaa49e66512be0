from __future__ import annotations

from conversation import Client, People, code_of, person, services
from twisted.internet.defer import CancelledError, Deferred

from gateway.frontends.ldap.call import Call
from gateway.frontends.ldap.results import SUCCESS
from gateway.wire.messages import DelRequest, DelResponse, LdapMessage, Response

REQUEST = LdapMessage(7, DelRequest("dc=x"))


class Work:
    """An operation that waits for two things in turn, and notes how that went."""

    def __init__(self) -> None:
        self.client = Client(services(People(), limits={"time": 5}))
        self.call = Call(self.client.session, REQUEST)
        self.first: Deferred[str] = Deferred()
        self.second: Deferred[str] = Deferred()
        self.seen: list[str] = []

    async def __call__(self) -> Response:
        for deferred in (self.first, self.second):
            try:
                self.seen.append(await deferred)
            except ValueError:
                self.seen.append("error")
            except CancelledError:
                self.seen.append("cancelled")
                raise
        return DelResponse(SUCCESS)

    def answers(self) -> list[int]:
        return [code_of(answer) for answer in self.client.answers()]


def test_what_need_not_wait_is_answered_at_once() -> None:
    work = Work()
    work.first.callback("a")
    work.second.callback("b")
    work.call.run(work())
    assert work.answers() == [0]
    assert work.seen == ["a", "b"]


def test_results_and_errors_reach_a_coroutine_that_has_begun() -> None:
    work = Work()
    work.call.run(work())
    work.first.errback(ValueError())
    assert work.answers() == []
    work.second.callback("b")
    assert work.answers() == [0]
    assert work.seen == ["error", "b"]
    assert len(work.client.clock.getDelayedCalls()) == 1  # the session's own


def test_an_exception_before_the_first_wait_is_a_result() -> None:
    async def broken() -> Response:
        raise ZeroDivisionError

    work = Work()
    work.call.run(broken())
    assert work.answers() == [80]


def test_an_exception_after_it_is_one_too() -> None:
    work = Work()
    work.call.run(work())
    work.first.errback(ZeroDivisionError())
    assert work.answers() == [80]


def test_after_its_time_it_is_answered_and_cancelled() -> None:
    work = Work()
    work.call.run(work())
    work.client.clock.advance(5)
    assert work.answers() == [3]
    assert work.seen == ["cancelled"]


def test_a_cancelled_call_has_no_answer() -> None:
    work = Work()
    work.call.run(work())
    work.first.callback("a")
    work.call.cancel()
    assert work.answers() == []
    assert work.seen == ["a", "cancelled"]


def test_one_that_was_let_go_comes_to_its_end_without_an_answer() -> None:
    work = Work()
    work.call.run(work())
    work.call.let_go()
    work.first.callback("a")
    work.call.send(b"an entry")
    work.call.become(person())
    work.second.callback("b")
    assert work.seen == ["a", "b"]
    assert work.answers() == []
    assert work.client.session.identity is None


def test_but_not_later_than_its_deadline() -> None:
    work = Work()
    work.call.run(work())
    work.call.let_go()
    work.client.clock.advance(5)
    assert work.seen == ["cancelled"]
    assert work.answers() == []


def test_an_operation_may_shorten_its_time() -> None:
    work = Work()
    work.call.seconds = 1
    work.call.run(work())
    work.client.clock.advance(1)
    assert work.answers() == [3]
