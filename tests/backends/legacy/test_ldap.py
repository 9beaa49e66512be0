"""`backends.legacy.ldap`: the order of things in a login, before servers in memory on the same codec."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest
from ldap_script import Network, Tree
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IProtocol
from waiting import settled

from backends.legacy.ldap import LdapSource, make
from backends.legacy.ldapsource.options import LdapOptions
from gateway.errors import IdentityConflict, SourceMisbehaved, SourceUnavailable
from gateway.identity.model import Entry, Identity, LoginName, Secret
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.identity.ports import LegacySource
from gateway.identity.search import BaseNotFound, Filter, Query, Scope
from gateway.testing.conformance_groups import GroupsConformance, KnownGroup, value
from gateway.testing.conformance_source import Known, SourceConformance, Store
from gateway.testing.source_store import bind
from gateway.wire.controls import PASSWORD_POLICY, PolicyAnswer, PolicyError, encode_policy_answer
from gateway.wire.dn import leaf, normalise_dn
from gateway.wire.filter import Equal, Not, Present
from gateway.wire.messages import BindRequest, Control, LdapResult, ResultCode, SearchRequest, SimpleAuthentication

T = TypeVar("T")
PLACE = "ldap://old.example:389"
BASE = "ou=People,o=Corp"
SERVICE = "cn=gateway,o=Corp"
SECRET = b"service-password"


def person(uid: str, **more: list[bytes]) -> dict[str, list[bytes]]:
    """An entry as an old directory shows it, password and all."""
    name = uid.encode()
    shown = {"objectClass": [b"top", b"person", b"inetOrgPerson"], "uid": [name], "cn": [name], "sn": [name]}
    return {**shown, "userPassword": [b"{CLEAR}secret"], **more}


def dn_of(uid: str) -> str:
    return f"uid={uid},{BASE}"


def tree() -> Tree:
    uuid_of_jdoe = [b"6f8b5a52-11c9-4c0b-8b0e-111111111111"]
    entries: dict[str, Any] = {
        BASE: {"objectClass": [b"organizationalUnit"], "ou": [b"People"]},
        dn_of("JDoe"): person(
            "JDoe", mail=[b"j.doe@corp.example"], entryUUID=uuid_of_jdoe, memberOf=[b"cn=staff,o=Corp"]
        ),
        dn_of("zoe"): person("zoe"),
        dn_of("gone"): person("gone", nsAccountLock=[b"TRUE"]),
        f"cn=wiki,{BASE}": {"objectClass": [b"applicationProcess"], "cn": [b"wiki"]},
    }
    passwords = {
        SERVICE: SECRET,
        dn_of("JDoe"): b"Winter2011!",
        dn_of("zoe"): "Grüße-und-Küsse".encode("latin-1"),
        dn_of("gone"): b"password-gone",
        f"cn=wiki,{BASE}": b"password-wiki",
    }
    return Tree(entries, passwords)


def options(**more: Any) -> LdapOptions:
    service = {"bind_dn": SERVICE, "bind_password": SECRET.decode()} if "direct_bind" not in more else {}
    url = {} if "urls" in more else {"url": PLACE}
    return LdapOptions.model_validate({"name": "old", "type": "ldap", "base": BASE, **url, **service, **more})


class World:
    """One old directory and a source before it; also a `Store` of the conformance suite."""

    login_attribute = "uid"
    now = 1000.0

    def __init__(self, **more: Any) -> None:
        self.tree = tree()
        self.network = Network({PLACE: self.tree})
        self.ldap: LdapSource = make(options(**more), self.network.dial, self.network.clock)
        self.source: LegacySource = self.ldap
        self.people = (
            Known("JDoe", b"Winter2011!", dn_of("JDoe")),
            Known("zoe", "Grüße-und-Küsse".encode("latin-1"), dn_of("zoe")),
            Known("gone", b"password-gone", dn_of("gone"), Reason.DISABLED),
        )

    def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return self.network.run(function, seconds=10)

    def stop(self) -> None:
        self.network.stop()

    def hang(self) -> None:
        self.network.hanging.add(PLACE)

    def bind(self, name: str, password: bytes) -> Outcome:
        async def ask() -> Outcome:
            login = LoginName.of_dn(name, normalise_dn(name), leaf(name)) if "=" in name else LoginName.of(name)
            account = await self.ldap.lookup(login)
            return Unknown() if account is None else await self.ldap.verify(account, Secret(password))

        return self.run(ask)

    def search(self, wanted: Filter, base: str = BASE, scope: Scope = Scope.SUBTREE) -> list[Entry]:
        async def ask() -> list[Entry]:
            return [entry async for entry in self.ldap.search(Query(normalise_dn(base), scope, wanted))]

        return self.run(ask)

    def binds(self) -> list[BindRequest]:
        """All binds that were not the service account's."""
        return [one for one in self.network.asked(BindRequest) if one.name != SERVICE]


