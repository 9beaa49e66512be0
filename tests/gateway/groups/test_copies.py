"""In an outage of their source, groups are told as copied where the copies are known to be all (R6, R18)."""

from __future__ import annotations

import pytest
from core_rig import Rig
from groups_rig import GROUPS, TOP, ask, dn, dns, group, group_dn, member_of, old_store, rig

from gateway.errors import DirectoryUnavailable
from gateway.groups import copies
from gateway.groups.search import GroupRules
from gateway.identity.search import Scope, SearchIncomplete
from gateway.testing.memory_source import MemorySource
from gateway.wire.controls import IN_CHAIN

POSIX = "(objectClass=posixGroup)"


def outage(*names: str, source: MemorySource | None = None, rules: GroupRules | None = None) -> Rig:
    """These have moved, and the source is gone."""
    core = rig(source or old_store(), carries=True, rules=rules)
    for name in names:
        core.bind(name)
    core.sources[0].fail_with()
    return core


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"(member={dn('anna')})", ["crew"]),
        (f"(&(member={dn('anna').upper()})(cn=*)(objectClass=groupOfNames))", ["crew"]),
        (f"(&{POSIX}(memberUid=anna))", ["unix"]),
        (f"(&{POSIX}(|(memberUid=anna)(member={dn('anna')})))", ["unix"]),
        (f"(|(member={dn('anna')})(uniqueMember={dn('anna')})(memberUid=anna))", ["crew", "unix"]),
        (f"(&(|(objectClass=groupOfNames)(objectClass=groupOfURLs))(member={dn('anna')}))", ["crew"]),
        (f"(uniqueMember={dn('anna')})", []),
        (f"(member={group_dn('crew')})", ["fleet"]),
        (f"(&(cn=crew)(member={dn('anna')})(!(cn=fleet)))", ["crew"]),
        (f"(member:{IN_CHAIN}:={dn('anna')})", ["crew", "fleet"]),
    ],
)
def test_the_groups_of_who_has_moved_are_known(text: str, found: list[str]) -> None:
    """R18: all of them came along, also where that is none."""
    assert dns(outage("anna"), text) == [group_dn(name) for name in found]


def test_memberof_of_who_has_moved_is_known() -> None:
    core = outage("anna", rules=GroupRules(nested=True))
    assert member_of(core, "anna") == ["crew", "fleet", "unix"]
    for name, found in (("crew", [dn("anna")]), ("fleet", [dn("anna")]), ("ring", [])):
        assert dns(core, f"(&(uid=anna)(memberOf={group_dn(name)}))", person="anna") == found


@pytest.mark.parametrize(
    "text",
    [
        f"(member={dn('bob')})",
        "(memberUid=CYN)",
        f"(|(memberUid=anna)(member={dn('bob')}))",
        f"(|(memberUid=anna){POSIX})",
        f"(!(member={dn('anna')}))",
        "(member=*)",
        "(memberUid=ann*)",
        f"(uniqueMember={dn('anna')}#'01'B)",
        "(&(objectClass=sudoRole)(memberUid=anna))",
        "(&(objectClass=groupOfURLs)(memberUid=anna))",
        f"(|(&{POSIX}(memberUid=anna))(objectClass=sudoRole))",
        f"(member:{IN_CHAIN}:={dn('bob')})",
        POSIX,
        "(objectClass=groupOfNames)",
        "(cn=*)",
    ],
)
def test_what_is_not_known_to_be_all_is_an_outage(text: str) -> None:
    """R6: somebody who has not moved, another spelling of a name, lists, other classes."""
    core = outage("anna")
    with pytest.raises(SearchIncomplete):
        dns(core, text)


@pytest.mark.parametrize(
    "text", ["(&(objectClass=groupOfNames)(cn=crew))", "(&(cn=CREW)(|(objectClass=groupOfNames)(objectClass=group)))"]
)
def test_one_group_that_is_asked_for_by_its_name_and_found_is_told(text: str) -> None:
    """R9 for groups: what the directory has under a name is not looked for elsewhere, though in an outage only."""
    core = outage("anna")
    assert dns(core, text) == [group_dn("crew")]
    assert dns(core, "(objectClass=*)", base=group_dn("crew"), scope=Scope.BASE) == [group_dn("crew")]


