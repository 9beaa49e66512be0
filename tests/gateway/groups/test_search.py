"""memberOf, and filters about it, over people who have moved and people who have not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core_rig import RIGHT, Rig
from core_rig import login as ask_login
from groups_rig import NAMES, PEOPLE, TOP, ask, dn, dns, group, group_dn, member_of, old_store, rig
from waiting import collect, now, settled, start

from gateway.groups.filters import chains
from gateway.groups.members import GroupWords
from gateway.groups.search import FEW_MEMBERS, GroupRules
from gateway.identity.model import Attributes, Entry
from gateway.identity.search import Query, Scope, SearchIncomplete
from gateway.wire.filter import parse_filter

MOVES = [(), ("anna", "dee"), NAMES]


def moved(*names: str, shows_member_of: bool = False, rules: GroupRules | None = None) -> Rig:
    core = rig(old_store(shows_member_of=shows_member_of), rules=rules)
    for name in names:
        core.bind(name)
        assert core.moved(name) is not None
    return core


@pytest.mark.parametrize("shows", [True, False], ids=["overlay", "no overlay"])
@pytest.mark.parametrize("names", MOVES, ids=["nobody", "half", "all"])
def test_memberof_is_the_same_whoever_has_moved(names: tuple[str, ...], shows: bool) -> None:
    """R18: by every class of group, by DN in any spelling and by login name."""
    core = moved(*names, shows_member_of=shows)
    shown = {name: member_of(core, name) for name in NAMES}
    assert shown == {"anna": ["crew", "unix"], "bob": ["fleet", "unique"], "cyn": [], "dee": ["ring2"]}


@pytest.mark.parametrize("names", MOVES, ids=["nobody", "half", "all"])
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (f"(memberOf={group_dn('crew')})", [dn("anna")]),
        (f"(MEMBEROF={group_dn('CREW').upper()})", [dn("anna")]),
        (f"(&(objectClass=person)(memberOf={group_dn('fleet')}))", [dn("bob")]),
        (f"(memberOf={group_dn('fleet')})", [dn("bob"), group_dn("crew")]),
        (f"(&(objectClass=person)(!(memberOf={group_dn('fleet')})))", [dn("anna"), dn("cyn"), dn("dee")]),
        (f"(&(objectClass=person)(|(memberOf={group_dn('unix')})(uid=dee)))", [dn("anna"), dn("dee")]),
        (f"(|(memberOf={group_dn('unix')})(memberOf={group_dn('unique')}))", [dn("anna"), dn("bob")]),
        ("(&(objectClass=person)(memberOf=*))", [dn("anna"), dn("bob"), dn("dee")]),
        ("(&(objectClass=person)(!(memberOf=*)))", [dn("cyn")]),
        (f"(&(memberOf={group_dn('crew')})(!(memberOf={group_dn('unix')})))", []),
        (f"(memberOf={group_dn('nowhere')})", []),
        ("(memberOf=no DN)", []),
        ("(!(memberOf=no DN))", []),
        (f"(memberOf={group_dn('empty')})", []),
    ],
)
def test_filters_about_memberof_select_the_same_whoever_has_moved(
    wanted: str, found: list[str], names: tuple[str, ...]
) -> None:
    """R18."""
    core = moved(*names)
    assert dns(core, wanted) == sorted(found)


@pytest.mark.parametrize("names", MOVES, ids=["nobody", "half", "all"])
def test_a_filter_that_pins_a_person_asks_about_that_person(names: tuple[str, ...]) -> None:
    core = moved(*names)
    for name, groups in {"anna": ["crew"], "bob": ["fleet", "unique"]}.items():
        for one in ("crew", "fleet", "unique"):
            wanted = f"(&(uid={name})(memberOf={group_dn(one)}))"
            assert dns(core, wanted, person=name) == ([dn(name)] if one in groups else [])


def test_a_change_of_the_group_in_its_source_is_seen_by_who_has_moved() -> None:
    """R18: the group's list counts, and not what the source showed at the move."""
    core = moved(*NAMES, shows_member_of=True)
    source = core.sources[0]
    group(source, "crew", "groupOfNames", "member", dn("cyn"))
    group(source, "fleet", "groupOfNames", "member", dn("anna"))
    assert member_of(core, "anna") == ["fleet", "unix"]
    assert member_of(core, "cyn") == ["crew"]
    assert dns(core, f"(memberOf={group_dn('crew')})") == [dn("cyn")]


