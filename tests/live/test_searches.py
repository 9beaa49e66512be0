"""Searches and compares by real clients, over people who have moved and people who have not, before every old store."""

from __future__ import annotations

from typing import Any

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
from live.clients import CLIENTS, Client, Way
from live.gateway_process import Gateway
from live.legacy import NAMES, OldStore, dn_below, login

pytestmark = pytest.mark.live

PRESENT = "(objectClass=*)"


def _names(found: list[tuple[str, dict[str, list[bytes]]]]) -> list[str]:
    return sorted({values["uid"][0].decode() for _, values in found if "uid" in values})


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_scopes(store: OldStore, gateway: Gateway, client: Client) -> None:
    way, who = Way(gateway.uri), login(store, "app")
    dn, everybody = login(store, "anna").dn, len(NAMES) + (store.name == "slapd")

    def count(base: str, scope: str, wanted: str = "(uid=*)") -> tuple[int, int]:
        answer = client.search(way, who, base, scope, wanted, ["1.1"])
        return answer.code, len(answer.entries or {})

    assert count(dn, "base") == (0, 1)
    assert count(dn, "sub") == (0, 1)
    assert count(dn, "one") == (0, 0)
    assert count(store.people, "base") == (0, 0)
    assert count(store.people, "one")[0] == 0
    assert everybody - 1 <= count(store.people, "one")[1] <= everybody
    assert count(store.people, "sub") == count(store.people, "one")
    assert count("uid=nobody," + store.people, "base")[0] == 32
    assert count("dc=nowhere", "sub")[0] == 32


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("(|(uid=anna)(uid=APP))", ["anna", "app"]),
        ("(&(objectClass=inetOrgPerson)(!(uid=*)))", []),
        ("(uid=*r*n)", ["Jürgen"]),
        ("(uid=smith\\2c*john)", ["Smith, John"]),
        ("(mail=M2@CORP.EXAMPLE)", ["anna"]),
        ("(&(sn=漢字 😀)(uid=j*)(cn~=zoë 漢字 😀))", ["Jürgen"]),
        ("(|(nosuchattribute=x)(uid=late))", ["late"]),
        ("(!(nosuchattribute=x))", []),
        ("(userPassword=*)", []),
        ("(!(userPassword=canary))", []),
        ("(&)", None),
        ("(uid>=storm)", None),
    ],
)
def test_filters_select_migrated_and_unmigrated_people_alike(
    store: OldStore, bound: Any, wanted: str, found: list[str] | None
) -> None:
    shown = bound.search_s(store.people, ldap.SCOPE_SUBTREE, wanted)
    assert found is None or _names(shown) == found
    dns = [dn for dn, _ in shown]
    assert len(set(dns)) == len(dns)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (["1.1"], set()),
        (["mail"], {"mail"}),
        (["MAIL", "commonname", "1.1"], {"mail", "cn"}),
        (["2.5.4.4"], {"sn"}),
        (["name"], {"cn", "sn"}),
        (["entryUUID"], {"entryUUID"}),
        (["userPassword"], set()),
        (["nosuchattribute"], set()),
    ],
)
def test_selections(store: OldStore, bound: Any, asked: list[str], shown: set[str]) -> None:
    """The same for somebody who has moved and somebody who has not (R17)."""
    for name in ("app", "late"):
        for types_only in (0, 1):
            ((_, values),) = bound.search_s(login(store, name).dn, ldap.SCOPE_BASE, PRESENT, asked, types_only)
            assert {kind.partition(";")[0] for kind in values} == shown
            assert not types_only or not any(values.values())


def test_all_user_attributes_and_all_operational_ones(store: OldStore, bound: Any) -> None:
    dn = login(store, "late").dn
    ((_, user),) = bound.search_s(dn, ldap.SCOPE_BASE, PRESENT)
    ((_, operational),) = bound.search_s(dn, ldap.SCOPE_BASE, PRESENT, ["+"])
    ((_, both),) = bound.search_s(dn, ldap.SCOPE_BASE, PRESENT, ["*", "+"])
    assert {"objectClass", "uid", "cn", "sn", "mail", "jpegPhoto"} <= user.keys()
    assert "entryUUID" in operational
    assert not user.keys() & operational.keys()
    assert both == {**user, **operational}


def test_size_and_time_limits(store: OldStore, bound: Any) -> None:
    number = bound.search_ext(store.people, ldap.SCOPE_SUBTREE, PRESENT, sizelimit=3)
    assert all(bound.result(number, 0)[0] == ldap.RES_SEARCH_ENTRY for _ in range(3))
    with pytest.raises(ldap.SIZELIMIT_EXCEEDED):
        bound.result(number, 0)
    assert len(bound.search_ext_s(store.people, ldap.SCOPE_SUBTREE, "(uid=app)", sizelimit=1)) == 1
    assert len(bound.search_ext_s(store.people, ldap.SCOPE_SUBTREE, "(uid=late)", timeout=20)) == 1


def test_compare_says_true_false_and_why_not(store: OldStore, bound: Any) -> None:
    for name in ("app", "late"):
        dn = login(store, name).dn
        assert bound.compare_s(dn, "cn", "ZOË 漢字 😀".encode())
        assert not bound.compare_s(dn, "sn", b"somebody else")
        with pytest.raises(ldap.NO_SUCH_ATTRIBUTE):
            bound.compare_s(dn, "userPassword", b"x")
        with pytest.raises(ldap.NO_SUCH_ATTRIBUTE):
            bound.compare_s(dn, "telephoneNumber", b"1")
    with pytest.raises(ldap.NO_SUCH_OBJECT):
        bound.compare_s(dn_below(store.people, "nobody"), "cn", b"x")
