"""An old LDAP server that we did not write: ldaptor's, over an LDIF file, as a process of its own.

`python -m gateway.testing.olddirectory FILE` listens on a free port of 127.0.0.1, prints it on one line, and ends
when its standard input ends: it never outlives whoever started it.
"""

from __future__ import annotations

import io
import sys
import warnings
from pathlib import Path
from typing import Any

from twisted.internet import endpoints, stdio
from twisted.internet import reactor as imported
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, ServerFactory
from twisted.python.components import registerAdapter
from twisted.python.failure import Failure

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # ldaptor calls pyparsing by its old names
    from ldaptor.inmemory import fromLDIFFile
    from ldaptor.interfaces import IConnectedLDAPEntry
    from ldaptor.protocols.ldap.ldapserver import LDAPServer


reactor: Any = imported  # the module is the reactor; its type has no name


class OldDirectory(ServerFactory):
    """Serves one tree."""

    protocol = LDAPServer
    noisy = False

    def __init__(self, root: Any) -> None:
        self.root = root


class _Leash(Protocol):
    """The other end of our standard input."""

    def connectionLost(self, reason: Failure | None = None) -> None:  # noqa: N802 (Twisted's name)
        if reactor.running:
            reactor.stop()


async def serve(tree: bytes) -> int:
    """Listen with the tree of this LDIF; the port."""
    root = await fromLDIFFile(io.BytesIO(tree))
    adapt: Any = registerAdapter
    adapt(lambda factory: factory.root, OldDirectory, IConnectedLDAPEntry)
    endpoint: Any = endpoints.TCP4ServerEndpoint
    port = await endpoint(reactor, 0, interface="127.0.0.1").listen(OldDirectory(root))
    return int(port.getHost().port)


def main() -> None:
    """Run until standard input ends."""
    starting = Deferred.fromCoroutine(serve(Path(sys.argv[1]).read_bytes()))
    starting.addCallback(lambda port: print(port, flush=True))
    leash: Any = stdio.StandardIO
    leash(_Leash())
    reactor.run()


if __name__ == "__main__":
    main()
