"""kill -9 at any moment of a morning in which everybody comes for the first time (R11); searches meanwhile (R17)."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
from live.clients import Login, PythonLdap, Way, python_ldap
from live.gateway_process import CHEAP, Gateway, until
from live.legacy import TABLE_PEOPLE, Person, dn_below, password_of
from live.legacytables import table_source, write_table
from live.native_file import ask, half_done, names

pytestmark = pytest.mark.live

CROWD = [f"p{number:03}" for number in range(100)]
ROUNDS, CLIENT_THREADS = 7, 4
MEMBERS = {"query": "SELECT 'crew' FROM people WHERE id = :key", "dn": "cn={name},ou=groups,o=old"}


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    """An old table with everybody in it."""
    table = tmp_path / "users.db"
    write_table(table, [Person(number, name).row() for number, name in enumerate([*CROWD, "app"], 1)])
    return table


def _login(name: str) -> Login:
    return Login(dn_below(TABLE_PEOPLE, name), password_of(name))


def _come_in(way: Way, people: list[str], codes: dict[str, int]) -> None:
    """Each of them on a connection of their own, until the gateway is gone."""
    for name in people:
        try:
            codes[name] = PythonLdap().bind(way, _login(name)).code
        except ldap.LDAPError:
            return


def test_whenever_it_is_killed_nobody_is_half_written_and_everybody_gets_in(
    crowd: Path, gateways: Callable[..., Gateway]
) -> None:
    """R11: after each kill the file is whole, and who was reported as written is there; the next bind goes on."""
    gateway = gateways(table_source(f"sqlite:///{crowd}", groups=MEMBERS), passwords=CHEAP, migration={"wait": "0s"})
    dice = random.Random(5)
    moved: list[int] = []
    for _ in range(ROUNDS):
        gateway.start()
        codes: dict[str, int] = {}
        todo = [name for name in CROWD if name not in names(gateway.database)]
        dice.shuffle(todo)
        with ThreadPoolExecutor(CLIENT_THREADS) as pool:
            for number in range(CLIENT_THREADS):
                pool.submit(_come_in, Way(gateway.uri), todo[number::CLIENT_THREADS], codes)
            enough = dice.randint(0, len(CROWD) // ROUNDS)
            until(partial(_so_many, codes, enough), "people come in")
            time.sleep(dice.uniform(0.0, 0.02))
            gateway.kill()
        assert set(codes.values()) <= {0}
        assert half_done(gateway.database) == []
        there = names(gateway.database)
        assert len(set(there)) == len(there)
        assert {record["name"] for record in gateway.audit("adopt")} <= set(there), "reported as written, and not there"
        moved.append(len(there))
    assert moved == sorted(moved)
    assert any(0 < count < len(CROWD) for count in moved), f"no kill hit the middle: {moved}"
    gateway.start()
    _everybody(gateway)
    until(lambda: sorted(names(gateway.database)) == CROWD, "all have moved")  # one line of the audit may be missing
    assert gateway.stop() == 0
    crowd.rename(crowd.with_suffix(".away"))
    gateway.start()
    _everybody(gateway)
    assert half_done(gateway.database) == []
    assert sorted(names(gateway.database)) == CROWD
    assert ask(gateway.database, "SELECT count(*) FROM membership") == [(len(CROWD),)]
    assert gateway.stop() == 0


def _so_many(codes: dict[str, int], enough: int) -> bool:
    return len(codes) >= enough


def _everybody(gateway: Gateway) -> None:
    codes: dict[str, int] = {}
    with ThreadPoolExecutor(CLIENT_THREADS) as pool:
        for number in range(CLIENT_THREADS):
            pool.submit(_come_in, Way(gateway.uri), CROWD[number::CLIENT_THREADS], codes)
    assert codes == dict.fromkeys(CROWD, 0)


def test_a_stop_in_the_middle_of_the_rush_lets_every_adoption_end(
    crowd: Path, gateways: Callable[..., Gateway]
) -> None:
    """SIGTERM: whoever was told yes is in the directory when the process has ended."""
    gateway = gateways(table_source(f"sqlite:///{crowd}"), migration={"wait": "0s"}).start()
    codes: dict[str, int] = {}
    with ThreadPoolExecutor(CLIENT_THREADS) as pool:
        for number in range(CLIENT_THREADS):
            pool.submit(_come_in, Way(gateway.uri), CROWD[number::CLIENT_THREADS], codes)
        time.sleep(0.5)
        assert gateway.stop() == 0
    yes = [name for name, code in codes.items() if code == 0]
    assert yes
    assert set(yes) <= set(names(gateway.database))
    assert half_done(gateway.database) == []


def test_a_search_finds_each_person_once_and_unchanged_while_they_move(
    crowd: Path, gateways: Callable[..., Gateway]
) -> None:
    """R17: one client searches without a pause, by name and for everybody, while another logs them in."""
    gateway = gateways(table_source(f"sqlite:///{crowd}"), passwords=CHEAP).start()
    way, movers = Way(gateway.uri), CROWD[:40]
    reader = python_ldap(way, _login("app"))
    wanted = ["*", "+"]

    def everybody() -> list[object]:
        return sorted(reader.search_s(TABLE_PEOPLE, ldap.SCOPE_SUBTREE, "(objectClass=person)", wanted))

    def one(name: str) -> list[object]:
        found: list[object] = reader.search_s(TABLE_PEOPLE, ldap.SCOPE_SUBTREE, f"(uid={name})", wanted)
        return found

    before, singles = everybody(), {name: one(name) for name in movers}
    assert len(before) == len(CROWD) + 1
    done = threading.Event()

    def move() -> None:
        for name in movers:
            PythonLdap().bind(way, _login(name))
        done.set()

    mover = threading.Thread(target=move)
    mover.start()
    looked = 0
    while not done.is_set():
        for name in random.Random(looked).sample(movers, 10):
            assert one(name) == singles[name]
            looked += 1
        assert everybody() == before
    mover.join()
    gateway.settle(movers)
    assert looked >= 20
    assert everybody() == before
    assert {name: one(name) for name in movers} == singles
    assert gateway.stop() == 0
