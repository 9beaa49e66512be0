"""Section `limits`: how much one peer may ask of us, in bytes, operations and seconds."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.options import Bytes, Options, Seconds

Count = Annotated[int, Field(ge=1)]
Wait = Annotated[Seconds, Field(gt=0)]
MessageSize = Annotated[Bytes, Field(ge=1024, le=1 << 30)]


class Limits(Options):
    """Every bound of the LDAP front end; the defaults suit a few thousand applications."""

    totals = ("paged_searches",)

    connections: Count = 10_000
    """Open LDAP connections at once; one more is refused when it connects."""
    message_anonymous: MessageSize = 64 << 10
    """Bytes of one message before the connection has bound as somebody."""
    message_authenticated: MessageSize = 4 << 20
    """Bytes of one message after that."""
    idle: Wait = 900.0
    """Seconds without a message after which a connection is closed."""
    write: Wait = 30.0
    """Seconds that a peer may leave our answers unread."""
    operations: Count = 64
    """Operations in progress on one connection; nothing more is read from it until one has ended."""
    size: Count = 10_000
    """Entries of one search; a client may ask for fewer, never for more."""
    time: Wait = 60.0
    """Seconds of one search, or of one page of it."""
    page: Count = 1000
    """Entries of one page of a paged search (RFC 2696); who asks for larger pages gets these."""
    paged_size: Annotated[int, Field(ge=0)] = 0
    """Entries of all pages of a search together; 0 is any number."""
    paged_connection: Count = 8
    """Paged searches that rest between two pages on one connection; the oldest ends for one more."""
    paged_searches: Count = 256
    """The same on all connections together; one more ends the oldest of the address that has the most."""
    paged_idle: Wait = 300.0
    """Seconds that a paged search rests until it ends."""
    bind_timeout: Wait = 30.0
    """Seconds of one bind, all sources together."""
