"""Groups of a source follow who was renamed here (R18), while the source answers and when it is gone."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from core_rig import Rig
from groups_rig import GROUPS, NAMES, PEOPLE, ask, dn, dns, group, group_dn, member_of, old_store, rig
from waiting import now

from gateway.groups.bringing import Bringer
from gateway.groups.following import FollowedSource, Names
from gateway.groups.members import GroupWords
from gateway.groups.search import GroupSearch
from gateway.identity.changes import Deed
from gateway.identity.entrykeys import key_of
from gateway.identity.model import Attributes, Entry, Origin
from gateway.identity.portvalues import Renamed
from gateway.identity.search import Query, Scope
from gateway.identity.sourceover import SourceOver
from gateway.identity.union import UnionSearch
from gateway.testing.memory_source import MemorySource
from gateway.wire.controls import IN_CHAIN
from gateway.wire.dn import normalise_dn
from gateway.wire.filtertext import parse_filter

ANNIE = f"uid=Annie,ou=staff,{PEOPLE}"


def renamed_rig(*, shows_member_of: bool = False) -> Rig:
    """anna has moved and is Annie now, in another place."""
    source = old_store(shows_member_of=shows_member_of)
    group(source, "empty", "groupOfNames", "member", dn("cyn"))  # it would come with nobody, and stay behind
    core = rig(source, carries=True)
    for name in NAMES:
        core.bind(name)
    rename(core, dn("anna"), ANNIE)
    return core


def rename(core: Rig, old: str, new: str) -> None:
    done = now(
        core.native.rename(normalise_dn(old), new, normalise_dn(new), Deed(core.clock.seconds()), keep_old=False)
    )
    assert done is not None


def questions(core: Rig) -> dict[str, object]:
    """What is asked about Annie's groups."""
    asked = {
        "member": f"(member={ANNIE})",
        "old name": f"(member={dn('anna')})",
        "memberUid": "(memberUid=Annie)",
        "old login": "(memberUid=anna)",
        "not": f"(&(objectClass=groupOfNames)(!(member={ANNIE})))",
        "memberOf": f"(&(uid=*)(memberOf={group_dn('crew')}))",
        "above": f"(member:{IN_CHAIN}:={ANNIE})",
        "below": f"(memberOf:{IN_CHAIN}:={group_dn('fleet')})",
    }
    found: dict[str, object] = {name: dns(core, text) for name, text in asked.items()}
    (annie,) = ask(core, "(objectClass=*)", "memberof", base=normalise_dn(ANNIE), scope=Scope.BASE, person=ANNIE)
    found["shown"] = sorted(annie.operational.get("memberOf"))
    found["bob"] = member_of(core, "bob")
    for entry in ask(core, "(cn=*)", "*", base=GROUPS):
        found[entry.dn] = [sorted(entry.attributes.get(name)) for name in ("member", "uniqueMember", "memberUid")]
    return found


def without_sources(core: Rig) -> Rig:
    core.search = GroupSearch(UnionSearch(core.native, (), core.names), core.group_rules, core.clock, core.native)
    return core


@pytest.mark.parametrize("shows", [True, False], ids=["overlay", "no overlay"])
def test_groups_list_who_was_renamed_by_the_new_name_with_the_source_and_without(shows: bool) -> None:
    """R18."""
    core = renamed_rig(shows_member_of=shows)
    found = questions(core)
    assert found["member"] == [group_dn("crew")]
    assert found["old name"] == found["old login"] == []
    assert found["memberUid"] == [group_dn("unix")]
    assert found["memberOf"] == [ANNIE]
    assert found["above"] == [group_dn("crew"), group_dn("fleet")]
    assert ANNIE in found["below"]  # type: ignore[operator]  # a list of DNs
    assert found["shown"] == sorted([group_dn("crew").encode(), group_dn("unix").encode()])
    assert found[group_dn("crew")] == [[ANNIE.encode()], [], []]
    now(core.carrier.refresh())
    assert questions(core) == found, "what is copied again has the new names"
    gone = questions(without_sources(core))
    assert gone == found


def test_copies_follow_at_once_and_are_copies_still() -> None:
    """R18: what changes in the source later is seen."""
    core = renamed_rig()
    group(core.sources[0], "crew", "groupOfNames", "member", dn("anna"), dn("dee"))
    assert dns(core, f"(&(cn=crew)(member={dn('dee')})(member={ANNIE}))") == [group_dn("crew")]
    now(core.carrier.refresh())
    assert dns(without_sources(core), f"(&(cn=crew)(member={dn('dee')})(member={ANNIE}))") == [group_dn("crew")]