def test_what_was_shown_at_the_move_holds_where_there_is_no_group_to_ask() -> None:
    """R18: names of groups that no store has as entries."""
    source = old_store()
    held = {"memberOf": [b"cn=elsewhere,o=other", group_dn("crew").encode()]}
    source.add("eve", RIGHT, dn=dn("eve"), key="eve", attributes={"objectClass": [b"person"], "uid": [b"eve"], **held})
    core = rig(source)
    core.bind("eve")
    (entry,) = ask(core, "(objectClass=*)", "*", base=dn("eve"), scope=Scope.BASE, person=dn("eve"))
    assert entry.attributes.get("memberOf") == (b"cn=elsewhere,o=other",), "crew lists somebody else"


def test_an_entry_that_shows_its_groups_right_already_is_the_same_object() -> None:
    """What is kept encoded stays of use."""
    core = moved("anna", shows_member_of=True)
    found = [ask(core, "(uid=anna)", "memberof", person="anna")[0] for _ in range(2)]
    assert found[0] is found[1] is core.moved("anna")


def test_a_search_without_groups_in_it_goes_straight_through() -> None:
    core = rig()
    for wanted, asked in (("(uid=anna)", {"cn"}), ("(&(uid=a*)(!(cn=b)))", {"1.1"}), (f"(member={dn('anna')})", set())):
        query = Query(TOP, Scope.SUBTREE, parse_filter(wanted), attributes=frozenset(asked))
        core.sources[0].asked.clear()
        assert len(collect(core.search.search(query))) == 1
        assert core.sources[0].asked == [f"search {TOP}"]


def test_groups_of_groups_where_that_is_configured() -> None:
    """As the plug-in of 389 Directory Server shows them; cycles end."""
    core = moved(*NAMES, rules=GroupRules(nested=True))
    assert member_of(core, "anna") == ["crew", "fleet", "unix"]
    assert member_of(core, "dee") == ["ring", "ring2"]


def test_what_was_stored_is_shown_where_that_is_configured() -> None:
    core = moved("anna", "bob", shows_member_of=True, rules=GroupRules(computed=False))
    group(core.sources[0], "crew", "groupOfNames", "member", dn("bob"))
    assert member_of(core, "anna") == ["crew", "unix"]
    assert dns(core, f"(memberOf={group_dn('crew')})") == [dn("anna")]


def test_a_group_in_a_group_shows_memberof_too() -> None:
    core = moved()
    (entry,) = ask(core, "(cn=crew)", "memberof")
    assert entry.operational.get("memberOf") == (group_dn("fleet").encode(),)


def test_many_entries_at_once_and_a_group_too_large_to_look_up_each_member() -> None:
    source = old_store()
    everybody = [f"user{number:04}" for number in range(FEW_MEMBERS + 50)]
    for name in everybody:
        source.add(name, RIGHT, dn=dn(name), key=name)
    inside = everybody[:-10]
    group(source, "large", "groupOfNames", "member", *map(dn, inside))
    core = rig(source)
    for name in everybody[::200]:
        core.bind(name)
    assert dns(core, f"(memberOf={group_dn('large')})") == sorted(map(dn, inside))
    shown = ask(core, "(uid=user*)", "memberof")
    assert len(shown) == len(everybody)
    assert sum(entry.operational.get("memberOf") == (group_dn("large").encode(),) for entry in shown) == len(inside)


