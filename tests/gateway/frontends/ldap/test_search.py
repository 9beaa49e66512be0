from __future__ import annotations

import pytest
from conversation import Client, People, bound, code_of, person, result_of, search_request, services, values
from twisted.internet.defer import Deferred

from gateway.errors import DirectoryUnavailable
from gateway.frontends.ldap.view import EVERYTHING
from gateway.identity.model import Attributes, Entry
from gateway.identity.search import BaseNotFound, Scope, SearchIncomplete
from gateway.wire.filter import And, Equal, Filter, Not, Or, Present, parse_filter
from gateway.wire.messages import ResultCode

BASE = "dc=example,dc=com"
PEOPLE = "ou=people,dc=example,dc=com"
ANN = "uid=ann,ou=people,dc=example,dc=com"


def three() -> People:
    container = Entry(
        "ou=People," + BASE, PEOPLE, Attributes({"objectClass": [b"organizationalUnit"], "ou": [b"People"]})
    )
    return People(container, person("ann"), person("jdoe"))


def names(client: Client, base: str, scope: int, wanted: str = "(objectClass=*)") -> list[str]:
    return [entry.name.partition(",")[0] for entry in client.search(base, parse_filter(wanted), scope=scope)]


def test_scopes() -> None:
    client = bound(three())
    assert names(client, PEOPLE, 0) == ["ou=People"]
    assert names(client, PEOPLE, 1) == ["uid=ann", "uid=jdoe"]
    assert names(client, PEOPLE, 2) == ["ou=People", "uid=ann", "uid=jdoe"]
    assert names(client, PEOPLE, 3) == ["uid=ann", "uid=jdoe"]  # ldapsearch -s children
    assert names(client, ANN, 3) == []


def test_the_base_does_not_count_where_only_what_is_below_is_asked_for() -> None:
    client = bound(three())
    for limit, code in ((1, 4), (2, 0)):
        *entries, done = client.ask(search_request(PEOPLE, scope=3, size_limit=limit))
        assert (len(entries), code_of(done)) == (limit, code)


def test_an_unknown_scope_is_a_protocol_error() -> None:
    assert code_of(bound(three()).ask(search_request(PEOPLE, scope=4))[-1]) == 2


def test_the_filter_selects() -> None:
    assert names(bound(three()), PEOPLE, 2, "(&(objectClass=person)(uid=ANN))") == ["uid=ann"]


def test_the_base_may_be_spelled_in_any_way() -> None:
    assert names(bound(three()), "OU=People , DC=Example,DC=COM", 0) == ["ou=People"]


def test_the_core_is_told_whom_a_base_search_means() -> None:
    people = three()
    bound(people).search(ANN, scope=0)
    query = people.queries[-1]
    assert query.scope is Scope.BASE
    assert query.person is not None
    assert query.person.dn == ANN


def test_the_core_is_told_which_values_are_wanted() -> None:
    people = three()
    client = bound(people)
    client.search(BASE, parse_filter("(cn=x)"), "UID", "1.2.840.113549.1.9.1")
    assert not people.queries[-1].wants("member")
    assert people.queries[-1].wants("uid")
    assert people.queries[-1].wants("cn")  # the filter looks at it
    client.search(BASE, parse_filter("(cn=x)"), "+")
    assert people.queries[-1].wants("memberof", operational=True)
    assert not people.queries[-1].wants("member")
    client.search(BASE)
    assert people.queries[-1].wants("member")


@pytest.mark.parametrize(
    "wanted",
    [
        Equal("uid", b"Ann"),
        Equal("userid", b"ann"),
        And((Equal("objectClass", b"person"), Equal("uid", b"ann"))),
        Or((Equal("uid", b"ann"), Equal("mail", b"ANN"))),
    ],
)
def test_the_core_is_told_whom_a_filter_pins(wanted: Filter) -> None:
    people = three()
    bound(people, login_attributes=("uid", "mail")).search(BASE, wanted)
    query = people.queries[-1]
    assert query.person is not None
    assert (query.person.key, query.person.dn) == ("ann", None)


@pytest.mark.parametrize(
    "wanted", [Equal("cn", b"ann"), Not(Equal("uid", b"ann")), Or((Equal("uid", b"ann"), Equal("uid", b"jdoe")))]
)
def test_a_filter_that_may_mean_several_pins_nobody(wanted: Filter) -> None:
    people = three()
    bound(people).search(BASE, wanted)
    assert people.queries[-1].person is None


def test_a_password_is_never_looked_at() -> None:
    leaky = Entry("cn=x," + BASE, "cn=x," + BASE, Attributes({"cn": [b"x"], "userPassword": [b"canary"]}))
    client = bound(People(leaky))
    assert client.search(BASE, Equal("userPassword", b"canary")) == []
    assert client.search(BASE, Not(Equal("userPassword;x-y", b"canary"))) == []
    assert client.search(BASE, Present("2.5.4.35")) == []
    assert values(client.search(BASE, Equal("cn", b"x"), "*", "userPassword")[0]) == {"cn": [b"x"]}
    assert EVERYTHING.visible(Equal("uid", b"x")) == Equal("uid", b"x")


