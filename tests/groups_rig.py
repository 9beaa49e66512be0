"""An old store with groups of every class over the doubles, and the questions that applications put to it."""

from __future__ import annotations

from core_rig import RIGHT, Rig, login
from waiting import collect

from gateway.groups.search import GroupRules
from gateway.identity.model import Entry
from gateway.identity.search import Query, Scope, all_attributes
from gateway.testing.memory_source import MemorySource
from gateway.wire.filter import parse_filter

TOP = "o=corp"
PEOPLE = f"ou=people,{TOP}"
GROUPS = f"ou=groups,{TOP}"
NAMES = ("anna", "bob", "cyn", "dee")


def dn(name: str) -> str:
    """Somebody's DN."""
    return f"uid={name},{PEOPLE}"


def group_dn(name: str) -> str:
    """A group's."""
    return f"cn={name},{GROUPS}"


def group(source: MemorySource, name: str, kind: str, attribute: str, *members: str) -> Entry:
    """A group in that source."""
    shown = {"objectClass": [kind.encode()], "cn": [name.encode()]}
    if members:
        shown[attribute] = [member.encode() for member in members]
    return source.add_entry(group_dn(name), shown)


def old_store(*, shows_member_of: bool = False) -> MemorySource:
    """anna is in crew, unix and (through crew) in fleet; bob in fleet and unique; cyn and dee in nothing.

    `ring` and `ring2` are in each other, and cyn's name stands in `unix`, too, but in capitals.
    """
    source = MemorySource("staff", TOP)
    shown = {"anna": ["crew", "unix"], "bob": ["fleet", "unique"]}
    for name in NAMES:
        held = [group_dn(one).encode() for one in shown.get(name, [])] if shows_member_of else []
        source.add(name, RIGHT, dn=dn(name), key=name, operational={"memberOf": held} if held else None)
    group(source, "crew", "groupOfNames", "member", dn("anna"))
    group(source, "fleet", "groupOfNames", "member", dn("bob").upper(), group_dn("crew"))
    group(source, "unique", "groupOfUniqueNames", "uniqueMember", dn("bob"), f"{dn('anna')}#'01'B")
    group(source, "unix", "posixGroup", "memberUid", "anna", "CYN")
    group(source, "ring", "groupOfNames", "member", group_dn("ring2"))
    group(source, "ring2", "groupOfNames", "member", group_dn("ring"), dn("dee"))
    group(source, "empty", "group", "member")
    return source


def rig(*sources: MemorySource, rules: GroupRules | None = None, carries: bool = False) -> Rig:
    """The core over such a store."""
    return Rig(*(sources or (old_store(),)), groups=rules, carries=carries)


def ask(
    core: Rig, text: str, *attributes: str, base: str = TOP, scope: Scope = Scope.SUBTREE, person: str = ""
) -> list[Entry]:
    """The entries of a search, a while after whatever was before."""
    core.clock.advance(2)
    asked = frozenset(attributes) if attributes else frozenset({"*"})
    query = Query(base, scope, parse_filter(text), login(person) if person else None, attributes=asked)
    return collect(core.search.search(query))


def dns(core: Rig, text: str, **more: object) -> list[str]:
    """Their DNs, sorted."""
    return sorted(entry.dn for entry in ask(core, text, **more))  # type: ignore[arg-type]  # as `ask`


def member_of(core: Rig, name: str) -> list[str]:
    """The groups that somebody's entry shows, by their bare names."""
    (entry,) = ask(core, "(objectClass=*)", "memberof", base=dn(name), scope=Scope.BASE, person=dn(name))
    values = all_attributes(entry).get("memberOf")
    return sorted(value.decode().removesuffix("," + GROUPS).removeprefix("cn=") for value in values)
