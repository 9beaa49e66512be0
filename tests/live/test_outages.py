"""Old stores that are down, hang or cannot be trusted: "unavailable" for whoever has not moved; who has, gets in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from live.certificates import Authority
from live.clients import CLIENTS, Login, PythonLdap, Way
from live.gateway_process import Gateway, until
from live.legacy import PERSONS, OldStore, dn_below, login, password_of
from live.legacytables import OldPostgreSQL
from live.native_file import names
from live.slapd import PEOPLE, SERVICE, SERVICE_PASSWORD, Slapd

pytestmark = pytest.mark.live

SUCCESS, INVALID, UNAVAILABLE = 0, 49, 52
DEADLINE = 1.5
PATIENT = {"timeout": DEADLINE, "breaker": {"failures": 1000, "pause": "1s"}}


@pytest.fixture
def gateway(store: OldStore, gateways: Callable[..., Gateway]) -> Iterator[Gateway]:
    """Before a store that works; `app` has moved."""
    gateway = gateways(store.source(**PATIENT), passwords={"remember": "0s"}).start()
    assert PythonLdap().bind(Way(gateway.uri), login(store, "app")).code == SUCCESS
    gateway.settle(["app"])
    yield gateway
    store.restore()
    assert gateway.stop() == 0


def test_a_source_that_is_down_is_unavailable_to_whoever_has_not_moved(store: OldStore, gateway: Gateway) -> None:
    """R6: 52, never 49, right or wrong; R9 for who has moved. And nobody is locked out by the outage."""
    store.stop()
    asked = [login(store, "late"), login(store, "late", "wrong"), login(store, "nobody")]
    for client in CLIENTS:
        codes = [client.bind(Way(gateway.uri), who).code for who in asked]
        assert codes == [UNAVAILABLE] * 3
        assert client.bind(Way(gateway.uri), login(store, "app")).code == SUCCESS
        assert client.bind(Way(gateway.uri), login(store, "app", "wrong")).code == INVALID
    found = PythonLdap().search(Way(gateway.uri), login(store, "app"), store.people, "sub", "(objectClass=*)")
    assert found.code == UNAVAILABLE, "a search that cannot be complete does not pretend to be"
    people = [dn for dn in found.entries or {} if dn != store.people]  # the container came along with who moved (R18)
    assert people == [login(store, "app").dn]
    store.restore()
    until(lambda: PythonLdap().bind(Way(gateway.uri), login(store, "late")).code == SUCCESS, "the source is used again")
    gateway.settle(["late"])


def test_a_source_that_hangs_costs_its_deadline_and_slows_nobody_else(store: OldStore, gateway: Gateway) -> None:
    """Binds of migrated people, each hashed, go on meanwhile."""
    store.freeze()
    with ThreadPoolExecutor(8) as pool:
        began = time.monotonic()
        hanging = [pool.submit(PythonLdap().bind, Way(gateway.uri), login(store, "hang")) for _ in range(8)]
        took = []
        while not all(bind.done() for bind in hanging):
            start = time.monotonic()
            assert PythonLdap().bind(Way(gateway.uri), login(store, "app")).code == SUCCESS
            took.append(time.monotonic() - start)
        waited = time.monotonic() - began
    assert [bind.result().code for bind in hanging] == [UNAVAILABLE] * 8
    assert waited > DEADLINE / 2
    assert len(took) >= 3
    assert sorted(took)[len(took) // 2] < waited / 2
    assert gateway.audit("bind")[-1]["outcome"] in {"unavailable", "accepted"}
    assert "hang" not in names(gateway.database)


def test_a_server_whose_certificate_nobody_vouches_for_is_unavailable(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, gateways: Callable[..., Gateway]
) -> None:
    """And it gets no password: neither by StartTLS nor by LDAPS."""
    place = tmp_path_factory.mktemp("tls")
    stranger = Authority(place, "Stranger")
    server = Slapd(place / "slapd", [PERSONS[0].ldif()], stranger.issue())
    who = Login(dn_below(PEOPLE, "app"), password_of("app"))
    server.start()
    try:
        common = {
            "name": "staff", "type": "ldap", "base": PEOPLE, "bind_dn": SERVICE, "bind_password": SERVICE_PASSWORD
        }  # fmt: skip
        ways: dict[str, dict[str, object]] = {
            "starttls": {"url": server.url, "starttls": True},
            "ldaps": {"url": server.tls_url},
        }
        for way in ways.values():
            codes = []
            for trusted in (authority, stranger):
                source = {**common, **way, "tls": {"ca": str(trusted.certificate)}}
                gateway = gateways(source).start()
                codes.append(PythonLdap().bind(Way(gateway.uri), who).code)
                assert gateway.stop() == 0
            assert codes == [UNAVAILABLE, SUCCESS]
    finally:
        server.stop()


def test_a_database_that_refuses_tls_is_unavailable(
    old_postgresql: OldPostgreSQL, gateways: Callable[..., Gateway]
) -> None:
    gateway = gateways({**old_postgresql.source(), "url": f"{old_postgresql.url}?sslmode=require"}).start()
    assert PythonLdap().bind(Way(gateway.uri), login(old_postgresql, "app")).code == UNAVAILABLE
    assert gateway.stop() == 0


def test_the_breaker_opens_and_closes_again(store: OldStore, gateways: Callable[..., Gateway]) -> None:
    """While it is open `/health` says which source; the gateway itself is fine."""
    source = store.source(breaker={"failures": 2, "pause": "500ms"}, name="old")
    gateway = gateways(source).start()
    way, who = Way(gateway.uri), login(store, "slow")
    store.stop()
    try:
        for _ in range(3):
            assert PythonLdap().bind(way, who).code == UNAVAILABLE
        assert '"old": "unavailable"' in gateway.get("/health")
        assert 'bindferry_source_unavailable{source="old"} 1.0' in gateway.get("/metrics")
        assert '"ok": true' in gateway.get("/health")
    finally:
        store.restore()
    until(lambda: PythonLdap().bind(way, who).code == SUCCESS, "the source is used again")
    assert '"old": "ok"' in gateway.get("/health")
    assert gateway.stop() == 0
