from __future__ import annotations

import pytest

from gateway.frontends.ldap import controls
from gateway.wire.controls import DOMAIN_SCOPE, MANAGE_DSA_IT, PAGED_RESULTS, PASSWORD_POLICY
from gateway.wire.filter import Present
from gateway.wire.messages import BindRequest, Control, DelRequest, SearchRequest, SimpleAuthentication
from gateway.wire.readcontrols import POST_READ, PRE_READ
from gateway.wire.searchcontrols import ASSERTION, MATCHED_VALUES, SEARCH_OPTIONS, SORT_REQUEST, SUBENTRIES

SEARCH = SearchRequest("", 0, Present("objectClass"))
BIND = BindRequest(3, "", SimpleAuthentication(b""))


def test_an_unknown_critical_control_is_12() -> None:
    refused = controls.refusal(SEARCH, (Control("1.2.3", critical=True),))
    assert refused is not None
    assert refused.code == 12


def test_an_unknown_control_that_is_not_critical_is_ignored() -> None:
    assert controls.refusal(SEARCH, (Control("1.2.3"),)) is None


def test_a_control_works_only_where_it_belongs() -> None:
    assert controls.refusal(BIND, (Control(PASSWORD_POLICY, critical=True),)) is None
    assert controls.refusal(SEARCH, (Control(PASSWORD_POLICY, critical=True),)) is not None
    assert controls.refusal(SEARCH, (Control(MANAGE_DSA_IT, critical=True),)) is None
    assert controls.refusal(DelRequest("dc=x"), (Control(PASSWORD_POLICY, critical=True),)) is not None


def test_what_works_somewhere_is_supported() -> None:
    of_searches = {MANAGE_DSA_IT, PAGED_RESULTS, SORT_REQUEST, ASSERTION, MATCHED_VALUES, SUBENTRIES}
    known = of_searches | {PASSWORD_POLICY, PRE_READ, POST_READ}
    assert set(controls.SUPPORTED) == known


@pytest.mark.parametrize("kind", [DOMAIN_SCOPE, SEARCH_OPTIONS])
def test_what_clients_of_active_directory_take_for_granted_works_and_is_not_advertised(kind: str) -> None:
    """Nobody takes us for Active Directory by it. As slapd does."""
    assert controls.refusal(SEARCH, (Control(kind, critical=True),)) is None
    assert kind not in controls.SUPPORTED


def test_a_known_control_that_comes_twice_is_2() -> None:
    """As slapd answers."""
    for kind in controls.SUPPORTED:
        for request in (SEARCH, BIND):
            twice = controls.refusal(request, (Control(kind), Control(kind)))
            known = controls.refusal(request, (Control(kind, critical=True),)) is None
            assert (twice is not None and twice.code == 2) is known
    assert controls.refusal(SEARCH, (Control("1.2.3"), Control("1.2.3"))) is None


def test_asked_looks_at_the_type() -> None:
    assert controls.asked((Control("1.2.3"),), "1.2.3")
    assert not controls.asked((), "1.2.3")