class TestLdapSource(SourceConformance):
    @pytest.fixture
    def store(self) -> World:
        return World()


class GroupWorld(World):
    """The same directory with groups."""

    groups = (
        KnownGroup(f"cn=Staff,{BASE}", ("JDoe", "zoe")),
        KnownGroup(f"cn=unix,{BASE}", ("JDoe",), ("memberUid",)),
        KnownGroup(f"cn=unique,{BASE}", ("zoe",), ("uniqueMember",)),
        KnownGroup(f"cn=empty,{BASE}", ()),
    )

    def __init__(self) -> None:
        super().__init__()
        by_name = {one.name: one for one in self.people}
        for known in self.groups:
            shown = {"objectClass": [b"group"], "cn": [leaf(known.dn)[1].encode()]}
            if known.members:
                shown |= {name: [value(by_name[one], name) for one in known.members] for name in known.lists}
            self.tree.entries[known.dn] = shown


class TestLdapSourceWithGroups(GroupsConformance):
    @pytest.fixture
    def store(self) -> GroupWorld:
        return GroupWorld()


class TestLdapSourceWithDirectBind(SourceConformance):
    @pytest.fixture
    def store(self) -> World:
        world = World(direct_bind=f"uid={{name}},{BASE}")
        world.login_attribute = ""
        return world

    def test_a_stranger_is_unknown(self, store: Store) -> None:
        """Not here: without a service account, what the server says to a stranger is all there is (R8)."""
        assert bind(store, "nobody-of-this-name", b"x") == Rejected(Reason.WRONG_PASSWORD)


@pytest.fixture
def world() -> World:
    return World()


def accepted(outcome: Outcome) -> Identity:
    assert isinstance(outcome, Accepted), outcome
    return outcome.identity


def test_a_login_by_name_is_one_search_and_one_bind(world: World) -> None:
    identity = accepted(world.bind("jdoe", b"Winter2011!"))
    assert (identity.name, identity.dn, identity.groups) == ("JDoe", dn_of("JDoe"), ("cn=staff,o=Corp",))
    assert str(identity.id) == "6f8b5a52-11c9-4c0b-8b0e-111111111111" == identity.origin.key
    assert len(world.binds()) == 1
    assert len([one for one in world.network.asked(SearchRequest) if one.base == BASE.lower()]) == 1


def test_the_bind_carries_the_bytes_that_were_typed(world: World) -> None:
    """The old server compares bytes: Latin-1 stays Latin-1."""
    accepted(world.bind("zoe", "Grüße-und-Küsse".encode("latin-1")))
    assert world.binds()[-1].authentication == SimpleAuthentication("Grüße-und-Küsse".encode("latin-1"))
    assert world.bind("zoe", "Grüße-und-Küsse".encode()) == Rejected(Reason.WRONG_PASSWORD)


def test_a_mail_address_leads_to_the_person(world: World) -> None:
    assert accepted(world.bind("J.Doe@corp.example", b"Winter2011!")).name == "JDoe"


def test_a_name_that_a_rule_has_shortened_is_asked_for_by_its_key(world: World) -> None:
    account = world.run(lambda: world.ldap.lookup(LoginName("CORP\\jdoe", "jdoe")))
    assert account is not None
    assert account.name == "JDoe"


def test_a_name_of_two_people_is_a_conflict(world: World) -> None:
    """R4: both are named."""
    world.tree.entries[f"uid=jdoe,ou=b,{BASE}"] = person("jdoe")
    with pytest.raises(IdentityConflict) as conflict:
        world.bind("jdoe", b"Winter2011!")
    assert dn_of("JDoe") in str(conflict.value)
    assert f"uid=jdoe,ou=b,{BASE}" in str(conflict.value)