def test_a_group_that_was_renamed_here_is_listed_by_its_new_name() -> None:
    """R18: in the groups around it, in memberOf of its members, moved or not."""
    core = rig(old_store(shows_member_of=True), carries=True)
    core.bind("bob")
    source = core.sources[0]
    (crew,) = ask(core, "(cn=crew)")
    now(core.native.carry(crew, _origin(core, crew), 1.0))
    team = f"cn=team,{GROUPS}"
    rename(core, group_dn("crew"), team)
    assert source.asked
    assert dns(core, f"(member={team})") == [group_dn("fleet")]
    assert member_of(core, "anna") == ["team", "unix"], "who has not moved"
    core.bind("anna")
    assert member_of(core, "anna") == ["team", "unix"]


def _origin(core: Rig, entry: Entry) -> Origin:
    return Origin(core.sources[0].name, key_of(entry))


def test_back_to_the_old_name_is_as_before() -> None:
    core = rig(carries=True)
    core.bind("anna")
    before = [(entry.dn, entry.attributes) for entry in ask(core, "(cn=*)", "*", base=GROUPS)]
    rename(core, dn("anna"), ANNIE)
    rename(core, ANNIE, dn("anna"))
    assert [(entry.dn, entry.attributes) for entry in ask(core, "(cn=*)", "*", base=GROUPS)] == before
    assert now(core.native.renamed()) == ()


NAMED = Names([
    Renamed("uid=ann,o=x", "uid=ann,o=x", "ann", "uid=Zoe,o=y", "uid=zoe,o=y", "Zoe"),
    Renamed("cn=a\\2Cb,o=x", normalise_dn("cn=a\\2Cb,o=x"), "", "cn=c,o=x", "cn=c,o=x", ""),
])  # fmt: skip
LISTED = [
    [],
    [b"uid=ann,o=x"],
    [b"UID=Ann, O=x", b"uid=bob,o=x"],
    [b"uid=bob,o=x", b"uid=zoe,o=y", b"uid=ann,o=x"],
    [b"cn=a\\, b,o=x", b"cn=a\\,b,o=x"],
    [b"cn=c,o=x", b"uid=ann,o=x#'01'B"],
]


@pytest.mark.parametrize("values", LISTED)
@pytest.mark.parametrize(
    "text",
    [
        "(member=uid=ann,o=x)",
        "(member=uid=ZOE, o=y)",
        "(member=uid=bob,o=x)",
        "(!(member=uid=zoe,o=y))",
        "(!(member=uid=ann,o=x))",
        "(|(member=cn=c,o=x)(memberUid=Zoe))",
        "(&(memberUid=ann)(member=*))",
        "(!(memberUid=bob))",
        "(member=no dn)",
    ],
)
def test_the_source_is_asked_for_exactly_what_is_shown(values: list[bytes], text: str) -> None:
    """R18: whatever the filter, an entry is selected as it is seen, without having been read for that."""
    stored = Entry("cn=g", "cn=g", Attributes({"member": values, "memberUid": [b"ann", b"bob"]} if values else {}))
    wanted = parse_filter(text)
    shown = NAMED.shown(stored).attributes
    selected = wanted.matches(shown) is True
    assert (NAMED.asked(wanted).matches(stored.attributes) is True) is selected


def test_nobodys_entry_is_touched() -> None:
    for values in ([b"uid=bob,o=x"], [b"cn=\xc3\xa9,o=x"], [b"no dn"]):
        entry = Entry("cn=g", "cn=g", Attributes({"member": values, "cn": [b"ann"], "description": [b"uid=ann,o=x"]}))
        assert NAMED.shown(entry) is entry


class RenamesMeanwhile(SourceOver):
    """A store before which somebody is renamed while an entry of it is being read; once."""

    def __init__(self, core: Rig, source: MemorySource) -> None:
        super().__init__(source)
        self._core = core
        self._is_done = False

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        entries = [entry async for entry in super().search(query)]
        if entries and not self._is_done:
            self._is_done = True
            rename(self._core, dn("anna"), ANNIE)
        for entry in entries:
            yield entry


def test_a_copy_that_was_read_before_a_rename_is_read_again() -> None:
    source = old_store()
    core = rig(source)
    for name in NAMES:
        core.bind(name)
    bringer = Bringer(core.native, GroupWords(), 3600.0, core.clock)
    followed = FollowedSource(RenamesMeanwhile(core, source), core.native)
    assert now(bringer.copy(followed, normalise_dn(group_dn("crew")))) is not None
    listed = now(core.native.memberships([normalise_dn(ANNIE)]))
    assert [group.dn for group in listed.get(normalise_dn(ANNIE), ())] == [group_dn("crew")]
    assert not now(core.native.memberships([normalise_dn(dn("anna"))]))
