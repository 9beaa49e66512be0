"""`othernames`: an application of Active Directory names people as it is used to, and they are found."""

from __future__ import annotations

import pytest
from conversation import Client, People, bind_request, person, search_request, services, values

from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.applications import Applications
from gateway.frontends.ldap.personas.active_directory import ActiveDirectory, refusal
from gateway.frontends.ldap.personas.ad_domain import Domain
from gateway.frontends.ldap.personas.persona import Persona
from gateway.frontends.ldap.view import View
from gateway.identity.outcome import Reason, Rejected
from gateway.wire.filter import parse_filter
from gateway.wire.messages import BindRequest, ResultCode, SaslAuthentication

NIL = "00000000-0000-0000-0000-000000000000"
FLAVOUR = ActiveDirectory(Domain("example.com", "CORP", sid="S-1-5-21-1-2-3"), lambda: 0.0)
APPLICATION = Application("ad", view=View(flat=True), persona=Persona("ad", (FLAVOUR,)))
JDOE = person(cn="J Doe", uidNumber="10", entryUUID="fd81f81b-ad95-43bf-a513-9fcd4b6875af")
ANN = person("ann", cn="Ann", uidNumber="11")
NAMES = (f"<GUID={JDOE.id}>", f"<GUID={JDOE.id.bytes_le.hex()}>", "<SID=S-1-5-21-1-2-3-1020>", "S-1-5-21-1-2-3-1020",
         f"{{{JDOE.id}}}")  # fmt: skip
NOBODY = (
    f"<GUID={'0' * 32}>",
    "<SID=S-1-5-21-1-2-3-9999>",
    "S-1-5-21-1-2-3-9999",
    f"{{{NIL}}}",
    "example.com/people/nobody",
)


def plain(name: str, acting_as: str = "") -> BindRequest:
    return BindRequest(3, "", SaslAuthentication("PLAIN", f"{acting_as}\0{name}\0secret".encode()))


def client() -> tuple[Client, People]:
    """Nobody shows an entryUUID but by the stable id itself."""
    jdoe = person(cn="J Doe", uidNumber="10", entryUUID=str(JDOE.id))
    stored = People(jdoe, ANN)
    return Client(services(stored, applications=Applications((), APPLICATION))), stored


@pytest.mark.parametrize("name", NAMES)
def test_whoever_is_meant_binds_and_is_asked_for_by_the_stored_dn(name: str) -> None:
    """R1."""
    asking, stored = client()
    assert asking.bind(name).code == ResultCode.SUCCESS
    assert stored.asked[-1].login.dn == JDOE.dn_key
    assert asking.bind(name, b"wrong").diagnostic == refusal("52e")


@pytest.mark.parametrize("name", NOBODY)
def test_a_name_that_leads_nowhere_is_a_wrong_password_after_the_core_was_asked(name: str) -> None:
    """R25: not told apart from somebody's, and audited and throttled like every bind."""
    asking, stored = client()
    answer = asking.bind(name)
    assert (answer.code, answer.diagnostic) == (ResultCode.INVALID_CREDENTIALS, refusal("52e"))
    assert [one.login.typed for one in stored.asked] == [name]


def test_a_name_that_leads_to_two_is_refused_and_the_core_is_told_whose_it_is() -> None:
    """R4."""
    twin = person("twin", cn="Twin", uidNumber="10")
    stored = People(JDOE, twin)
    stored.answer = Rejected(Reason.AMBIGUOUS)
    asking = Client(services(stored, applications=Applications((), APPLICATION)))
    for request in (bind_request("<SID=S-1-5-21-1-2-3-1020>", b"x"), plain("S-1-5-21-1-2-3-1020")):
        assert asking.result(request).code == ResultCode.INVALID_CREDENTIALS
        told = stored.asked[-1].ambiguous
        assert JDOE.dn in told
        assert twin.dn in told


@pytest.mark.parametrize("name", NAMES)
def test_plain_takes_the_same_names(name: str) -> None:
    """R1: whom a simple bind finds, SASL PLAIN finds, also as whom to act."""
    for acting_as in ("", f"u:{name}", f"dn:{name}", f"dn:{JDOE.dn}"):
        asking, stored = client()
        assert asking.result(plain(name, acting_as)).code == ResultCode.SUCCESS
        asked = stored.asked[-1]
        assert asked.login.dn == JDOE.dn_key
        assert acting_as == "" or (asked.acting_as is not None and asked.acting_as.dn == JDOE.dn_key)


def test_a_search_may_begin_at_a_guid() -> None:
    asking, _ = client()
    asking.bind(JDOE.dn)
    (found,) = asking.search(f"<GUID={JDOE.id}>", parse_filter("(objectClass=user)"), "sAMAccountName", scope=0)
    assert (found.name, values(found)) == (JDOE.dn, {"sAMAccountName": [b"jdoe"]})
    assert asking.result(search_request(f"<GUID={'0' * 32}>")).code == ResultCode.NO_SUCH_OBJECT


def test_a_stranger_does_not_learn_whether_there_is_such_an_entry() -> None:
    asking, _ = client()
    for name in (f"<GUID={JDOE.id}>", f"<GUID={'0' * 32}>"):
        assert asking.result(search_request(name)).code == ResultCode.INSUFFICIENT_ACCESS_RIGHTS


def test_to_other_applications_these_are_no_names() -> None:
    asking = Client(services(People(JDOE)))
    assert asking.bind(f"<GUID={JDOE.id}>").code == ResultCode.INVALID_DN_SYNTAX
