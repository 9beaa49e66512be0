"""The old stores, each started once, and the gateways of one test module."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live.certificates import Authority
from live.clients import Way, python_ldap
from live.estate import Estate
from live.gateway_process import Gateway
from live.legacy import OldDirectory, OldStore, login
from live.legacytables import OldFile, OldMariaDB, OldOdbc, OldPostgreSQL
from live.samba import DomainController

_LONGEST = ("side_by_side_samba", "side_by_side", "source_sql", "bad_input", "outages")
"""The files that take most of a minute and more. They begin the live tests, so that no process waits at the end."""
STORES = ("slapd", "postgresql", "mariadb", "sqlite", "odbc")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quick tests come first: some have a reactor of their own, and the live ones let one run to the end."""
    ranks = {f"test_{name}.py": rank for rank, name in enumerate(_LONGEST)}
    live = Path(__file__).parent
    items.sort(key=lambda item: ranks.get(item.path.name, len(ranks)) if item.path.parent == live else -1)


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


@pytest.fixture(scope="session")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    made = Estate(tmp_path_factory.mktemp("estate"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def place(authority: Authority) -> Iterator[Path]:
    """A directory that daemons of any user can read, unlike pytest's own; `ca.pem` in it is what clients trust."""
    with tempfile.TemporaryDirectory(prefix="bindferry-") as name:
        made = Path(name)
        made.chmod(0o755)
        shutil.copy(authority.certificate, made / "ca.pem")
        (made / "ca.pem").chmod(0o644)
        yield made


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


@pytest.fixture(scope="session")
def samba(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[DomainController]:
    """A domain controller that runs; whoever stops it starts it again (`restore`)."""
    server = DomainController(tmp_path_factory.mktemp("samba"), authority)
    server.start()
    yield server
    server.stop()
