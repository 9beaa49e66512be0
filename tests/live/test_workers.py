"""Two workers on the same ports: both answer, one that dies is replaced, and what holds, holds on both.

Each test has connections to both, and knows which is whose. What one worker does for one connection is not here.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from typing import Any

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
from live.clients import Login, PythonLdap, Way, python_ldap
from live.daemons import listening
from live.gateway_process import BASE, CHEAP, Gateway, until
from live.legacy import login, password_of
from live.legacytables import OldFile
from live.workers import one_on_each, runs, worker_behind, workers_of

pytestmark = pytest.mark.live

WRONG = 49


@pytest.fixture(scope="module")
def pair(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> Gateway:
    """A gateway of two workers; `app` has moved."""
    source = old_sqlite.source(lockout={"threshold": 4, "window": "1h"})
    sections: dict[str, Any] = {
        "workers": 2,
        "passwords": CHEAP,
        "throttle": {"failures": 6},
        "access": {"administrators": [login(old_sqlite, "app").dn]},
    }
    gateway = gateways(source, **sections).start()
    assert PythonLdap().bind(Way(gateway.uri), login(old_sqlite, "app")).code == 0
    gateway.settle(["app"])
    return gateway


class Both:
    """A connection to each worker."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.here, self.there = one_on_each(gateway, 2, self._connect, lambda connection: connection.fileno())

    def _connect(self) -> Any:
        connection = python_ldap(Way(self.gateway.uri))
        connection.simple_bind_s("", "")
        return connection


@pytest.fixture
def both(pair: Gateway) -> Both:
    until(lambda: figure(pair, "bindferry_workers") == 2, "both answer")
    return Both(pair)


def bind(connection: Any, who: Login, password: str | None = None) -> int:
    """The result code."""
    try:
        connection.simple_bind_s(who.dn, who.password if password is None else password)
    except ldap.INVALID_CREDENTIALS:
        return WRONG
    return 0


def said_in_time(
    gateway: Gateway, connection: Any, who: Login, password: str, outcome_and_via: tuple[str, str]
) -> None:
    """A bind that is refused in the end for this reason and by this one: what one worker knows gets to the other."""

    def told() -> tuple[str, str]:
        assert bind(connection, who, password) == WRONG
        last = gateway.audit("bind")[-1]
        return last["outcome"], last["via"]

    until(lambda: told() == outcome_and_via, f"{outcome_and_via}", 5)


def figure(gateway: Gateway, name: str) -> float:
    """One figure of `/metrics`, all its labels together."""
    found = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", gateway.get("/metrics"), re.MULTILINE)
    return sum(map(float, found))


def moved(both: Both, store: OldFile, name: str) -> Login:
    """Somebody who has moved, and whose password both workers have in memory."""
    who = login(store, name)
    assert bind(both.here, who) == 0
    both.gateway.settle([name])
    for connection in (both.there, both.here, both.there):
        assert bind(connection, who) == 0
    return who


def refused_within_a_second(connection: Any, who: Login, since: float) -> None:
    """No bind that begins a second after `since` is let in."""
    while True:
        began = time.monotonic()
        if bind(connection, who) == WRONG:
            return
        assert began - since < 1.0, "still let in"


def test_both_answer_and_their_figures_are_one(pair: Gateway, both: Both, old_sqlite: OldFile) -> None:
    before = figure(pair, "bindferry_binds_total")
    for connection in (both.here, both.there):
        assert bind(connection, login(old_sqlite, "app")) == 0
    assert figure(pair, "bindferry_binds_total") == before + 2
    assert figure(pair, "bindferry_workers") == 2
    assert figure(pair, "bindferry_connections") >= 2
    assert '"ok": true' in pair.get("/health")


def test_connections_are_shared_out(pair: Gateway, both: Both) -> None:
    """Who holds more leaves the next one to the other: twenty do not all end up with one."""
    assert both.here is not both.there
    made = [both._connect() for _ in range(20)]
    owners = [worker_behind(pair, connection.fileno()) for connection in made]
    assert min(owners.count(pid) for pid in workers_of(pair)) >= 5, owners
    for connection in made:
        connection.unbind_s()


def test_a_wrong_password_is_known_to_both_and_counts_for_both(pair: Gateway, both: Both, old_sqlite: OldFile) -> None:
    """R20: the same one is absorbed wherever it comes, and counts once; six different ones lock, wherever they came."""
    who = moved(both, old_sqlite, "storm")
    first = [both.here, both.there]
    for number in range(5):
        assert bind(first[0], who, f"wrong-{number}") == WRONG
        said_in_time(pair, first[1], who, f"wrong-{number}", ("wrong-password", "memory"))
        first.reverse()
    assert bind(both.here, who) == 0, "five, although both were asked about each"
    for number in range(5, 11):
        assert bind(first[number % 2], who, f"wrong-{number}") == WRONG
    for connection in first:
        said_in_time(pair, connection, who, "wrong-10", ("locked", "gateway"))
        assert bind(connection, who) == WRONG


