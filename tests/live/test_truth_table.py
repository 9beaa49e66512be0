"""The truth table of a bind against real old stores, one test a line. Outages are in `test_outages.py`."""

from __future__ import annotations

from collections.abc import Callable

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
from live.clients import CLIENTS, Answer, Login, PythonLdap, Way, python_ldap
from live.gateway_process import Gateway, until
from live.legacy import OldStore, login
from live.native_file import names

pytestmark = pytest.mark.live

SUCCESS, INVALID, UNWILLING = 0, 49, 53
TABLES = {"postgresql", "mariadb", "sqlite", "odbc"}
EVERYWHERE = TABLES | {"slapd"}
NO = "invalid credentials"

# who, password (None: the right one), result, word of the audit, stores that can tell, moved?
LINES = {
    "right": ("anna", None, SUCCESS, "accepted", EVERYWHERE, True),
    "wrong": ("late", "wrong", INVALID, "wrong-password", EVERYWHERE, False),
    "empty password": ("late", "", UNWILLING, "empty-password", set(), False),
    "unknown": ("nobody", "wrong", INVALID, "unknown", EVERYWHERE, False),
    "disabled": ("dora", None, INVALID, "disabled", TABLES, False),
    "disabled, wrong": ("dora", "wrong", INVALID, "wrong-password", TABLES, False),
    "expired": ("emil", None, INVALID, "expired", TABLES, False),
    "must change": ("mia", None, INVALID, "must-change", EVERYWHERE, True),
    "locked": ("lola", None, INVALID, "locked", EVERYWHERE, False),
}


@pytest.fixture(scope="module")
def gateway(store: OldStore, gateways: Callable[..., Gateway]) -> Gateway:
    return gateways(store.source()).start()


@pytest.mark.parametrize("line", LINES)
def test_the_truth_table(store: OldStore, gateway: Gateway, line: str) -> None:
    """R5, R6, R7, R8; R25 for the text."""
    name, password, code, word, told_by, moves = LINES[line]
    before = len(gateway.audit("bind"))
    answer = PythonLdap().bind(Way(gateway.uri), login(store, name, password))
    assert answer.code == code if store.name in told_by or not told_by else answer.code in {SUCCESS, INVALID}
    assert (answer.text == NO) is (answer.code == INVALID)
    if store.name in told_by:
        records = gateway.audit("bind")[before:]
        assert [record["outcome"] for record in records] == [word]
        if moves:
            gateway.settle([name])
        assert (name in names(gateway.database)) is moves


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_every_client_is_told_the_same(store: OldStore, gateway: Gateway, client: PythonLdap) -> None:
    way = Way(gateway.uri)
    assert client.bind(way, login(store, "app")).code == SUCCESS
    assert client.bind(way, login(store, "app", "wrong")) == Answer(INVALID, NO)
    assert client.bind(way, login(store, "nobody", "wrong")) == Answer(INVALID, NO)


def test_two_entries_of_one_login_name_let_nobody_in_by_it(store: OldStore, gateway: Gateway) -> None:
    """R2: nobody can say whose password that is. (A DN of an LDAP server would name one of them.)"""
    password = login(store, "twin").password
    for name in ["twin"] if store.name == "slapd" else ["twin", login(store, "twin").dn]:
        assert PythonLdap().bind(Way(gateway.uri), Login(name, password)) == Answer(INVALID, NO)
        assert gateway.audit("bind")[-1]["outcome"] == "ambiguous-name"
    assert "twin" not in names(gateway.database)


def test_a_person_who_must_change_stays_so_after_the_move(store: OldStore, gateway: Gateway) -> None:
    """R7: adopted, and still refused; the policy control says why."""
    for _ in range(2):
        assert PythonLdap().bind(Way(gateway.uri), login(store, "mia")).code == INVALID
    gateway.settle(["mia"])
    assert gateway.audit("bind")[-1]["outcome"] == "must-change"


def test_a_bare_name_in_another_spelling_is_the_same_person(store: OldStore, gateway: Gateway) -> None:
    """R1."""
    for spelling in ("JÜRGEN", "  jürgen ", "Ju\u0308rgen"):
        assert PythonLdap().whoami(Way(gateway.uri), Login(spelling, login(store, "Jürgen").password)) == (
            "dn:" + next(iter(_entry(store, gateway)))
        )
    assert names(gateway.database).count("Jürgen") == 1


def _entry(store: OldStore, gateway: Gateway) -> list[str]:
    found = PythonLdap().search(Way(gateway.uri), login(store, "app"), store.people, "sub", "(uid=jürgen)", ["1.1"])
    return list(found.entries or {})


def test_a_bind_that_fails_leaves_the_connection_anonymous(store: OldStore, gateway: Gateway) -> None:
    """RFC 4513 4."""
    connection = python_ldap(Way(gateway.uri), login(store, "app"))
    assert connection.whoami_s() == f"dn:{login(store, 'app').dn}"
    with pytest.raises(ldap.INVALID_CREDENTIALS):
        connection.simple_bind_s(login(store, "app").dn, "wrong")
    assert connection.whoami_s() == ""
    with pytest.raises(ldap.INSUFFICIENT_ACCESS):
        connection.search_s(store.people, ldap.SCOPE_SUBTREE, "(uid=app)")
    connection.unbind_s()


def test_guessing_locks_the_name_and_only_different_guesses_count(
    old_sqlite: OldStore, gateways: Callable[..., Gateway]
) -> None:
    """R20: a stuck client that repeats one wrong password does no harm."""
    gateway = gateways(old_sqlite.source(), throttle={"failures": 3}, passwords={"remember": "0s"}).start()
    way = Way(gateway.uri)
    for _ in range(6):
        assert PythonLdap().bind(way, login(old_sqlite, "late", "stale")).code == INVALID
    assert PythonLdap().bind(way, login(old_sqlite, "late")).code == SUCCESS
    for number in range(3):
        assert PythonLdap().bind(way, login(old_sqlite, "late", f"guess {number}")).code == INVALID
    assert PythonLdap().bind(way, login(old_sqlite, "late")) == Answer(INVALID, NO)
    until(lambda: gateway.audit("bind")[-1]["outcome"] == "locked", "the lock is in the audit")
