"""The old stores, each started once, and the gateways of one test module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from live.certificates import Authority
from live.clients import Way, python_ldap
from live.gateway_process import Gateway
from live.legacy import OldDirectory, OldStore, login
from live.legacytables import OldFile, OldMariaDB, OldOdbc, OldPostgreSQL

STORES = ("slapd", "postgresql", "mariadb", "sqlite", "odbc")


@pytest.fixture(scope="session")
def old_slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OldDirectory]:
    store = OldDirectory(tmp_path_factory.mktemp("slapd"))
    yield store
    store.remove()


@pytest.fixture(scope="session")
def old_postgresql() -> Iterator[OldPostgreSQL]:
    store = OldPostgreSQL()
    yield store
    store.remove()


@pytest.fixture(scope="session")
def old_odbc(old_postgresql: OldPostgreSQL) -> OldOdbc:
    return OldOdbc(old_postgresql)


@pytest.fixture(scope="session")
def old_mariadb() -> Iterator[OldMariaDB]:
    store = OldMariaDB()
    yield store
    store.remove()


@pytest.fixture(scope="session")
def old_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OldFile]:
    store = OldFile(tmp_path_factory.mktemp("sqlite"))
    yield store
    store.remove()


@pytest.fixture(scope="module", params=STORES)
def store(request: pytest.FixtureRequest) -> Iterator[OldStore]:
    """Each old store in turn; it works again afterwards."""
    found: OldStore = request.getfixturevalue(f"old_{request.param}")
    yield found
    found.restore()


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Gateway]]:
    """Makes gateways that end with the module."""
    made: list[Gateway] = []

    def make(*sources: dict[str, Any], **sections: Any) -> Gateway:
        gateway = Gateway(tmp_path_factory.mktemp("gateway"), *sources, **sections)
        made.append(gateway)
        return gateway

    yield make
    for gateway in made:
        gateway.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def gateway(store: OldStore, gateways: Callable[..., Gateway]) -> Gateway:
    """Before a store of whose people only `app` has moved."""
    gateway = gateways(store.source()).start()
    bound = python_ldap(Way(gateway.uri), login(store, "app"))
    bound.unbind_s()
    gateway.settle(["app"])
    return gateway


@pytest.fixture
def bound(store: OldStore, gateway: Gateway) -> Any:
    """A connection of python-ldap, bound as `app`."""
    return python_ldap(Way(gateway.uri), login(store, "app"))