def test_an_undefined_item_selects_nobody_and_is_no_error() -> None:
    client = bound(three())
    assert client.search(PEOPLE, Equal("noSuchType", b"x")) == []
    assert len(client.search(PEOPLE, Or((Equal("noSuchType", b"x"), Present("uid"))))) == 2


def test_types_only_leaves_the_values_out() -> None:
    entry = bound(three()).search(ANN, None, "cn", scope=0, types_only=True)[0]
    assert values(entry) == {"cn": []}


@pytest.mark.parametrize(("asked", "ours", "sent"), [(1, 10, 1), (5, 2, 2), (0, 2, 2)])
def test_beyond_the_smaller_size_limit_the_answer_ends_with_4(asked: int, ours: int, sent: int) -> None:
    people = three()
    answers = bound(people, limits={"size": ours}).ask(search_request(PEOPLE, size_limit=asked))
    assert len(answers) == sent + 1
    assert code_of(answers[-1]) == ResultCode.SIZE_LIMIT_EXCEEDED
    assert people.queries[-1].limit == sent + 1
    assert people.closed == len(people.queries)


def test_exactly_as_many_as_the_limit_is_success() -> None:
    answers = bound(three()).ask(search_request(PEOPLE, size_limit=3))
    assert [len(answers), code_of(answers[-1])] == [4, 0]


@pytest.mark.parametrize(("asked", "ours"), [(2, 60), (0, 2), (60, 2)])
def test_after_the_smaller_time_limit_the_answer_ends_with_3(asked: int, ours: int) -> None:
    people = three()
    client = bound(people, limits={"time": ours})
    people.wait = Deferred()
    assert client.ask(search_request(PEOPLE, time_limit=asked)) == []
    client.clock.advance(1.9)
    assert client.answers() == []
    client.clock.advance(0.1)
    assert [code_of(answer) for answer in client.answers()] == [ResultCode.TIME_LIMIT_EXCEEDED]
    assert people.closed == len(people.queries)


def test_a_search_that_need_not_wait_makes_no_timer() -> None:
    client = bound(three())
    timers = client.clock.getDelayedCalls()
    client.search(PEOPLE)
    assert client.clock.getDelayedCalls() == timers


def test_anonymous_is_told_to_bind_first() -> None:
    people = three()
    result = Client(services(people)).result(search_request(PEOPLE))
    assert result.code == 50
    assert "bind first" in result.diagnostic
    assert not people.queries


def test_anonymous_may_search_where_that_is_configured() -> None:
    assert len(Client(services(three(), anonymous_search=True)).search(PEOPLE)) == 3


def test_a_base_that_does_not_exist_is_32_with_the_nearest_entry_that_does() -> None:
    people = three()
    client = bound(people)
    people.raises = BaseNotFound()
    result = client.result(search_request("uid=x,ou=nowhere,dc=Example,dc=com"))
    assert (result.code, result.matched_dn) == (32, "dc=example,dc=com")
    assert client.result(search_request("o=elsewhere")).matched_dn == ""


def test_a_malformed_base_is_34() -> None:
    assert bound(three()).result(search_request("no dn")).code == 34


def test_an_incomplete_answer_sends_what_there_is_and_says_so() -> None:
    """R6: never silently."""
    people = three()
    client = bound(people)
    people.ends_with = SearchIncomplete(("payroll",))
    answers = client.ask(search_request(PEOPLE))
    assert len(answers) == 4
    assert code_of(answers[-1]) == 52
    assert "payroll" not in result_of(answers[-1]).diagnostic


def test_a_directory_that_cannot_be_read_is_52() -> None:
    people = three()
    client = bound(people)
    people.raises = DirectoryUnavailable("locked")
    assert client.result(search_request(PEOPLE)).code == 52


def test_an_internal_error_is_80_without_its_text() -> None:
    people = three()
    client = bound(people)
    people.raises = ZeroDivisionError("canary")
    result = client.result(search_request(PEOPLE))
    assert result.code == 80
    assert "canary" not in result.diagnostic
    assert not client.transport.closing


def test_a_peer_that_reads_slowly_is_waited_for() -> None:
    people = People(*(person(f"p{number}") for number in range(50)))
    client = Client(services(people, anonymous_search=True), room=1000)
    client.send(search_request(PEOPLE))
    first = len(client.answers())
    assert 0 < first < 15
    assert not people.closed
    client.transport.drained()
    second = len(client.answers())
    assert 0 < second < 15
    total = first + second
    while not people.closed:
        client.transport.drained()
        total += len(client.answers())
    assert total == 51


def test_a_client_that_goes_away_ends_its_search() -> None:
    people = People(*(person(f"p{number}") for number in range(50)))
    client = Client(services(people, anonymous_search=True), room=1000)
    client.send(search_request(PEOPLE))
    client.leave()
    assert people.closed == 1
    assert not client.clock.getDelayedCalls()
    assert client.gone == [client.session]


def test_a_search_whose_store_hangs_ends_with_its_client() -> None:
    people = three()
    client = bound(people)
    people.wait = Deferred()
    client.send(search_request(PEOPLE))
    client.leave()
    assert people.closed == len(people.queries)
    assert not client.clock.getDelayedCalls()