@pytest.mark.parametrize(
    "text",
    [
        "(cn=crew)",
        "(&(objectClass=groupOfNames)(cn=empty))",
        "(&(objectClass=groupOfNames)(|(cn=crew)(cn=ring)))",
        "(&(objectClass=groupOfNames)(!(cn=ring)))",
        "(&(objectClass=groupOfNames)(cn=cre*))",
        "(&(|(objectClass=groupOfNames)(objectClass=person))(cn=crew))",
        "(&(objectClass=groupOfNames)(description=crew))",
    ],
)
def test_a_name_that_may_be_another_ones_too_is_an_outage(text: str) -> None:
    """R6: nothing was found, or it need not be the only one."""
    core = outage("anna")
    with pytest.raises(SearchIncomplete):
        dns(core, text)


def test_a_group_without_a_copy_is_an_outage_at_its_dn_too() -> None:
    """R6."""
    core = outage("anna")
    with pytest.raises(SearchIncomplete):
        dns(core, "(objectClass=*)", base=group_dn("empty"), scope=Scope.BASE)


def test_a_name_that_another_source_shows_may_be_in_the_missing_one_too() -> None:
    """R6: only what is here counts."""
    other = MemorySource("other", "o=other")
    other.add_entry("cn=crew,o=other", {"objectClass": [b"groupOfNames"], "cn": [b"crew"]})
    core = rig(old_store(), other, carries=True)
    core.sources[0].fail_with()
    with pytest.raises(SearchIncomplete):
        dns(core, "(&(objectClass=groupOfNames)(cn=crew))", base="")


def test_groups_of_another_source_than_ones_own_are_not_known() -> None:
    """R6: with both gone, somebody's groups of the other one may be missing."""
    other = MemorySource("other", TOP)
    core = rig(old_store(), other, carries=True)
    core.bind("anna")
    core.sources[0].fail_with()
    assert dns(core, f"(member={dn('anna')})") == [group_dn("crew")]
    core.sources[1].fail_with()
    with pytest.raises(SearchIncomplete):
        dns(core, f"(member={dn('anna')})")


def test_who_moved_without_the_groups_is_an_outage() -> None:
    """R6: the directory could not write one of them."""
    core = rig(carries=True)
    carry = core.native.carry

    async def refuses(entry: object, *more: object) -> None:
        if getattr(entry, "dn", "") == group_dn("fleet"):
            raise DirectoryUnavailable("no space left")
        await carry(entry, *more)  # type: ignore[arg-type]  # as it was called

    core.native.carry = refuses  # type: ignore[method-assign]  # as a full disk would
    core.bind("anna")
    core.sources[0].fail_with()
    with pytest.raises(SearchIncomplete):
        dns(core, f"(member={dn('anna')})")
    core.native.carry = carry  # type: ignore[method-assign]  # there is space again
    core.sources[0].heal()
    core.clock.advance(60)
    core.carrier.follow(core.moved("anna"))  # type: ignore[arg-type]  # who is there, as was just seen
    core.sources[0].fail_with()
    assert dns(core, f"(member:{IN_CHAIN}:={dn('anna')})") == [group_dn("crew"), group_dn("fleet")]


def test_without_copies_every_such_search_is_an_outage() -> None:
    """`groups.carry: false`."""
    core = rig()
    core.bind("anna")
    core.sources[0].fail_with()
    for text in (f"(member={dn('anna')})", "(&(objectClass=groupOfNames)(cn=crew))"):
        with pytest.raises(SearchIncomplete):
            dns(core, text)


def test_a_source_that_answers_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """R18: copies stand in, and no more. Of more people than can be remembered nothing is known."""
    monkeypatch.setattr(copies, "MOST", 0)
    core = rig(carries=True)
    core.bind("anna")
    group(core.sources[0], "news", "groupOfNames", "member", dn("anna"))
    assert dns(core, f"(member={dn('anna')})") == [group_dn("crew"), group_dn("news")]
    core.sources[0].fail_with()
    with pytest.raises(SearchIncomplete):
        ask(core, f"(member={dn('anna')})", base=GROUPS)
