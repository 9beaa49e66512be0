"""Several servers that hold the same people: which one to try now. Pure; connecting is in `connector`.

ok --failure--> held for `hold` seconds (never tried) --> shunned until `shun` seconds have passed (tried last) --> ok
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

HOLD = 1.0
"""Seconds for which a server that has just failed is not tried at all: no storm of connections."""
SHUN = 30.0
"""Seconds for which it is tried only when nothing better is left."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a directory listens; `tls` is LDAPS."""

    host: str
    port: int
    tls: bool

    @classmethod
    def parse(cls, url: str) -> Server:
        """From `ldap://host:port` or `ldaps://host`; ValueError says what is wrong."""
        parts = urlsplit(url)
        if parts.scheme not in {"ldap", "ldaps"} or not parts.hostname:
            raise ValueError("write ldap://host:port or ldaps://host:port")
        if parts.path.strip("/") or parts.query or parts.username:
            raise ValueError("a server's URL is host and port only: base, filter and account are options of their own")
        try:
            port = parts.port
        except ValueError:
            raise ValueError("the port is a number up to 65535") from None
        tls = parts.scheme == "ldaps"
        return cls(parts.hostname, port or (636 if tls else 389), tls)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'ldaps' if self.tls else 'ldap'}://{host}:{self.port}"


class Servers:
    """The servers in the order of the configuration, and when each failed last. `now` is seconds on any clock."""

    def __init__(self, servers: Sequence[Server], *, hold: float = HOLD, shun: float = SHUN) -> None:
        self.all = tuple(servers)
        self._hold = hold
        self._shun = shun
        self._failures: dict[str, tuple[float, str]] = {}

    def candidates(self, now: float) -> list[Server]:
        """Whom to try, in this order: those without a recent failure, then those whose failure is oldest."""
        fine = [server for server in self.all if not self.shunned(str(server), now)]
        rest = [server for server in self.all if server not in fine and not self._within(self._hold, str(server), now)]
        return fine + sorted(rest, key=self._failed_at)

    def failed(self, place: str, now: float, text: str) -> None:
        """The server `place` (its URL) could not be used, and why."""
        self._failures[place] = (now, text)

    def worked(self, place: str) -> None:
        """It can be used again."""
        self._failures.pop(place, None)

    def shunned(self, place: str, now: float) -> bool:
        """Whether it failed a while ago and has not been used since."""
        return self._within(self._shun, place, now)

    def reasons(self) -> str:
        """Why servers failed last."""
        return "; ".join(text for _, text in self._failures.values()) or "no server is configured"

    def _within(self, seconds: float, place: str, now: float) -> bool:
        """Whether its failure is younger than that; one in the future is from before the clock was set back."""
        return place in self._failures and 0 <= now - self._failures[place][0] < seconds

    def _failed_at(self, server: Server) -> float:
        return self._failures[str(server)][0]