def test_a_dn_is_bound_without_a_search_before_it(world: World) -> None:
    account = world.run(
        lambda: world.ldap.lookup(LoginName.of_dn(dn_of("jdoe"), normalise_dn(dn_of("jdoe")), ("uid", "jdoe")))
    )
    assert account is not None
    assert account.ref == normalise_dn(dn_of("jdoe"))
    assert world.network.requests == []


def test_an_application_outside_the_people_filter_is_bound_and_adopted(world: World) -> None:
    identity = accepted(world.bind(f"cn=wiki,{BASE}", b"password-wiki"))
    assert identity.dn == f"cn=wiki,{BASE}"
    assert world.bind("wiki", b"password-wiki") == Unknown(), "by its DN only: it is nobody of the people"


def test_an_application_never_comes_to_have_the_name_of_a_person(world: World) -> None:
    """R4: adopted as `zoe` it would stand in her way in the directory, or sign in as her."""
    application = f"cn=zoe,{BASE}"
    world.tree.entries[application] = {"objectClass": [b"account"], "uid": [b"zoe"], "mail": [b"zoe@corp.example"]}
    world.tree.passwords[application] = b"password-of-it"
    identity = accepted(world.bind(application, b"password-of-it"))
    assert (identity.name, identity.aliases) == (application, ())
    assert accepted(world.bind("zoe", world.people[1].password)).dn == dn_of("zoe")


def test_a_login_name_goes_before_an_alias_of_the_same_text() -> None:
    """Whoever may write an alias of their own must neither take another's name nor lock the other out."""
    world = World(alias_attributes=["description", "mail"])
    for number in range(3):
        world.tree.entries[dn_of(f"a{number}")] = person(f"a{number}", description=[b"zoe"], mail=[b"zoe", b"jdoe"])
        world.tree.passwords[dn_of(f"a{number}")] = b"password-of-it"
    assert accepted(world.bind("zoe", world.people[1].password)).name == "zoe"
    for name in ("b", "c"):
        world.tree.entries[dn_of(name)] = person(name, description=[b"two"])
    with pytest.raises(IdentityConflict):
        world.bind("two", b"x")
    assert accepted(world.bind("a1", b"password-of-it")).aliases == ("zoe",), "mail is a name only with an @"
    assert world.bind("zoe", b"password-of-it") == Rejected(Reason.WRONG_PASSWORD)


def test_a_refused_dn_that_is_not_there_is_unknown(world: World) -> None:
    """R8: servers say "invalid credentials" to both."""
    assert world.bind(dn_of("nobody"), b"x") == Unknown()
    assert world.bind(dn_of("zoe"), b"x") == Rejected(Reason.WRONG_PASSWORD)


def test_a_refused_dn_is_told_as_such_when_nobody_can_look(world: World) -> None:
    """R6, R8: the server has said no, and it may be that it does not know the name."""
    world.tree.passwords[SERVICE] = b"changed"
    outcome = world.bind(dn_of("zoe"), b"x")
    assert isinstance(outcome, Unavailable)
    assert (outcome.refused, outcome.untried, outcome.busy) == (True, False, False)


def test_a_right_password_without_an_entry_to_read_is_no_yes(world: World) -> None:
    world.tree.passwords[f"cn=admin,{BASE}"] = b"root"
    with pytest.raises(SourceMisbehaved):
        world.bind(f"cn=admin,{BASE}", b"root")


def test_a_refused_service_account_is_an_outage_and_not_a_wrong_password(world: World) -> None:
    """R6; and it is not tried again at once, lest the server locks it."""
    world.tree.passwords[SERVICE] = b"changed"
    for _ in range(5):
        with pytest.raises(SourceUnavailable, match="refuses the service account"):
            world.bind("jdoe", b"Winter2011!")
    assert len(world.network.asked(BindRequest)) == 1
    world.tree.passwords[SERVICE] = SECRET
    world.network.clock.advance(31)
    accepted(world.bind("jdoe", b"Winter2011!"))


