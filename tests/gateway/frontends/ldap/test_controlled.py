"""Assertion, values and subentries; pages are in `test_paging.py`, order in `test_sorting.py`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from conversation import Client, bound, code_of, person, result_of, search_request, values
from conversation import People as Everybody

from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.applications import Applications
from gateway.frontends.ldap.personas.active_directory import ActiveDirectory
from gateway.frontends.ldap.personas.ad_domain import Domain
from gateway.frontends.ldap.personas.persona import Persona
from gateway.frontends.ldap.view import View
from gateway.identity.model import Attributes
from gateway.wire import ber
from gateway.wire.controls import EXTENDED_DN, MANAGE_DSA_IT
from gateway.wire.filter import Filter, parse_filter
from gateway.wire.messages import CompareRequest, Control, SearchResultEntry
from gateway.wire.searchcontrols import (
    ASSERTION,
    MATCHED_VALUES,
    SEARCH_OPTIONS,
    SUBENTRIES,
    encode_assertion,
    encode_matched_values,
    encode_subentries,
)

JDOE = "uid=jdoe,ou=people,dc=example,dc=com"
BASE = "ou=people,dc=example,dc=com"


def client(**settings: Any) -> Client:
    jdoe = person("jdoe", mail=["j@corp.example", "doe@other.example"], title="Boss", userPassword="canary")
    return bound(Everybody(jdoe, person("ann")), **settings)


def assertion(text: str, *, critical: bool = True) -> Control:
    return Control(ASSERTION, critical, encode_assertion(parse_filter(text)))


def only(*texts: str, critical: bool = True) -> Control:
    items: list[Filter] = list(map(parse_filter, texts))
    return Control(MATCHED_VALUES, critical, encode_matched_values(items))


def subentries(shown: bool) -> Control:
    return Control(SUBENTRIES, True, encode_subentries(shown))


def read(session: Client, *controls: Control, base: str = JDOE, scope: int = 0) -> dict[str, list[bytes]]:
    answers = session.ask(search_request(base, scope=scope), *controls)
    assert code_of(answers[-1]) == 0
    entry = answers[0].operation
    assert isinstance(entry, SearchResultEntry)
    return values(entry)


def compare(session: Client, value: bytes, *controls: Control) -> int:
    return session.result(CompareRequest(JDOE, "title", value), *controls).code


@pytest.mark.parametrize("critical", [True, False])
def test_a_search_goes_on_only_if_its_base_is_as_asserted(critical: bool) -> None:
    """RFC 4528 3: 122, critical or not, as slapd."""
    session = client()
    request = search_request(JDOE, scope=2)
    assert len(session.ask(request, assertion("(title=boss)", critical=critical))) == 2
    answers = session.ask(request, assertion("(title=clerk)", critical=critical))
    assert [code_of(answer) for answer in answers] == [122]


def test_so_does_a_comparison() -> None:
    session = client()
    assert compare(session, b"boss", assertion("(uid=jdoe)")) == 6
    assert compare(session, b"clerk", assertion("(uid=jdoe)")) == 5
    assert compare(session, b"boss", assertion("(uid=ann)")) == 122


def test_an_assertion_about_what_is_not_there_is_of_no_object() -> None:
    nobody = "uid=nobody,ou=other,dc=nowhere"
    assert client().result(CompareRequest(nobody, "cn", b"x"), assertion("(uid=x)")).code == 32


def test_nothing_is_learnt_about_what_may_not_be_seen() -> None:
    """R15: neither an assertion about a password holds nor its opposite; nor one about a hidden attribute."""
    for text in ("(userPassword=canary)", "(!(userPassword=canary))", "(userPassword=*)", "(!(userPassword=x))"):
        assert compare(client(), b"boss", assertion(text)) == 122
    blind = client(applications=Applications(default=Application("blind", View(hidden=["mail"]))))
    assert compare(blind, b"boss", assertion("(mail=*)")) == 122
    assert compare(blind, b"boss", assertion("(!(mail=*))")) == 122


def test_an_assertion_about_the_root_dse() -> None:
    """As slapd."""
    request = search_request("", scope=0)
    assert client().result(request, assertion("(objectClass=top)")).code == 0
    assert client().result(request, assertion("(objectClass=none)")).code == 122


def test_only_the_values_that_match_are_returned() -> None:
    """RFC 3876 2, as slapd: an attribute without any is left out."""
    session = client()
    assert read(session, only("(mail=*@corp.example)")) == {"mail": [b"j@corp.example"]}
    assert read(session, only("(mail=*@corp.example)", "(title=*)")) == {
        "mail": [b"j@corp.example"],
        "title": [b"Boss"],
    }
    assert read(session, only("(title=clerk)", critical=False)) == {}
    assert read(session, only("(:caseIgnoreMatch:=jdoe)")) == {"uid": [b"jdoe"]}
    assert "title" in read(session, only())
    assert read(session, only("(userPassword=*)")) == {}


def test_types_without_values_have_none_to_leave_out() -> None:
    answers = client().ask(search_request(JDOE, scope=0, types_only=True), only("(mail=*)"))
    entry = answers[0].operation
    assert isinstance(entry, SearchResultEntry)
    assert "title" in values(entry)


def test_subentries_are_shown_alone_or_not_at_all() -> None:
    """RFC 3672 3; ours is the subschema. A search for it by name finds it without, as slapd's."""
    session = client()
    assert len(session.ask(search_request("cn=Subschema", scope=0), subentries(True))) == 2
    assert len(session.ask(search_request("cn=Subschema", scope=0), subentries(False))) == 2
    assert len(session.ask(search_request(JDOE, scope=0), subentries(True))) == 1
    assert len(session.ask(search_request("", scope=0), subentries(True))) == 1
    assert len(session.ask(search_request(BASE), subentries(False))) == 3
    assert len(session.ask(search_request(BASE), subentries(True))) == 1


