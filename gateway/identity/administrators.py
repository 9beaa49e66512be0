"""Who may do directory work: nobody, unless the configuration names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.errors import ProtocolError
from gateway.identity.model import Identity, normalise


@dataclass(frozen=True, slots=True)
class Administrators:
    """People by login name, people and groups by normalised DN. `dn_key` normalises one, or raises `ProtocolError`.

    Further names (mail, UPN) make nobody an administrator: people often write their own.
    """

    names: frozenset[str] = frozenset()
    dns: frozenset[str] = frozenset()
    dn_key: Callable[[str], str] = str

    @classmethod
    def of(cls, entries: Iterable[str], dn_key: Callable[[str], str]) -> Administrators:
        """From the spellings of the configuration: what is no DN is a login name."""
        names, dns = set[str](), set[str]()
        for entry in entries:
            try:
                dns.add(dn_key(entry))
            except ProtocolError:
                names.add(normalise(entry))
        return cls(frozenset(names), frozenset(dns), dn_key)

    def include(self, person: Identity) -> bool:
        """Whether this person is one, personally or as a member of a group."""
        if person.name_key in self.names or person.dn_key in self.dns:
            return True
        return bool(self.dns) and any(map(self._names, person.groups))

    def _names(self, group: str) -> bool:
        try:
            return self.dn_key(group) in self.dns
        except ProtocolError:
            return False  # a source may know its groups by a mere name