def test_a_password_that_must_be_changed_is_accepted_and_carried_over(world: World) -> None:
    """R7."""
    reset = Control(PASSWORD_POLICY, value=encode_policy_answer(PolicyAnswer(PolicyError.CHANGE_AFTER_RESET)))
    world.tree.controls[normalise_dn(dn_of("zoe"))] = (reset,)
    assert accepted(world.bind("zoe", world.people[1].password)).state.must_change


def test_active_directorys_must_change_is_adopted_although_the_bind_failed() -> None:
    """R7: AD says 773 only to the right password."""
    world = World(dialect="active-directory", login_attributes=["uid"], people_filter="(objectClass=person)")
    text = "80090308: LdapErr: DSID-0C09041C, comment: AcceptSecurityContext error, data 773, v4563"
    world.tree.verdicts[normalise_dn(dn_of("zoe"))] = LdapResult(ResultCode.INVALID_CREDENTIALS, diagnostic=text)
    assert accepted(world.bind("zoe", b"any")).state.must_change
    assert accepted(world.bind(dn_of("zoe"), b"any")).state.must_change


def test_with_direct_bind_a_must_change_without_a_session_is_a_refusal() -> None:
    world = World(direct_bind=f"uid={{name}},{BASE}", dialect="active-directory")
    world.tree.verdicts[normalise_dn(dn_of("zoe"))] = LdapResult(ResultCode.INVALID_CREDENTIALS, diagnostic="data 773,")
    assert world.bind("zoe", b"any") == Rejected(Reason.MUST_CHANGE)


def test_with_direct_bind_a_name_is_escaped_into_the_template() -> None:
    world = World(direct_bind=f"uid={{name}},{BASE}")
    account = world.run(lambda: world.ldap.lookup(LoginName.of("a,ou=x+b=c")))
    assert account is not None
    world.run(lambda: world.ldap.verify(account, Secret(b"any")))
    assert world.binds()[-1].name == f"uid=a\\,ou\\=x\\+b\\=c,{BASE}"


def test_a_busy_server_is_busy_and_a_strange_code_is_no_verdict(world: World) -> None:
    """R6: nor is it an outage, which would close the source for all because of one account."""
    key = normalise_dn(dn_of("zoe"))
    world.tree.verdicts[key] = LdapResult(ResultCode.BUSY)
    assert world.bind("zoe", b"any") == Unavailable("old", busy=True)
    for code in (ResultCode.UNAVAILABLE, ResultCode.OTHER, ResultCode.REFERRAL, 4711):
        world = World()
        world.tree.verdicts[key] = LdapResult(code, referral=("ldap://x",) if code == ResultCode.REFERRAL else ())
        with pytest.raises(SourceUnavailable if code == ResultCode.UNAVAILABLE else SourceMisbehaved):
            world.bind("zoe", b"any")


def test_an_empty_password_never_reaches_the_server(world: World) -> None:
    """R5."""
    assert world.bind("zoe", b"") == Rejected(Reason.EMPTY_PASSWORD)
    assert world.binds() == []


def test_groups_are_found_by_the_configured_search() -> None:
    world = World(group_search={"base": "ou=groups,o=Corp", "filter": "(objectClass=groupOfNames)"})
    world.tree.entries["cn=admins,ou=groups,o=Corp"] = {
        "objectClass": [b"groupOfNames"],
        "member": [dn_of("JDoe").encode()],
    }
    assert accepted(world.bind("jdoe", b"Winter2011!")).groups == ("cn=staff,o=Corp", "cn=admins,ou=groups,o=Corp")


def test_the_second_server_serves_when_the_first_refuses(world: World) -> None:
    first, second = "ldap://one.example:389", "ldaps://two.example"
    world.network.serve[first] = world.tree
    source = make(options(urls=(first, PLACE)), world.network.dial, world.network.clock)
    world.ldap = source
    del world.network.serve[first]
    accepted(world.bind("jdoe", b"Winter2011!"))
    assert world.network.dialled[:2] == [first, PLACE]
    accepted(world.bind("jdoe", b"Winter2011!"))
    assert world.network.dialled.count(first) == 1, "it is remembered for a while"
    assert second not in world.network.dialled


def test_the_second_server_serves_in_time_when_the_first_hangs(world: World) -> None:
    first = "ldap://one.example:389"
    world.network.serve[first] = world.tree
    world.network.hanging.add(first)
    world.ldap = make(options(urls=(first, PLACE), timeout=4), world.network.dial, world.network.clock)
    began = world.network.clock.seconds()
    accepted(world.bind("jdoe", b"Winter2011!"))
    assert world.network.clock.seconds() - began <= 2.5