@pytest.mark.parametrize("critical", [True, False])
@pytest.mark.parametrize("kind", [ASSERTION, MATCHED_VALUES, SUBENTRIES, SEARCH_OPTIONS])
@pytest.mark.parametrize("value", [None, b"", b"junk", b"\x01\x01", b"\x30\x03\xa0\x01"])
def test_a_malformed_control_is_2_and_the_connection_lives(kind: str, value: bytes | None, critical: bool) -> None:
    session = client()
    assert session.result(search_request(JDOE, scope=0), Control(kind, critical, value)).code == 2
    assert len(session.search(JDOE)) == 1


def test_a_malformed_assertion_of_a_comparison_is_2() -> None:
    assert compare(client(), b"boss", Control(ASSERTION, False, b"junk")) == 2


def test_search_options_of_active_directory() -> None:
    """No references and all trees are what there is anyway; other options are refused, as by slapd."""
    session = client()
    for flags, code in ((0, 0), (1, 0), (3, 0), (4, 53)):
        control = Control(SEARCH_OPTIONS, True, ber.sequence(ber.integer(flags)))
        assert session.result(search_request(JDOE, scope=0), control).code == code


def test_a_control_that_changes_nothing_costs_nothing() -> None:
    """Some applications send ManageDsaIT with every request: those searches are answered as all others."""
    session = client()
    answers = session.ask(search_request(JDOE, scope=0), Control(MANAGE_DSA_IT, critical=True))
    assert result_of(answers[-1]).code == 0
    assert session.session._pages is None


GUID, SID = bytes(range(16)), bytes.fromhex("010500000000000515000000010000000200000003000000f4010000")


def of_active_directory() -> Client:
    """A client that takes us for a domain controller, and somebody with and somebody without a GUID."""
    jdoe = person("jdoe")
    jdoe = replace(jdoe, operational=Attributes({"objectGUID": [GUID], "objectSid": [SID]}))
    persona = Persona("ad", (ActiveDirectory(Domain("example.com", "EXAMPLE", sid="S-1-5-21-1-2-3"), lambda: 0.0),))
    return bound(Everybody(jdoe), applications=Applications(default=Application("ad", persona=persona)))


def dn_of(session: Client, *controls: Control) -> str:
    entry = session.ask(search_request(JDOE, scope=0), *controls)[0].operation
    assert isinstance(entry, SearchResultEntry)
    return entry.name


def test_names_with_guid_and_sid_for_clients_of_active_directory() -> None:
    """COMPATIBILITY: .NET asks for them, critical; MS-ADTS 3.1.1.3.4.1.5."""
    session = of_active_directory()
    digits = f"<GUID={GUID.hex()}>;<SID={SID.hex()}>;{JDOE}"
    texts = f"<GUID=03020100-0504-0706-0809-0a0b0c0d0e0f>;<SID=S-1-5-21-1-2-3-500>;{JDOE}"
    assert dn_of(session, Control(EXTENDED_DN, True)) == digits
    assert dn_of(session, Control(EXTENDED_DN, True, ber.sequence(ber.integer(0)))) == digits
    assert dn_of(session, Control(EXTENDED_DN, True, ber.sequence(ber.integer(1)))) == texts
    assert dn_of(session) == JDOE
    assert session.result(search_request(JDOE, scope=0), Control(EXTENDED_DN, True, b"junk")).code == 2


def test_nobody_else_gets_such_names() -> None:
    assert client().result(search_request(JDOE, scope=0), Control(EXTENDED_DN, True)).code == 12
    assert dn_of(client(), Control(EXTENDED_DN, False)) == JDOE
