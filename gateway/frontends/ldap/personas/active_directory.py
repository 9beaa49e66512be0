"""The flavour of Active Directory: what an application sees that believes to talk to a domain controller.

People and groups that come from an Active Directory are shown byte for byte (R3); those from elsewhere get the
attributes that they would have there (`ad_made.py`). How such an application names people when it binds is in
`ad_names.py`, what the domain says of itself in `ad_domain.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from gateway.frontends.ldap.personas.ad_domain import Domain
from gateway.frontends.ldap.personas.ad_filters import meant, narrow
from gateway.frontends.ldap.personas.ad_made import (
    DISABLED,
    DOES_NOT_EXPIRE,
    computed,
    group,
    is_from_active_directory,
    is_group,
    user,
)
from gateway.frontends.ldap.personas.ad_names import named
from gateway.frontends.ldap.personas.ad_values import canonical_name, filetime
from gateway.frontends.ldap.personas.flavour import AsStored, Item, Named
from gateway.identity.model import Attributes, Entry, Identity
from gateway.identity.outcome import Outcome, Reason, Rejected, Unknown
from gateway.identity.search import all_attributes
from gateway.wire.controls import DOMAIN_SCOPE, EXTENDED_DN
from gateway.wire.filter import Filter
from gateway.wire.searchcontrols import SEARCH_OPTIONS

_SUB_CODES = {
    Reason.DISABLED: "533",
    Reason.HOURS: "530",
    Reason.WORKSTATION: "531",
    Reason.EXPIRED: "701",
    Reason.MUST_CHANGE: "773",
    Reason.LOCKED: "775",
}
"""What an application may be told, as Active Directory tells it: all but the last to the right password only."""
_WRONG = "52e"
_CONTROLS = (EXTENDED_DN.encode(), DOMAIN_SCOPE.encode(), SEARCH_OPTIONS.encode())
"""What works for everybody else, too, but is told only here, and what works only here."""
_MADE = frozenset(
    {"samaccountname", "userprincipalname", "objectguid", "objectsid", "objectcategory", "objectclass", "cn", "name"}
    | {"samaccounttype", "useraccountcontrol", "accountexpires", "pwdlastset", "primarygroupid", "distinguishedname"}
    | {"displayname", "whencreated", "whenchanged", "grouptype", "canonicalname", "structuralobjectclass"}
    | {"createtimestamp", "modifytimestamp", "msds-user-account-control-computed", "primarygrouptoken"}
    | {"msds-principalname"}
)
_WRITTEN = frozenset(
    {"cn", "displayname", "samaccountname", "userprincipalname", "objectclass", "useraccountcontrol", "grouptype"}
)
_MADE_OF = frozenset(
    {"objectclass", "cn", "displayname", "samaccountname", "userprincipalname", "objectguid", "objectsid", "grouptype"}
    | {"uidnumber", "gidnumber", "entryuuid", "nsuniqueid", "guid", "createtimestamp", "modifytimestamp"}
    | {"whencreated", "whenchanged", "pwdchangedtime", "useraccountcontrol", "pwdlastset", "name"}
)
"""What must be read to make the others; none of it is dear."""
_MEMBERS = frozenset({"member", "uniquemember"})


class ActiveDirectory(AsStored):
    """`now` gives seconds since 1970; `logins` are the attributes that hold login names elsewhere. With `tells` false,
    every refusal is `52e`, whatever its reason."""

    controls = frozenset({EXTENDED_DN})

    def __init__(
        self, domain: Domain, now: Callable[[], float], logins: tuple[str, ...] = ("uid",), *, tells: bool = True
    ) -> None:
        self.domain = domain
        self._now = now
        self._logins = logins
        self._tells = tells

    def outward(self, entry: Entry) -> Entry:
        if is_from_active_directory(entry):
            shown = entry.attributes
            if isinstance(entry, Identity):
                shown = _as_the_account_is(entry)
        elif isinstance(entry, Identity):
            shown = _with(entry.attributes, user(entry, self.domain))
        elif is_group(entry):
            shown = _with(entry.attributes.without(("uniqueMember",)), group(entry, self.domain))
        else:
            shown = entry.attributes
        made = replace(entry, attributes=shown)
        extra = computed(entry, all_attributes(made), self.domain, canonical_name(entry.dn))
        return replace(made, operational=_with(entry.operational, extra))

    def narrow(self, item: Item) -> Filter:
        return narrow(item, self._logins)

    def meant(self, item: Item) -> Filter:
        """The same question in attributes that entries have: `anr` is none."""
        return meant(item)

    def stored_name(self, attribute: str) -> str | None:
        return None if attribute.lower() in _MADE else attribute

    def written_name(self, attribute: str, entry: Entry | None) -> str | None:
        """What an entry may have of its own goes before what is made, and the account's flags are read as its state."""
        return attribute if attribute.lower() in _WRITTEN else self.stored_name(attribute)

    def wanted(self, asked: frozenset[str]) -> frozenset[str] | None:
        needed = asked | _MADE_OF
        return needed | _MEMBERS if asked & _MEMBERS else needed

    def root_dse(self, entry: Entry) -> Entry:
        known = sorted({*_CONTROLS, *entry.operational.get("supportedControl")})
        rest = entry.operational.without(("supportedControl",))
        more = replace(entry, operational=Attributes([*rest.items(), ("supportedControl", known)]))
        return self.domain.root_dse(more, self._now())

    def named(self, name: str, *, as_dn: bool) -> Named | None:
        return named(name, self.domain.dns, as_dn=as_dn)

    def diagnostic(self, outcome: Outcome) -> str | None:
        if isinstance(outcome, Unknown):
            return refusal(_WRONG)
        if not isinstance(outcome, Rejected) or outcome.reason is Reason.EMPTY_PASSWORD:
            return None
        return refusal(_SUB_CODES.get(outcome.reason, _WRONG) if self._tells else _WRONG)