def test_when_a_server_begins_to_hang_the_next_login_goes_to_the_other(world: World) -> None:
    first = "ldap://one.example:389"
    world.network.serve[first] = world.tree
    world.ldap = make(options(urls=(first, PLACE)), world.network.dial, world.network.clock)
    accepted(world.bind("jdoe", b"Winter2011!"))
    world.network.hanging.add(first)
    with pytest.raises(SourceUnavailable):
        world.bind("jdoe", b"Winter2011!")
    accepted(world.bind("jdoe", b"Winter2011!"))


def test_who_stops_waiting_for_a_connection_gives_no_server_a_bad_name(world: World) -> None:
    """Endpoints fail in all manners when they are cancelled."""
    dialled: Deferred[IProtocol] = Deferred(lambda one: one.errback(OSError("no such host")))
    dials = [dialled]
    network = world.network
    source = make(options(), lambda *to: dials.pop() if dials else network.dial(*to), network.clock)
    login = LoginName.of_dn(dn_of("jdoe"), normalise_dn(dn_of("jdoe")), ("uid", "jdoe"))
    account = world.run(lambda: source.lookup(login))
    assert account is not None
    cancelled = Deferred.fromCoroutine(source.verify(account, Secret(b"Winter2011!")))
    cancelled.cancel()
    with pytest.raises(CancelledError):
        settled(cancelled)
    accepted(world.run(lambda: source.verify(account, Secret(b"Winter2011!"))))


def test_a_connection_that_the_server_closed_while_it_rested_is_replaced(world: World) -> None:
    accepted(world.bind("jdoe", b"Winter2011!"))
    for wire in list(world.network.wires):
        wire.drop()
    accepted(world.bind("jdoe", b"Winter2011!"))


def test_everybody_who_binds_at_once_gets_an_answer(world: World) -> None:
    async def many() -> list[Outcome]:
        async def one(name: str, password: bytes) -> Outcome:
            account = await world.ldap.lookup(LoginName.of(name))
            assert account is not None
            return await world.ldap.verify(account, Secret(password))

        pairs = [("jdoe", b"Winter2011!"), ("zoe", b"wrong")] * 50
        waiting = [Deferred.fromCoroutine(one(*pair)) for pair in pairs]
        return [await one for one in waiting]

    outcomes = world.run(many)
    assert [isinstance(one, Accepted) for one in outcomes] == [True, False] * 50
    assert len(world.network.wires) <= 1 + 8


def test_a_search_is_paged_and_complete(world: World) -> None:
    for number in range(1200):
        world.tree.entries[dn_of(f"u{number}")] = person(f"u{number}")
    assert len([one for one in world.search(Present("objectClass")) if isinstance(one, Identity)]) == 1203
    assert len([one for one in world.network.asked(SearchRequest) if one.base == BASE.lower()]) == 3


def test_a_search_that_a_limit_cut_short_is_an_error_after_what_came(world: World) -> None:
    """R6: never taken for all."""
    world.tree.limit = 2
    with pytest.raises(SourceMisbehaved, match="more than it shows"):
        world.search(Present("objectClass"))


def test_a_question_that_finds_few_takes_no_connection_of_its_own_and_reads_no_lists(world: World) -> None:
    """It may be asked in the middle of another search, which holds one."""
    few = Query(BASE.lower(), Scope.SUBTREE, Equal("uid", b"zoe"), attributes=frozenset(), few=True)

    async def ask() -> list[str]:
        return [entry.dn async for entry in world.ldap.search(few)]

    assert world.run(ask) == [dn_of("zoe")]
    (request,) = [one for one in world.network.asked(SearchRequest) if one.base == BASE.lower()]
    assert {"objectClass", "uid", "entryUUID"} <= {*request.attributes}
    assert not {"*", "+", "memberOf"} & {*request.attributes}
    assert len(world.network.wires) == 1


