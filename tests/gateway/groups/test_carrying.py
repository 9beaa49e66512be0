"""Groups come along when their members move, and hold when their source is gone."""

from __future__ import annotations

import pytest
from core_rig import RIGHT, Rig
from groups_rig import GROUPS, NAMES, PEOPLE, TOP, ask, dn, dns, group, group_dn, member_of, old_store, rig
from waiting import collect

from gateway.errors import DirectoryUnavailable
from gateway.groups.search import GroupSearch
from gateway.identity.model import Entry, NativeEntry
from gateway.identity.search import EVERYTHING, Query, Scope, all_attributes
from gateway.identity.union import UnionSearch
from gateway.wire.controls import IN_CHAIN


def moved(*names: str, shows_member_of: bool = True) -> Rig:
    core = rig(old_store(shows_member_of=shows_member_of), carries=True)
    for name in names:
        core.bind(name)
    return core


def copies(core: Rig) -> dict[str, NativeEntry]:
    query = Query("", Scope.SUBTREE, EVERYTHING)
    return {entry.dn: entry for entry in collect(core.native.search(query)) if isinstance(entry, NativeEntry)}


def reads(core: Rig, base: str) -> int:
    return core.sources[0].asked.count(f"search {base}")


def without_sources(core: Rig) -> Rig:
    """The same gateway after the source was taken out of its configuration."""
    union = UnionSearch(core.native, (), core.names)
    core.search = GroupSearch(union, core.group_rules, core.clock, core.native)
    return core


@pytest.mark.parametrize("shows", [True, False], ids=["overlay", "no overlay"])
def test_the_groups_of_who_moves_are_copied_and_those_around_them(shows: bool) -> None:
    """R18: crew and unix list anna, and fleet lists crew."""
    core = moved("anna", shows_member_of=shows)
    held = copies(core)
    assert held.keys() == {group_dn(one) for one in ("crew", "unix", "fleet")}
    assert held[group_dn("fleet")].attributes.get("member") == (dn("bob").upper().encode(), group_dn("crew").encode())
    assert not any(entry.owned for entry in held.values())


def test_the_primary_group_of_an_account_comes_along() -> None:
    """R18: it lists nobody; a Unix machine asks for its name by its number. It is read again like the others."""
    source = old_store()
    account = {"objectClass": [b"posixAccount"], "uid": [b"pia"], "gidNumber": [b"30000"]}
    source.add("pia", RIGHT, dn=dn("pia"), key="pia", attributes=account)
    for name, number in (("users", b"30000"), ("others", b"30001")):
        shown = {"objectClass": [b"posixGroup"], "cn": [name.encode()], "gidNumber": [number]}
        source.add_entry(group_dn(name), shown)
    core = rig(source, carries=True)
    core.bind("pia")
    assert copies(core).keys() == {group_dn("users")}
    assert dns(without_sources(core), "(&(objectClass=posixGroup)(gidNumber=30000))") == [group_dn("users")]
    assert member_of(core, "pia") == []
    source.add_entry(group_dn("users"), {"objectClass": [b"posixGroup"], "cn": [b"users"], "gidNumber": [b"30009"]})
    core.carrier.start()
    core.clock.advance(3600)
    assert copies(core)[group_dn("users")].attributes.get("gidNumber") == (b"30009",)
    core.carrier.end()


def test_groups_in_each_other_come_once() -> None:
    """R18: cycles end."""
    core = moved("dee")
    assert copies(core).keys() == {group_dn("ring"), group_dn("ring2")}
    assert reads(core, group_dn("ring")) == 1


def test_containers_come_along() -> None:
    """So that a search below them finds its base when the source is gone."""
    source = old_store()
    for base in (TOP, PEOPLE, GROUPS):
        source.add_entry(base, {"objectClass": [b"organizationalUnit"]})
    core = rig(source, carries=True)
    core.bind("anna")
    assert {TOP, PEOPLE, GROUPS} <= copies(core).keys()
    assert dns(without_sources(core), "(objectClass=*)", base=GROUPS, scope=Scope.BASE) == [GROUPS]


