"""One request under way: it runs until it has an answer, its time is over, or nobody wants the answer any more.

What the request means is in the operations; which one may run when is decided by the session.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway.frontends.ldap.results import TIME_LIMIT, UNAVAILABLE, failure_result
from gateway.frontends.ldap.services import DelayedCall
from gateway.identity.model import Identity
from gateway.wire.ldap import encode_encoded
from gateway.wire.messages import (
    AddRequest,
    AddResponse,
    BindRequest,
    BindResponse,
    CompareRequest,
    CompareResponse,
    Control,
    DelRequest,
    DelResponse,
    ExtendedRequest,
    ExtendedResponse,
    LdapMessage,
    LdapResult,
    ModifyDnRequest,
    ModifyDnResponse,
    ModifyRequest,
    ModifyResponse,
    Response,
    SearchRequest,
    SearchResultDone,
)

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session

_log = Logger()

ANSWERS: dict[type[object], Callable[[LdapResult], Response]] = {
    BindRequest: BindResponse,
    SearchRequest: SearchResultDone,
    ModifyRequest: ModifyResponse,
    AddRequest: AddResponse,
    DelRequest: DelResponse,
    ModifyDnRequest: ModifyDnResponse,
    CompareRequest: CompareResponse,
    ExtendedRequest: ExtendedResponse,
}


class Call:
    """A request and its answer. `seconds` is how long it may take, None what is configured; an operation may set it
    before it waits. `controls` go out with the answer. What changes something is `lasting`: it comes to its end even
    where nobody wants the answer any more. Beside a bind (`is_bind`) nothing else of its connection may run
    (RFC 4511 4.2.1)."""

    __slots__ = ("_deferred", "_timer", "controls", "is_bind", "lasting", "message", "over", "seconds", "session")

    def __init__(self, session: Session, message: LdapMessage) -> None:
        self.session = session
        self.message = message
        self.over = False
        self.is_bind = type(message.operation) is BindRequest
        self.lasting = False
        self.seconds: float | None = None
        self.controls: tuple[Control, ...] = ()
        self._deferred: Deferred[Response] | None = None
        self._timer: DelayedCall | None = None

    def run(self, coroutine: Coroutine[Any, Any, Response]) -> None:
        """Begin. Where the coroutine ends without waiting, the answer is out when this returns, and neither
        a Deferred nor a timer was made: that is the hot path."""
        try:
            waited = coroutine.send(None)
        except StopIteration as stop:
            self.finish(stop.value)
            return
        except Exception:  # noqa: BLE001 - whatever it is, it becomes a result and a log line
            self._failed(Failure())  # type: ignore[no-untyped-call]  # Twisted has no types there
            return
        self._deferred = Deferred.fromCoroutine(_rest(coroutine, waited))
        if not self._deferred.called:
            limits = self.session.services.limits
            seconds = self.seconds or (limits.bind_timeout if self.is_bind else limits.time)
            self._timer = self.session.clock.callLater(seconds, self._expired)
        self._deferred.addCallbacks(self._done, self._failed)

    def send(self, operation: bytes) -> None:
        """Part of the answer before its end: an entry, encoded."""
        if not self.over:
            self.session.outlet.write(encode_encoded(self.message.id, operation))

    def become(self, identity: Identity | None) -> None:
        """The connection now speaks for this person. An answer that comes too late changes nothing."""
        if not self.over:
            self.session.become(identity)

    def finish(self, response: Response) -> None:
        """Answer, unless that has been done or nobody waits."""
        if not self.over:
            self.over = True
            self.session.finished(self, response)

    def cancel(self) -> None:
        """Nobody wants the answer."""
        self.over = True
        if not self.lasting:
            self._stop()

    def let_go(self) -> None:
        """Nobody wants the answer, but let it come to its end: a guess at a password counts even if the guesser
        hangs up (R20), and a right one is adopted. Its deadline stays."""
        self.over = True

    def _done(self, response: Response) -> None:
        self._stop_timer()
        self.finish(response)

    def _failed(self, failure: Failure) -> None:
        self._stop_timer()
        if self.over and isinstance(failure.value, CancelledError):
            return
        self.finish(self.answer(failure_result(failure)))

    def _expired(self) -> None:
        self.finish(self.answer(UNAVAILABLE if self.is_bind or self.lasting else TIME_LIMIT))
        self._stop()

    def _stop(self) -> None:
        if self._deferred is not None:
            self._deferred.cancel()

    def _stop_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def answer(self, result: LdapResult) -> Response:
        """The response that belongs to this request, with this result."""
        return ANSWERS[type(self.message.operation)](result)


def _rest(coroutine: Coroutine[Any, Any, Response], waited: Any) -> Generator[Any, Any, Response]:
    """What is left of a coroutine after its first step, which ended by waiting for `waited`."""
    while True:
        try:
            sent = yield waited
        except GeneratorExit:
            coroutine.close()
            raise
        except BaseException as error:  # noqa: BLE001 - thrown on into the coroutine, not handled here
            try:
                waited = coroutine.throw(error)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]  # StopIteration does not say of what
        else:
            try:
                waited = coroutine.send(sent)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]  # StopIteration does not say of what
