"""The native directory cannot be written: the login that the source accepted holds, and the next one migrates (R12).
And fifty first logins of one person at once (R11)."""

from __future__ import annotations

import resource
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from live.clients import CLIENTS, PythonLdap, Way, python_ldap
from live.gateway_process import Gateway, until
from live.legacy import OldStore, login
from live.legacytables import OldFile
from live.native_file import half_done, names

pytestmark = pytest.mark.live

SUCCESS, INVALID = 0, 49


def _locked(gateway: Gateway) -> Callable[[], None]:
    """Another program is in the middle of a write."""
    other = sqlite3.connect(gateway.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other.close


def _full(gateway: Gateway) -> Callable[[], None]:
    """No file may grow."""
    before = resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (1, before[1]))

    def free() -> None:
        resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, before)

    return free


@pytest.mark.parametrize("fail", [_locked, _full], ids=["locked", "full"])
def test_a_login_succeeds_although_the_directory_cannot_be_written(
    old_sqlite: OldFile, gateways: Callable[..., Gateway], fail: Callable[[Gateway], Callable[[], None]]
) -> None:
    """R12: right is right, wrong is wrong, the miss is in audit and metrics; mended, the next bind migrates."""
    gateway = gateways(
        old_sqlite.source(),
        audit={"file": "-"},
        directory={"busy_timeout": "300ms"},
        passwords={"remember": "0s"},
    ).start()
    way = Way(gateway.uri)
    assert PythonLdap().bind(way, login(old_sqlite, "app")).code == SUCCESS
    gateway.settle(["app"])
    mend = fail(gateway)
    for client in CLIENTS:
        assert client.bind(way, login(old_sqlite, "late")).code == SUCCESS
        assert client.bind(way, login(old_sqlite, "app")).code == SUCCESS
        assert client.bind(way, login(old_sqlite, "late", "wrong")).code == INVALID
        found = client.search(way, login(old_sqlite, "late"), old_sqlite.people, "sub", "(uid=late)")
        assert list(found.entries or {}) == [login(old_sqlite, "late").dn]
    until(lambda: gateway.audit("adopt-missed"), "the miss is in the audit")
    assert gateway.audit("adopt-missed")[0]["name"] == "late"
    assert 'bindferry_adoptions_total{event="adopt-missed",source="customers"}' in gateway.get("/metrics")
    assert names(gateway.database) == ["app"]
    mend()
    assert PythonLdap().bind(way, login(old_sqlite, "late")).code == SUCCESS
    gateway.settle(["late"])
    assert names(gateway.database) == ["app", "late"]
    assert half_done(gateway.database) == []
    assert gateway.stop() == 0


def test_the_first_logins_of_one_person_on_fifty_connections_give_one_identity(
    store: OldStore, gateways: Callable[..., Gateway]
) -> None:
    """R11, R20: each of them gets in; one source call, one hash, one adoption."""
    gateway = gateways(store.source()).start()
    connections = [python_ldap(Way(gateway.uri)) for _ in range(50)]
    for connection in connections:
        connection.whoami_s()  # connected
    together = threading.Barrier(len(connections))
    who = login(store, "storm")

    def bind(connection: object) -> str:
        together.wait()
        connection.simple_bind_s(who.dn, who.password)  # type: ignore[attr-defined]  # python-ldap has no types
        return str(connection.whoami_s())  # type: ignore[attr-defined]  # as above

    with ThreadPoolExecutor(len(connections)) as pool:
        assert set(pool.map(bind, connections)) == {f"dn:{who.dn}"}
    gateway.settle(["storm"])
    assert names(gateway.database) == ["storm"]
    assert half_done(gateway.database) == []
    assert len(gateway.audit("adopt")) == 1
    binds = gateway.audit("bind")
    assert [record["outcome"] for record in binds] == ["accepted"] * 50
    assert len({record["identity"] for record in binds if "identity" in record}) == 1
    assert gateway.stop() == 0
