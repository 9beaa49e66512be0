"""How a name that an application sent may be read (R1). Pure; which reading exists is for the stores to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.identity.model import LoginName, normalise
from gateway.identity.search import parent_of


@dataclass(frozen=True, slots=True)
class NameRules:
    """The administrator's rules. All members are normalised; build it with `NameRules.of`.

    `domains`: what may stand before the backslash of `DOMAIN\\user`. `suffixes`: what may follow the @ of
    `user@suffix` and mean the bare name. `dn_attributes`: whose value in the leaf of a DN may be a bare name, where
    the rest of the DN is one of `trees` or missing.
    """

    domains: frozenset[str] = frozenset()
    suffixes: frozenset[str] = frozenset()
    dn_attributes: frozenset[str] = frozenset()
    trees: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        domains: Iterable[str] = (),
        suffixes: Iterable[str] = (),
        dn_attributes: Iterable[str] = (),
        trees: Iterable[str] = (),
    ) -> NameRules:
        """From the spellings of the configuration; `trees` are normalised DNs already."""
        return cls(
            frozenset(map(normalise, domains)),
            frozenset(normalise(suffix).removeprefix("@") for suffix in suffixes),
            frozenset(name.lower() for name in dn_attributes),
            frozenset(trees),
        )

    def readings(self, login: LoginName) -> tuple[LoginName, ...]:
        """What the name may mean, most literal first; never empty."""
        if login.dn is not None:
            return self._readings_of_dn(login)
        return self._readings_of_name(login)

    def _readings_of_name(self, login: LoginName) -> tuple[LoginName, ...]:
        domain, backslash, user = login.key.partition("\\")
        if backslash and user and domain in self.domains:
            return (LoginName(login.typed, user.strip()),)
        user, at, suffix = login.key.rpartition("@")
        if at and user and suffix in self.suffixes:
            return (login, LoginName(login.typed, user.strip()))
        return (login,)

    def _readings_of_dn(self, login: LoginName) -> tuple[LoginName, ...]:
        if login.dn is None or login.rdn is None:
            return (login,)
        attribute, value = login.rdn
        parent = parent_of(login.dn)
        key = normalise(value)
        if key and attribute in self.dn_attributes and (not parent or parent in self.trees):
            return (login, *self._readings_of_name(LoginName(login.typed, key)))
        return (login,)
