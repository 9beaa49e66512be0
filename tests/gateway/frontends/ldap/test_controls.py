from __future__ import annotations

from gateway.frontends.ldap import controls
from gateway.wire.controls import MANAGE_DSA_IT, PASSWORD_POLICY
from gateway.wire.filter import Present
from gateway.wire.messages import BindRequest, Control, DelRequest, SearchRequest, SimpleAuthentication

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
    assert controls.refusal(DelRequest("dc=x"), (Control(MANAGE_DSA_IT, critical=True),)) is not None


def test_what_works_somewhere_is_supported() -> None:
    assert set(controls.SUPPORTED) == {PASSWORD_POLICY, MANAGE_DSA_IT}


def test_asked_looks_at_the_type() -> None:
    assert controls.asked((Control("1.2.3"),), "1.2.3")
    assert not controls.asked((), "1.2.3")
