"""Three applications at one gateway, told apart by port, by name and by network: each sees only what it may, in its own
form, before and after people move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ldap3
import pytest
from live.certificates import Authority
from live.clients import Login, Way, ldap3_connection, python_ldap
from live.gateway_process import Gateway
from live.legacy import dn_below, login
from live.legacytables import TABLE_PEOPLE, OldFile

pytestmark = pytest.mark.live

NOBODY = Login("", "")
SECOND = "127.0.0.2"
"""Another address of this machine: Linux has all of 127.0.0.0/8."""
APPLICATIONS: list[dict[str, Any]] = [
    {
        "name": "desk", "listener": "desk", "anonymous": True, "bases": "all", "filter": "(!(uid=twin))",
        "hidden": ["mail"], "persona": {"bases": {"o=legacy": "o=old"}},
    },
    {
        "name": "vault", "bind_dn": dn_below(TABLE_PEOPLE, "app"), "bases": TABLE_PEOPLE, "tolerates": "ad-controls",
        "attributes": ["uid", "sAMAccountName", "objectGUID"], "filter": "(|(uid=anna)(uid=app))",
        "persona": {"flavour": "active-directory", "domain": {"dns": "corp.example"}},
    },
    {
        "name": "scanner", "networks": SECOND, "bases": "all", "tls": "required", "size": 5,
        "persona": {"people": "cn={uid},ou=users,o=legacy", "rename": {"mail": "emailAddress"}},
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def gateway(old_sqlite: OldFile, gateways: Callable[..., Gateway], authority: Authority) -> Gateway:
    issued = authority.issue()
    pair = {"certificate": str(issued.certificate), "key": str(issued.key)}
    place = {"address": "127.0.0.1", "port": 0, "starttls": "offered", **pair}
    listen = {"ldap": place, "named": {"desk": place}, "health": {"address": "127.0.0.1", "port": 0}}
    return gateways(old_sqlite.source(), listen=listen, applications=APPLICATIONS).start()


class Seen:
    """What a search ends with: its code, and attributes by DN and lower-case name."""

    def __init__(self, connection: Any, base: str, wanted: str, *attributes: str) -> None:
        connection.search(base, wanted, ldap3.SUBTREE, attributes=attributes or ["*", "+"])
        self.code: int = connection.result["result"]
        self.entries: dict[str, dict[str, list[bytes]]] = {
            entry["dn"]: {name.lower(): values for name, values in entry["raw_attributes"].items()}
            for entry in connection.response or ()
            if entry["type"] == "searchResEntry"
        }


@pytest.fixture(scope="module")
def desk(gateway: Gateway) -> Callable[..., Any]:
    return lambda who=NOBODY: _bound(Way(f"ldap://127.0.0.1:{gateway.ports['desk']}"), who)


@pytest.fixture(scope="module")
def vault(gateway: Gateway, old_sqlite: OldFile) -> Callable[..., Any]:
    return lambda: _bound(Way(gateway.uri), login(old_sqlite, "app"))


@pytest.fixture(scope="module")
def scanner(gateway: Gateway, authority: Authority) -> Callable[..., Any]:
    def connect(who: Login = NOBODY, *, tls: bool = True) -> Any:
        return _bound(Way(gateway.uri, starttls=tls, ca=authority.certificate), who, source_address=SECOND)

    return connect


def _bound(way: Way, who: Login, **more: Any) -> Any:
    if not who.dn:
        more["authentication"] = ldap3.ANONYMOUS
    connection = ldap3_connection(way, Login(who.dn or None, who.password or None), **more)  # type: ignore[arg-type]
    connection.bind()
    return connection


def _looks(desk: Callable[..., Any], vault: Callable[..., Any], scanner: Callable[..., Any], anna: Login) -> list[Any]:
    """What the three see of anna; the one that shows nothing without a bind is bound as her."""
    known = Login("cn=anna,ou=users,o=legacy", anna.password)
    return [
        Seen(desk(), "o=legacy", "(uid=anna)").entries,
        Seen(vault(), TABLE_PEOPLE, "(sAMAccountName=anna)").entries,
        Seen(scanner(known), "ou=users,o=legacy", "(uid=anna)").entries,
    ]


def test_each_sees_only_what_it_may_and_the_same_before_and_after_the_move(
    gateway: Gateway,
    old_sqlite: OldFile,
    desk: Callable[..., Any],
    vault: Callable[..., Any],
    scanner: Callable[..., Any],
) -> None:
    """R17 in three forms. The third looks as anna, and its first bind moves her."""
    anna = login(old_sqlite, "anna")
    assert not gateway.audit("adopt")
    before = [
        Seen(desk(), "o=legacy", "(uid=anna)").entries,
        Seen(vault(), TABLE_PEOPLE, "(sAMAccountName=anna)").entries,
    ]
    assert "anna" not in {record["name"] for record in gateway.audit("adopt")}
    scanned = _looks(desk, vault, scanner, anna)[2]
    gateway.settle(["anna"])
    assert _looks(desk, vault, scanner, anna) == [*before, scanned]
    (by_desk,), (by_vault,), (by_scanner,) = before[0].items(), before[1].items(), scanned.items()
    assert by_desk[0] == "uid=anna,ou=people,o=legacy"
    assert "mail" not in by_desk[1]
    assert by_vault[0] == anna.dn
    assert set(by_vault[1]) == {"uid", "samaccountname", "objectguid", "objectclass"}
    assert len(by_vault[1]["objectguid"][0]) == 16
    assert by_scanner[0] == "cn=anna,ou=users,o=legacy"
    assert by_scanner[1]["emailaddress"] == [b"m2@corp.example", b"M.2@Corp.Example"]
    assert "mail" not in by_scanner[1]


def test_what_one_may_not_see_is_neither_found_nor_asked_about(
    old_sqlite: OldFile, desk: Callable[..., Any], vault: Callable[..., Any], scanner: Callable[..., Any]
) -> None:
    assert Seen(desk(), "o=legacy", "(uid=twin)").entries == {}
    assert Seen(desk(), "o=legacy", "(mail=*)").entries == {}
    assert Seen(desk(), "o=old", "(uid=anna)").entries == {}
    assert set(Seen(vault(), TABLE_PEOPLE, "(objectClass=person)").entries) == {
        login(old_sqlite, name).dn for name in ("app", "anna")
    }
    assert Seen(vault(), TABLE_PEOPLE, "(sn=*)").entries == {}
    app = Seen(scanner(login(old_sqlite, "app")), TABLE_PEOPLE, "(objectClass=person)")
    assert len(app.entries) == 2, "a name counts more than a network"


def test_anonymous_and_tls_are_as_each_application_has_them(
    gateway: Gateway, old_sqlite: OldFile, desk: Callable[..., Any], scanner: Callable[..., Any]
) -> None:
    anna = login(old_sqlite, "anna")
    assert Seen(desk(), "o=legacy", "(uid=anna)").code == 0
    assert Seen(scanner(), "ou=users,o=legacy", "(uid=anna)").code == 50
    assert Seen(scanner(anna, tls=False), "ou=users,o=legacy", "(uid=anna)").code == 13
    found = Seen(scanner(anna), "ou=users,o=legacy", "(objectClass=person)")
    assert (found.code, len(found.entries)) == (4, 5), "its own bound"
    nobody_s = Seen(_bound(Way(gateway.uri), anna), TABLE_PEOPLE, "(objectClass=person)")
    assert list(nobody_s.entries) == [anna.dn], "from the first address she is no application, and reads herself"


def test_refusals_are_in_the_words_of_the_application_that_the_name_is(gateway: Gateway, old_sqlite: OldFile) -> None:
    """R25: by the name alone, whatever the account is."""
    texts = {}
    for name in ("app", "anna", "nobody"):
        connection = _bound(Way(gateway.uri), login(old_sqlite, name, "wrong"))
        assert connection.result["result"] == 49
        texts[name] = connection.result["message"]
    assert "data 52e" in texts["app"]
    assert texts["anna"] == texts["nobody"] == "invalid credentials"


def test_no_application_ever_gets_a_hash(
    old_sqlite: OldFile, desk: Callable[..., Any], vault: Callable[..., Any], scanner: Callable[..., Any]
) -> None:
    anna = login(old_sqlite, "anna")
    for connection, base in (
        (desk(), "o=legacy"),
        (vault(), TABLE_PEOPLE),
        (scanner(anna), "ou=users,o=legacy"),
    ):
        found = Seen(connection, base, "(uid=anna)", "*", "+", "userPassword", "unicodePwd", "pw")
        (shown,) = found.entries.values()
        assert not any(shown.get(name) for name in ("userpassword", "unicodepwd", "pw"))
        assert not any(b"{SSHA}" in value or b"$argon2" in value for values in shown.values() for value in values)
        for wanted in ("(userPassword=*)", "(!(userPassword=x))", "(unicodePwd=*)"):
            assert Seen(connection, base, wanted).entries == {}


def test_audit_and_metrics_name_the_application(
    gateway: Gateway, old_sqlite: OldFile, vault: Callable[..., Any]
) -> None:
    connection = vault()
    extended = ("1.2.840.113556.1.4.801", True, b"\x30\x03\x02\x01\x07")
    connection.search(TABLE_PEOPLE, "(uid=anna)", ldap3.SUBTREE, attributes=["uid"], controls=[extended])
    assert connection.result["result"] == 0
    assert 'bindferry_sins_total{application="vault",sin="ad-controls"} 1.0' in gateway.get("/metrics")
    python_ldap(Way(f"ldap://127.0.0.1:{gateway.ports['desk']}"), login(old_sqlite, "anna")).unbind_s()
    assert {"desk", "vault", "scanner"} <= {record["application"] for record in gateway.audit("bind")}
