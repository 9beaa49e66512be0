"""What the client libraries make of the gateway: schema, changes, pipelines, strategies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import ldap.schema  # type: ignore[import-untyped]  # as above
import ldap3
import pytest
from live.clients import Way, ldap3_connection
from live.gateway_process import Gateway
from live.legacy import NAMES, OldStore, dn_below, login
from live.legacytables import OldPostgreSQL

pytestmark = pytest.mark.live

PRESENT = "(objectClass=*)"


def test_ldap3_reads_root_dse_and_schema(store: OldStore, gateway: Gateway) -> None:
    with ldap3_connection(Way(gateway.uri), login(store, "app"), get_info=ldap3.ALL) as connection:
        assert connection.bind()
        info, schema = connection.server.info, connection.server.schema
    assert info.supported_ldap_versions == ["3"]
    assert {context.lower() for context in info.naming_contexts} == {"dc=example,dc=com", store.people.lower()}
    assert "1.3.6.1.4.1.4203.1.11.3" in {extension[0] for extension in info.supported_extensions}
    assert info.vendor_name == ["Bindferry"]
    assert schema.object_classes["inetOrgPerson"].superior == ["organizationalPerson"]
    assert schema.attribute_types["mail"].oid == "0.9.2342.19200300.100.1.3"
    assert "userPassword" not in store.people


def test_python_ldap_fetches_the_subschema_by_url(gateway: Gateway) -> None:
    _, schema = ldap.schema.urlfetch(f"{gateway.uri}/")
    assert "cn" in schema.get_obj(ldap.schema.AttributeType, "cn").names


def test_python_ldap_finds_the_subschema_from_an_entry(bound: Any, store: OldStore) -> None:
    dn = bound.search_subschemasubentry_s(login(store, "app").dn) or bound.search_subschemasubentry_s("")
    schema = ldap.schema.SubSchema(bound.read_subschemasubentry_s(dn))
    assert "cn" in schema.get_obj(ldap.schema.AttributeType, "commonName").names
    assert schema.get_obj(ldap.schema.ObjectClass, "inetOrgPerson").sup == ("organizationalPerson",)


def test_changes_by_no_administrator_are_refused_and_change_nothing(store: OldStore, bound: Any) -> None:
    dn = login(store, "app").dn
    attempts: list[Callable[[], object]] = [
        lambda: bound.modify_s(dn, [(ldap.MOD_REPLACE, "cn", b"x")]),
        lambda: bound.delete_s(dn),
        lambda: bound.rename_s(dn, "uid=other"),
        lambda: bound.add_s(dn_below(store.people, "new"), [("objectClass", b"person"), ("sn", b"x"), ("cn", b"x")]),
    ]
    for attempt in attempts:
        with pytest.raises(ldap.INSUFFICIENT_ACCESS):
            attempt()
    assert bound.compare_s(dn, "sn", "漢字 😀".encode())


def test_many_operations_of_one_connection_are_in_flight_and_an_abandoned_one_is_not_answered(
    store: OldStore, bound: Any
) -> None:
    """Answers are told apart by their message ids; what was abandoned never comes."""
    numbers = {bound.search(dn_below(store.people, name), ldap.SCOPE_BASE, PRESENT): name for name in NAMES[:8] * 4}
    dropped = list(numbers)[::3]
    for number in dropped:
        bound.abandon(number)
    for number, name in numbers.items():
        if number not in dropped:
            ((dn, _),) = bound.result(number, 1)[1]
            assert dn.lower().startswith(f"uid={name.partition(',')[0]}".lower())
    assert bound.whoami_s() == f"dn:{login(store, 'app').dn}"


def test_an_application_that_rebinds_one_connection_speaks_for_the_last(store: OldStore, bound: Any) -> None:
    """As BookStack, Zammad and Dovecot do."""
    for name in ("anna", "Jürgen", "app", "anna"):
        who = login(store, name)
        bound.simple_bind_s(who.dn, who.password)
        assert bound.whoami_s() == f"dn:{who.dn}"
        assert len(bound.search_s(store.people, ldap.SCOPE_SUBTREE, f"(uid={name})")) == 1


@pytest.mark.parametrize("strategy", [ldap3.SAFE_SYNC, ldap3.SAFE_RESTARTABLE, ldap3.RESTARTABLE, ldap3.ASYNC])
def test_strategies_of_ldap3(store: OldStore, gateway: Gateway, strategy: str) -> None:
    who = login(store, "app")
    with ldap3_connection(Way(gateway.uri), who, client_strategy=strategy, receive_timeout=None) as connection:
        connection.bind()
        done = connection.search(store.people, "(uid=anna)", attributes=["cn"])
        if strategy == ldap3.ASYNC:
            response, result = connection.get_response(done)
        elif strategy in {ldap3.SAFE_SYNC, ldap3.SAFE_RESTARTABLE}:
            _, result, response, _ = done
        else:
            result, response = connection.result, connection.response
        assert result["result"] == 0
        assert [item["dn"] for item in response if item["type"] == "searchResEntry"] == [login(store, "anna").dn]


def test_a_pool_of_ldap3_serves_many_threads(old_postgresql: OldPostgreSQL, gateways: Callable[..., Gateway]) -> None:
    """REUSABLE: five connections, forty searches from eight threads."""
    gateway = gateways(old_postgresql.source()).start()
    who, lock = login(old_postgresql, "app"), threading.Lock()
    pool = ldap3_connection(
        Way(gateway.uri),
        who,
        client_strategy=ldap3.REUSABLE,
        pool_name="live",
        pool_size=5,
        pool_lifetime=60,
        receive_timeout=None,
    )
    pool.bind()

    def look(name: str) -> str:
        with lock:
            number = pool.search(old_postgresql.people, f"(uid={name})", attributes=["uid"])
        response, result = pool.get_response(number, timeout=30)
        assert result["result"] == 0
        return str(response[0]["dn"])

    asked = [name for name in NAMES[:5] if "," not in name] * 10
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(look, asked))
    assert found == [login(old_postgresql, name).dn for name in asked]
    pool.unbind()
    assert gateway.stop() == 0
