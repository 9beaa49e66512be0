"""ldaptor's servers as processes: `python -m bench.ldaptor_peer directory FILE | proxy PORT | codec`.

It prints its port and runs until its standard input ends. `codec` answers every bind and search at once, with ldaptor's
codec; `codec-ours` does the same with the gateway's, on the same reactor.
"""

from __future__ import annotations

import sys
import warnings
from functools import partial
from pathlib import Path
from typing import Any

from bench.people import Person
from twisted.internet import defer, endpoints, protocol, stdio
from twisted.internet import reactor as imported
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from gateway.testing import olddirectory
from gateway.wire import ldap, messages

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # ldaptor calls pyparsing by its old names
    from ldaptor.protocols import pureldap
    from ldaptor.protocols.ldap import ldapclient, ldapconnector, ldapserver, proxybase

reactor: Any = imported

_SOMEBODY = Person(0)
_ENTRY = [(name, [value.encode() for value in values]) for name, values in _SOMEBODY.attributes().items()]


class Codec(ldapserver.BaseLDAPServer):
    """ldaptor's codec alone."""

    def handle_LDAPBindRequest(self, request: Any, controls: Any, reply: Any) -> Any:
        return pureldap.LDAPBindResponse(resultCode=0)

    def handle_LDAPSearchRequest(self, request: Any, controls: Any, reply: Any) -> Any:
        reply(pureldap.LDAPSearchResultEntry(objectName=_SOMEBODY.dn, attributes=_ENTRY))
        return pureldap.LDAPSearchResultDone(resultCode=0)


class OurCodec(protocol.Protocol):
    """The gateway's codec alone: each message decoded, each entry encoded."""

    def connectionMade(self) -> None:
        self.buffer = ldap.MessageBuffer(65536)

    def dataReceived(self, data: bytes) -> None:
        for whole in self.buffer.feed(data):
            message = ldap.decode_message(whole)
            for answer in answers(message.operation):
                self.transport.write(ldap.encode_message(messages.LdapMessage(message.id, answer)))


def answers(operation: messages.Operation) -> list[messages.Operation]:
    """What is said to it."""
    success = messages.LdapResult(0)
    if isinstance(operation, messages.BindRequest):
        return [messages.BindResponse(success)]
    if isinstance(operation, messages.SearchRequest):
        return [messages.SearchResultEntry(_SOMEBODY.dn, _ENTRY), messages.SearchResultDone(success)]
    return []


def proxy(port: str) -> proxybase.ProxyBase:
    """One connection of ldaptor's proxy before a server."""
    made = proxybase.ProxyBase()
    made.clientConnector = partial(
        ldapconnector.connectToLDAPEndpoint, reactor, f"tcp:host=127.0.0.1:port={port}", ldapclient.LDAPClient
    )
    return made


def _read(file: str) -> bytes:
    return Path(file).read_bytes()


async def serve(kind: str, *rest: str) -> int:
    """Listen; the port."""
    if kind == "directory":
        return await olddirectory.serve(_read(rest[0]))
    makers: dict[str, Any] = {"codec": Codec, "codec-ours": OurCodec, "proxy": partial(proxy, *rest)}
    factory = protocol.ServerFactory()
    factory.protocol = makers[kind]
    factory.noisy = False
    port = await endpoints.TCP4ServerEndpoint(reactor, 0, interface="127.0.0.1").listen(factory)
    return int(port.getHost().port)


def start() -> None:
    """Print the port, or what went wrong."""

    def give_up(failure: Failure) -> None:
        print(failure.getTraceback(), file=sys.stderr)
        reactor.stop()

    starting = defer.Deferred.fromCoroutine(serve(*sys.argv[1:]))
    starting.addCallbacks(lambda port: print(port, flush=True), give_up)


class Leash(protocol.Protocol):
    """The other end of our standard input: it never outlives whoever started it."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if reactor.running:
            reactor.stop()


def main() -> None:
    """Run until standard input ends."""
    reactor.callWhenRunning(start)
    stdio.StandardIO(Leash())
    reactor.run()


if __name__ == "__main__":
    main()