def test_a_group_is_not_read_for_each_of_its_members() -> None:
    source = old_store()
    everybody = [f"user{number:03}" for number in range(100)]
    for name in everybody:
        source.add(name, RIGHT, dn=dn(name), key=name)
    group(source, "large", "groupOfNames", "member", *map(dn, everybody))
    core = rig(source, carries=True)
    for name in everybody:
        core.bind(name)
    assert reads(core, group_dn("large")) == 1
    core.clock.advance(3601)
    core.bind("bob")
    core.bind("anna")
    source.asked.clear()
    source.add("more", RIGHT, dn=dn("more"), key="more", groups=[group_dn("large")])
    core.bind("more")
    assert reads(core, group_dn("large")) == 1, "a while later it is read again"


def test_what_changed_in_the_source_is_copied_again_after_a_while() -> None:
    core = moved("anna")
    group(core.sources[0], "crew", "groupOfNames", "member", dn("anna"), dn("cyn"))
    core.carrier.start()
    core.clock.advance(3599)
    assert len(copies(core)[group_dn("crew")].attributes.get("member")) == 1
    core.clock.advance(1)
    assert len(copies(core)[group_dn("crew")].attributes.get("member")) == 2
    core.carrier.end()
    assert not core.clock.getDelayedCalls()


def questions(core: Rig) -> dict[str, object]:
    """What applications ask about groups, and the answers."""
    chain = f"(&(uid=anna)(memberOf:{IN_CHAIN}:={group_dn('fleet')}))"
    asked = {
        "members": f"(member={dn('anna')})",
        "unique": f"(uniqueMember={dn('bob')})",
        "posix": "(&(objectClass=posixGroup)(memberUid=anna))",
        "memberof": f"(memberOf={group_dn('fleet')})",
        "chain": f"(memberOf:{IN_CHAIN}:={group_dn('ring')})",
        "above": f"(member:{IN_CHAIN}:={dn('anna')})",
    }
    found: dict[str, object] = {name: dns(core, text) for name, text in asked.items()}
    found["one"] = dns(core, chain, person="anna")
    found["shown"] = {name: member_of(core, name) for name in NAMES}
    found["entries"] = {entry.dn: values(entry) for entry in ask(core, "(cn=*)", "*", base=GROUPS)}
    return found


def values(entry: Entry) -> dict[str, tuple[bytes, ...]]:
    return dict(all_attributes(entry).items())


def test_every_question_has_the_same_answer_before_during_after_and_without_the_source() -> None:
    """R18."""
    core = moved()
    group(core.sources[0], "empty", "groupOfNames", "member", dn("cyn"))  # a group that comes with nobody stays behind
    before = questions(core)
    for name in NAMES:
        core.bind(name)
        assert questions(core) == before
    assert questions(without_sources(core)) == before


def test_a_directory_that_cannot_be_written_costs_nobody_the_login() -> None:
    """R12: and the groups come with the next member."""
    core = moved()
    core.native.carry = refuses  # type: ignore[method-assign]  # as a full disk would
    core.bind("anna")
    assert core.moved("anna") is not None
    del core.native.carry
    assert copies(core) == {}
    core.carrier.follow(core.moved("anna"))  # type: ignore[arg-type]  # who is there, as was just seen
    assert group_dn("crew") in copies(core)


async def refuses(*_: object) -> None:
    raise DirectoryUnavailable("no space left")


def test_a_source_that_hangs_then_delays_no_login() -> None:
    """R12."""
    core = moved()
    anna = core.moved("anna") or core.sources[0]._people["uid=anna," + PEOPLE].identity
    core.sources[0].hang()
    core.carrier.follow(anna)
    core.sources[0].heal()
    assert group_dn("crew") in copies(core)
    core.carrier.end()
    core.carrier.follow(anna)