def test_all_workers_together_stay_below_the_sources_lockout(pair: Gateway, both: Both, old_sqlite: OldFile) -> None:
    """R20: the source locks at 4, so it is asked 3 times."""
    who = login(old_sqlite, "late")
    for number in range(5):
        assert bind((both.here, both.there)[number % 2], who, f"wrong-{number}") == WRONG
    outcomes = [record["outcome"] for record in pair.audit("bind") if record["login"] == who.dn]
    assert outcomes == [*["wrong-password"] * 3, "locked", "locked"]


def test_a_changed_password_holds_on_the_other_worker_within_a_second(both: Both, old_sqlite: OldFile) -> None:
    """R9, R19."""
    who = moved(both, old_sqlite, "anna")
    both.here.passwd_s(who.dn, who.password, "canary-new-1")
    since = time.monotonic()
    refused_within_a_second(both.there, who, since)
    assert bind(both.there, who, "canary-new-1") == 0


def test_who_is_disabled_is_out_on_the_other_worker_within_a_second(both: Both, old_sqlite: OldFile) -> None:
    """R9."""
    who = moved(both, old_sqlite, "slow")
    assert bind(both.here, login(old_sqlite, "app")) == 0
    both.here.modify_s(who.dn, [(ldap.MOD_REPLACE, "nsAccountLock", b"TRUE")])
    refused_within_a_second(both.there, who, time.monotonic())


def test_who_is_added_is_in_at_once_and_who_is_deleted_out_within_a_second(both: Both, old_sqlite: OldFile) -> None:
    """R9: there is no memory of who is not here."""
    who = Login(f"uid=zara,{BASE}", "canary-zara")
    assert bind(both.here, login(old_sqlite, "app")) == 0
    assert bind(both.there, who) == WRONG
    record = {"objectClass": b"inetOrgPerson", "uid": b"zara", "cn": b"Zara", "sn": b"Z", "userPassword": b"canary-two"}
    both.here.add_s(who.dn, [(name, [value]) for name, value in record.items()])
    for _ in range(3):
        assert bind(both.there, who, "canary-two") == 0
    both.here.delete_s(who.dn)
    refused_within_a_second(both.there, Login(who.dn, "canary-two"), time.monotonic())


def test_one_that_is_killed_is_replaced_and_nobody_else_notices(pair: Gateway, both: Both, old_sqlite: OldFile) -> None:
    who = login(old_sqlite, "app")
    assert bind(both.there, who) == 0
    counted = figure(pair, "bindferry_binds_total")
    died = worker_behind(pair, both.here.fileno())
    os.kill(died, signal.SIGKILL)
    with pytest.raises(ldap.LDAPError):
        both.here.whoami_s()
    assert both.there.whoami_s() == f"dn:{who.dn}"
    binds = 0
    while figure(pair, "bindferry_workers") < 2:
        assert PythonLdap().bind(Way(pair.uri), who).code == 0
        binds += 1
    assert died not in workers_of(pair)
    again = Both(pair)
    for connection in (again.here, again.there):
        assert bind(connection, who) == 0
    assert figure(pair, "bindferry_workers_ended_total") == 1
    assert figure(pair, "bindferry_binds_total") == counted + binds + 2, "what the dead one had counted stays counted"
    assert both.there.whoami_s() == f"dn:{who.dn}"
    assert "worker" in next(line for line in pair.text("stderr").splitlines() if "SIGKILL" in line)


def test_a_locked_name_stays_locked_on_a_worker_that_begins(pair: Gateway, both: Both, old_sqlite: OldFile) -> None:
    """R20: it hears at its beginning what was counted before (`storm`, above)."""
    who = login(old_sqlite, "storm")
    for connection in (both.here, both.there):
        assert bind(connection, who) == WRONG
        assert pair.audit("bind")[-1]["via"] == "gateway"


def test_a_stop_ends_all_and_says_so(pair: Gateway, both: Both) -> None:
    """All processes end, the status is 0; nothing secret was in an argument or a log line."""
    workers = workers_of(pair)
    for pid in workers:
        with open(f"/proc/{pid}/cmdline", "rb") as line, open(f"/proc/{pid}/environ", "rb") as environment:
            assert b"canary" not in line.read() + environment.read()
    assert pair.stop() == 0
    assert [pid for pid in workers if runs(pid)] == []
    with pytest.raises(ldap.LDAPError):
        both.there.whoami_s()
    assert pair.manager.messages.count("READY=1") == 1
    assert pair.manager.messages.count("STOPPING=1") == 1
    assert password_of("anna") not in pair.text("stderr")
    assert "canary" not in pair.text("stderr")


def test_workers_end_with_a_supervisor_that_is_killed(pair: Gateway) -> None:
    """No orphan goes on answering by rules that nobody looks after."""
    pair.start()
    workers, port = workers_of(pair), pair.ports["ldap"]
    assert len(workers) == 2
    pair.kill()
    until(lambda: not any(map(runs, workers)), "the workers have ended")
    assert not listening(port)
