"""Who may do directory work: nobody, unless the configuration names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import aclosing

from gateway.errors import ProtocolError
from gateway.identity.model import Identity, NativeEntry, normalise
from gateway.identity.ports import NativeDirectory
from gateway.identity.search import EVERYTHING, BaseNotFound, Query, Scope


class Administrators:
    """People by login name, people and groups by DN, as the configuration spells them: what is no DN is a login name.
    `dn_key` normalises a DN, or raises `ProtocolError`.

    Further names (mail, UPN) make nobody an administrator: people often write their own.
    """

    def __init__(self, entries: Iterable[str], dn_key: Callable[[str], str], native: NativeDirectory) -> None:
        names, dns = set[str](), set[str]()
        for entry in entries:
            try:
                dns.add(dn_key(entry))
            except ProtocolError:
                names.add(normalise(entry))
        self._names, self._dns = frozenset(names), frozenset(dns)
        self._dn_key = dn_key
        self._native = native

    def __bool__(self) -> bool:
        """Whether anybody can be one."""
        return bool(self._names or self._dns)

    async def include(self, person: Identity) -> bool:
        """Whether this person is one now, personally or as a member of a group. Of a group that the directory owns, the
        directory knows the members; of any other it is what the person's source showed. `DirectoryUnavailable`."""
        if person.name_key in self._names or person.dn_key in self._dns:
            return True
        if not self._dns:
            return False
        groups = (await self._native.memberships([person.dn_key])).get(person.dn_key, ())
        if any(group.dn_key in self._dns for group in groups):
            return True
        shown = {key for key in map(self._key, person.groups) if key in self._dns}
        return any([not await self._owns(key) for key in shown if key is not None])

    async def _owns(self, group: str) -> bool:
        query = Query(group, Scope.BASE, EVERYTHING, limit=1, attributes=frozenset())
        async with aclosing(self._native.search(query)) as entries:
            try:
                async for entry in entries:
                    return isinstance(entry, NativeEntry) and entry.owned
            except BaseNotFound:
                return False
        return False

    def _key(self, group: str) -> str | None:
        try:
            return self._dn_key(group)
        except ProtocolError:
            return None  # a source may know its groups by a mere name