def test_few_that_are_too_many_for_one_answer_are_read_in_pages(world: World) -> None:
    world.tree.limit = 2
    few = Query(BASE.lower(), Scope.SUBTREE, Present("objectClass"), attributes=frozenset(), few=True)

    async def ask() -> list[str]:
        return [entry.dn async for entry in world.ldap.search(few)]

    with pytest.raises(SourceMisbehaved, match="more than it shows"):
        world.run(ask)
    assert len([one for one in world.network.asked(SearchRequest) if one.base == BASE.lower()]) == 2


def test_a_search_shows_entries_that_are_no_people_too(world: World) -> None:
    found = world.search(Present("objectClass"))
    assert {one.dn for one in found if not isinstance(one, Identity)} == {BASE, f"cn=wiki,{BASE}"}


def test_what_a_filter_asks_of_passwords_is_never_sent(world: World) -> None:
    """R15."""
    assert world.search(Equal("userPassword", b"{CLEAR}secret")) == []
    assert world.search(Not(Equal("userpassword;x-y", b"{CLEAR}secret"))) == []
    assert not [one for one in world.network.asked(SearchRequest) if "userpassword" in repr(one).lower()]


def test_a_search_outside_and_one_for_something_missing_have_no_base(world: World) -> None:
    for base in ("o=other", "o=Corp", f"ou=missing,{BASE}"):
        with pytest.raises(BaseNotFound):
            world.search(Present("objectClass"), base=base, scope=Scope.BASE)


def test_one_level_keeps_to_what_is_directly_below_the_base() -> None:
    world = World(scope="one")
    world.tree.entries[f"uid=deep,ou=b,{BASE}"] = person("deep")
    world.tree.passwords[f"uid=deep,ou=b,{BASE}"] = b"x"
    assert world.bind("deep", b"x") == Unknown()
    assert world.bind(f"uid=deep,ou=b,{BASE}", b"x") == Unknown()
    accepted(world.bind(dn_of("jdoe"), b"Winter2011!"))


def test_an_inspection_names_the_server_the_account_and_the_people(world: World) -> None:
    sight = world.run(world.ldap.inspect)
    text = "\n".join(sight.lines)
    assert sight.usable
    assert f"bound as {SERVICE}" in text
    assert "3 people below" in text
    assert "in clear" in text


def test_an_inspection_warns_where_nothing_is_verified() -> None:
    world = World(starttls=True, tls={"verify": False})
    sight = world.run(world.ldap.inspect)
    assert not sight.usable
    assert "tls.verify is false" in sight.lines[0]
    assert "refused StartTLS" in sight.lines[1]


def test_an_attribute_that_comes_in_parts_is_read_to_its_end() -> None:
    """R18: Active Directory shows 1,500 members of a group at once."""
    world = World()
    members = [dn_of(f"m{number}").encode() for number in range(10)]
    group = f"cn=all,{BASE}"
    world.tree.entries[group] = {"objectClass": [b"group"], "member": members}
    world.tree.values = 4
    (found,) = world.search(Equal("objectClass", b"group"))
    assert list(found.attributes.items()) == [("objectClass", (b"group",)), ("member", tuple(members))]
    parts = [one.attributes for one in world.network.asked(SearchRequest) if one.scope == Scope.BASE.value]
    assert parts[-2:] == [("member;range=4-*",), ("member;range=8-*",)]


def test_parts_that_nobody_wants_are_not_fetched() -> None:
    world = World()
    world.tree.entries[f"cn=all,{BASE}"] = {"objectClass": [b"group"], "member": [b"o=x"] * 10}
    world.tree.values = 4

    async def ask() -> list[Entry]:
        wanted = Equal("objectClass", b"group")
        query = Query(normalise_dn(BASE), Scope.SUBTREE, wanted, attributes=frozenset({"cn"}))
        return [entry async for entry in world.ldap.search(query)]

    assert [one.dn for one in world.run(ask)] == [f"cn=all,{BASE}"]
    assert not any("range=" in name for one in world.network.asked(SearchRequest) for name in one.attributes)


def test_parts_that_never_end_are_no_answer() -> None:
    """R6: some of the members must never pass for all."""
    world = World()
    world.tree.entries[f"cn=all,{BASE}"] = {"objectClass": [b"group"], "member;range=0-3": [b"o=x"] * 4}
    with pytest.raises(SourceMisbehaved, match="do not come to an end"):
        world.search(Equal("objectClass", b"group"))