def refusal(sub_code: str) -> str:
    """The text that applications take apart to learn why."""
    return f"80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {sub_code}, v1db1"


def _as_the_account_is(person: Identity) -> Attributes:
    """The attributes as they came, but for what has been decided here since about disabling and about the password."""
    held = person.attributes
    control = held.first("userAccountControl") or ""
    if not control.isdigit():
        return held
    flags = int(control)
    changed: dict[str, bytes] = {}
    if bool(flags & DISABLED) is not person.state.disabled:
        changed["useraccountcontrol"] = str(flags ^ DISABLED).encode()
    is_stale = held.first("pwdLastSet") == "0" and not person.state.must_change and not flags & DOES_NOT_EXPIRE
    if is_stale and person.revision:
        changed["pwdlastset"] = str(filetime(person.revision / 1000)).encode()
    if person.state.reset:
        changed["pwdlastset"] = b"0"
    if not changed:
        return held
    return Attributes(
        (name, (changed[name.lower()],) if name.lower() in changed else values) for name, values in held.items()
    )


def _with(held: Attributes, made: Iterable[tuple[str, Iterable[bytes]]]) -> Attributes:
    """What is made, and all else that is held; an entry's own name goes before a made one."""
    own = {name: values for name, values in ((name, tuple(values)) for name, values in made) if values}
    kept = [(name, values) for name, values in held.items() if values and (name.lower() in _OWN or not _in(name, own))]
    has = {name.lower() for name, _ in kept}
    return Attributes([*((name, values) for name, values in own.items() if name.lower() not in has), *kept])


_OWN = frozenset({"cn", "displayname", "samaccountname", "userprincipalname", "objectsid"})
"""Made only where an entry has none."""


def _in(name: str, own: dict[str, tuple[bytes, ...]]) -> bool:
    return any(name.lower() == one.lower() for one in own)