def test_an_outage_is_no_answer_that_somebody_is_in_no_group() -> None:
    """R6: what is known is shown, and a filter that cannot be decided says so."""
    core = moved("anna", shows_member_of=True)
    core.sources[0].fail_with()
    assert member_of(core, "anna") == ["crew", "unix"], "as at the move"
    assert dns(core, f"(&(uid=anna)(memberOf={group_dn('crew')}))", person="anna") == [dn("anna")]
    with pytest.raises(SearchIncomplete):
        dns(core, f"(&(uid=anna)(memberOf={group_dn('fleet')}))", person="anna")


def test_a_source_that_hangs_is_waited_for_only_so_long() -> None:
    core = moved("anna", shows_member_of=True)
    core.sources[0].hang()

    async def first() -> Entry:
        asked = frozenset({"memberof"})
        query = Query(dn("anna"), Scope.BASE, parse_filter("(cn=*)"), ask_login(dn("anna")), attributes=asked)
        return await anext(core.search.search(query))

    core.clock.advance(2)
    begun = start(first())
    for _ in range(20):
        core.clock.advance(1)
    assert settled(begun).operational.get("memberOf") == tuple(group_dn(one).encode() for one in ("crew", "unix"))


def test_a_search_is_closed_to_the_bottom() -> None:
    core = rig()

    async def first_only() -> str:
        found = core.search.search(Query(PEOPLE, Scope.ONE, parse_filter("(cn=*)"), attributes=frozenset({"memberof"})))
        try:
            return (await anext(found)).dn
        finally:
            await found.aclose()

    assert now(first_only()) == dn("anna")


@pytest.mark.parametrize("names", MOVES, ids=["nobody", "half", "all"])
def test_the_move_brings_no_group_that_the_source_does_not_count(names: tuple[str, ...]) -> None:
    """R17: OpenLDAP's overlay goes by `member` alone. Told so or not, nobody's groups change with the move."""
    for lists, shown in ((("member",), ["crew"]), (GroupWords().lists, ["crew", "unix"])):
        source = old_store()
        source.add("anna", RIGHT, dn=dn("anna"), key="anna", operational={"memberOf": [group_dn("crew").encode()]})
        core = rig(source, rules=GroupRules(words=GroupWords(lists=lists)))
        for name in names:
            core.bind(name)
        assert member_of(core, "anna") == shown
        found = dns(core, f"(memberOf={group_dn('unix')})")
        assert found == ([dn("anna")] if "unix" in shown else [])


@pytest.mark.parametrize("scope", Scope)
def test_what_goes_from_entry_to_entry_is_spelled_out_in_items_that_an_entry_answers(scope: Scope) -> None:
    """For a persona, which puts the filter to entries as they are shown."""
    core = moved()
    wanted = parse_filter(f"(memberOf:1.2.840.113556.1.4.1941:={group_dn('fleet')})")
    asked = Query(PEOPLE, scope, wanted)
    spelled = now(core.search.spelled_out(asked))
    assert (spelled.base, spelled.scope) == (asked.base, asked.scope)
    assert not any(chains(spelled.filter))
    in_crew = Attributes({"memberOf": [group_dn("crew").encode()]})
    assert spelled.filter.matches(in_crew) is True
    plain = replace(asked, filter=parse_filter("(uid=anna)"))
    assert now(core.search.spelled_out(plain)) is plain


def test_memberof_of_a_few_people_reads_no_list_of_members() -> None:
    """R18: they may be in a group of a hundred thousand."""
    source = old_store()
    for number in range(8):
        source.add(f"more{number}", RIGHT, dn=dn(f"more{number}"), key=f"more{number}")
    core = rig(source)
    found = ask(core, "(uid=*)", "memberof")
    assert len(found) == 12
    assert sum(bool(entry.operational.get("memberOf")) for entry in found) > 1
    assert [call for call in source.asked if call.startswith("search cn=")] == []
