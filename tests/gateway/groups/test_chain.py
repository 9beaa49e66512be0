"""Active Directory's rule from entry to entry, over people who have moved and people who have not."""

from __future__ import annotations

import pytest
from core_rig import RIGHT
from groups_rig import NAMES, TOP, ask, dn, dns, group, group_dn, old_store, rig

from gateway.errors import LimitError
from gateway.groups.chain import MOST_LINKS
from gateway.groups.lookup import DEPTH
from gateway.groups.search import GroupRules
from gateway.identity.search import Scope, SearchIncomplete
from gateway.testing.memory_source import MemorySource
from gateway.wire.controls import IN_CHAIN


def chain(attribute: str, value: str) -> str:
    return f"({attribute}:{IN_CHAIN}:={value})"


@pytest.mark.parametrize("names", [(), ("anna",), NAMES], ids=["nobody", "one", "all"])
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (chain("memberOf", group_dn("fleet")), [dn("anna"), dn("bob"), group_dn("crew")]),
        (chain("MEMBEROF", group_dn("FLEET").upper()), [dn("anna"), dn("bob"), group_dn("crew")]),
        (f"(&(objectClass=person){chain('memberOf', group_dn('fleet'))}(!(uid=bob)))", [dn("anna")]),
        (f"(&(objectClass=person)(!{chain('memberOf', group_dn('fleet'))}))", [dn("cyn"), dn("dee")]),
        (chain("memberOf", group_dn("ring")), [dn("dee"), group_dn("ring"), group_dn("ring2")]),
        (chain("memberOf", group_dn("nowhere")), []),
        (chain("member", dn("anna")), [group_dn("crew"), group_dn("fleet")]),
        (chain("member", dn("dee")), [group_dn("ring"), group_dn("ring2")]),
        (chain("uniqueMember", dn("bob")), [group_dn("unique")]),
        (chain("member", "uid=nobody,o=nowhere"), []),
    ],
)
def test_a_chain_is_followed_whoever_has_moved(wanted: str, found: list[str], names: tuple[str, ...]) -> None:
    """R18: through groups in groups; cycles end."""
    core = rig()
    for name in names:
        core.bind(name)
    assert dns(core, wanted) == sorted(found)


@pytest.mark.parametrize("moves", [False, True])
def test_of_one_person_it_is_asked_in_which_groups_that_one_is(moves: bool) -> None:
    core = rig()
    if moves:
        core.bind("anna")
    for one, inside in (("fleet", True), ("crew", True), ("ring", False), ("nowhere", False)):
        wanted = chain("memberOf", group_dn(one))
        assert dns(core, f"(&(uid=anna){wanted})", person="anna") == ([dn("anna")] if inside else [])
        base = dns(core, wanted, base=dn("anna"), scope=Scope.BASE, person=dn("anna"))
        assert base == ([dn("anna")] if inside else [])
        assert dns(core, f"(&(uid=anna)(!{wanted}))", person="anna") == ([] if inside else [dn("anna")])


def test_what_helps_to_decide_is_not_shown_unasked() -> None:
    core = rig()
    wanted = f"(&(uid=anna){chain('memberOf', group_dn('fleet'))})"
    (entry,) = ask(core, wanted, "*", person="anna")
    assert "msDS-memberOfTransitive" not in entry.attributes
    (entry,) = ask(core, "(uid=anna)", "msds-memberoftransitive", person="anna")
    shown = entry.operational.get("msDS-memberOfTransitive")
    assert sorted(shown) == [group_dn(one).encode() for one in ("crew", "fleet", "unix")]


def test_managers_are_a_chain_too() -> None:
    source = MemorySource("staff", TOP)
    above: dict[str, str] = {"bob": "anna", "cyn": "bob", "dee": "cyn", "anna": "dee", "eve": "anna"}
    for name, manager in above.items():
        held = {"objectClass": [b"person"], "uid": [name.encode()], "manager": [dn(manager).encode()]}
        source.add(name, RIGHT, dn=dn(name), key=name, attributes=held)
    core = rig(source)
    core.bind("cyn")
    everybody = sorted(map(dn, above))
    assert dns(core, chain("manager", dn("anna"))) == everybody, "they are each other's managers"
    assert dns(core, chain("manager", dn("eve"))) == []


@pytest.mark.parametrize(
    "item",
    [
        chain("memberOf", "no DN"),
        chain("cn", dn("anna")),
        chain("userPassword", dn("anna")),
        chain("x-unknown", dn("anna")),
        f"(:{IN_CHAIN}:={dn('anna')})",
        f"(member:dn:{IN_CHAIN}:={dn('anna')})",
    ],
)
def test_what_cannot_be_followed_is_undefined_and_no_error(item: str) -> None:
    core = rig()
    for wanted in (item, f"(!{item})"):
        assert dns(core, wanted) == []
        assert dns(core, f"(|(uid=anna){wanted})") == [dn("anna")]


def test_stored_memberships_are_followed_where_that_is_configured() -> None:
    core = rig(old_store(shows_member_of=True), rules=GroupRules(computed=False))
    assert dns(core, f"(&(uid=anna){chain('memberOf', group_dn('fleet'))})", person="anna") == [dn("anna")]


def test_too_many_links_are_an_error_and_never_a_part() -> None:
    source = old_store()
    for number in range(MOST_LINKS + 1):
        group(source, f"g{number:04}", "groupOfNames", "member", dn("cyn"))
    with pytest.raises(LimitError):
        dns(rig(source), chain("member", dn("cyn")))


def test_too_long_a_chain_is_an_error_and_never_a_part() -> None:
    source = old_store()
    for number in range(DEPTH + 2):
        group(source, f"d{number:03}", "groupOfNames", "member", group_dn(f"d{number + 1:03}"))
    core = rig(source)
    for wanted in (chain("memberOf", group_dn("d000")), chain("member", group_dn(f"d{DEPTH + 1:03}"))):
        with pytest.raises(LimitError):
            dns(core, wanted)


def test_an_outage_on_the_way_is_said() -> None:
    """R6."""
    core = rig()
    core.bind("anna")
    core.sources[0].fail_with()
    with pytest.raises(SearchIncomplete):
        dns(core, chain("member", dn("anna")))
