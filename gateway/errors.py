"""Every exception of the project: for "cannot", never for "no" (a wrong password is an outcome).

What is not here: outcomes (`gateway.identity.outcome`) and LDAP result codes (`gateway.frontends.ldap.results`).
"""

from __future__ import annotations

from collections.abc import Iterable


class BindferryError(Exception):
    """Whatever goes wrong in a way that we foresaw; its text is one sentence for an administrator."""


class ConfigError(BindferryError):
    """A fault of the configuration.

    `where` is the dotted path of the option (`sources.0.url`), `file` and `line` (from 1) where it stands;
    each may be empty or 0 when unknown. Start-up collects all of them, prints all, and exits with 2.
    """

    def __init__(self, text: str, *, where: str = "", file: str = "", line: int = 0) -> None:
        super().__init__(text)
        self.text = text
        self.where = where
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, str(self.line) if self.line else "") if part)
        return ": ".join(part for part in (place, self.where, self.text) if part)


class ConfigErrors(BindferryError):
    """All faults of one configuration together, in the order of the file."""

    def __init__(self, errors: list[ConfigError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = tuple(errors)


class DirectoryMissing(ConfigError):
    """There is no native directory yet, and whoever asks may not make it (`Context.may_create`). `remarks` are further
    sentences about the place where it will be."""

    def __init__(self, text: str, *, where: str = "", remarks: tuple[str, ...] = ()) -> None:
        super().__init__(text, where=where)
        self.remarks = remarks


class PublicError(BindferryError):
    """The only kind of error whose text a peer may see."""


class ProtocolError(PublicError):
    """The peer broke the protocol: malformed bytes, or a message that is not allowed now."""


class RefusedError(PublicError):
    """A request that is understood and not allowed, or over a limit."""


class LimitError(PublicError):
    """What was asked for is more than this server does for anybody."""


class BusyError(BindferryError):
    """A bounded queue or pool is full: come back later. Never a verdict on a password."""


class SourceError(BindferryError):
    """A legacy source could not answer. `source` is its configured name."""

    def __init__(self, source: str, text: str) -> None:
        super().__init__(f"source {source}: {text}")
        self.source = source
        self.text = text


class SourceUnavailable(SourceError):
    """Refused, timed out, TLS fault, breaker open: the source cannot tell (R6).

    `untried`: nothing was sent that the source could count as a failed login (R20).
    """

    def __init__(self, source: str, text: str, *, untried: bool = False) -> None:
        super().__init__(source, text)
        self.untried = untried


class SourceMisbehaved(SourceError):
    """The source answered, and the answer cannot be used: bad data, a broken protocol."""


class DirectoryError(BindferryError):
    """The native directory could not do what was asked."""


class DirectoryUnavailable(DirectoryError):
    """The native directory cannot be read or written now (locked, full, read-only, unreachable)."""


_MOST_NAMED = 3


class IdentityConflict(DirectoryError):
    """Two people claim one canonical name (R4), or one name points at two people."""

    @classmethod
    def between(cls, name: str, dns: Iterable[str], where: str = "") -> IdentityConflict:
        """What is said of a name that leads to all of these DNs; a few of them are told, and how many more there are.
        `where` begins the sentence: the source that knows them."""
        people = sorted(set(dns))
        told = " and ".join(map(repr, people[:_MOST_NAMED]))
        more = f" and {len(people) - _MOST_NAMED} more" if len(people) > _MOST_NAMED else ""
        return cls(f"{where}{': ' if where else ''}the name {name!r} leads to more than one person: {told}{more}")


class Superseded(DirectoryError):
    """Somebody else has changed this person since they were read; nothing was written."""


class RemovedHere(IdentityConflict):
    """Somebody whom an administrator removed from the directory, while the source still knows them (R10)."""
