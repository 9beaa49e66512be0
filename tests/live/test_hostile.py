"""A hundred thousand mutated messages against a running listener: nothing ends, nothing grows, nobody else notices.

The messages are well-formed ones with bytes changed, left out, put in or doubled; the same for the same seed. What a
session makes of such bytes one by one is in `tests/flows/test_mutations.py`.
"""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
from live.clients import Way, python_ldap
from live.gateway_process import CHEAP, Gateway, until
from live.legacy import login
from live.legacytables import OldFile
from live.raw import rest

from gateway.wire.controls import PAGED_RESULTS, WHO_AM_I, PagedResults, encode_paged_results
from gateway.wire.filter import parse_filter
from gateway.wire.ldap import encode_message
from gateway.wire.messages import (
    AddRequest,
    BindRequest,
    Change,
    CompareRequest,
    Control,
    DelRequest,
    ExtendedRequest,
    LdapMessage,
    ModifyDnRequest,
    ModifyOperation,
    ModifyRequest,
    Operation,
    SaslAuthentication,
    SearchRequest,
    SimpleAuthentication,
)

pytestmark = pytest.mark.live

MESSAGES = 100_000
TOGETHER = 5
"""Messages sent on one connection, in one go."""
GROWTH = 48 << 20
"""Bytes by which the process may have grown: caches that fill are bounded, a leak of a hundred thousand is not."""


def requests(dn: str, base: str) -> list[bytes]:
    """One of each, as bytes; the ids are set by their place."""
    paged = Control(PAGED_RESULTS, critical=True, value=encode_paged_results(PagedResults(2, b"")))
    operations: list[tuple[Operation, tuple[Control, ...]]] = [
        (BindRequest(3, dn, SimpleAuthentication(b"a-wrong-password")), ()),
        (BindRequest(3, "", SimpleAuthentication(b"")), ()),
        (BindRequest(3, "", SaslAuthentication("PLAIN", b"\0x\0y")), ()),
        (SearchRequest(base, 2, parse_filter("(&(|(uid=a*n)(!(cn>=x)))(mail:dn:2.5.13.5:=y))"), ("*", "+")), (paged,)),
        (SearchRequest("", 0, parse_filter("(objectClass=*)")), ()),
        (CompareRequest(dn, "cn", b"x"), (Control("1.2.3", critical=True, value=b"x"),)),
        (ExtendedRequest(WHO_AM_I), ()),
        (ModifyRequest(dn, (Change(ModifyOperation.REPLACE, "description", (b"x",)),)), ()),
        (AddRequest(f"cn=new,{base}", (("objectClass", (b"device",)), ("cn", (b"new",)))), ()),
        (DelRequest(dn), ()),
        (ModifyDnRequest(dn, "uid=other", delete_old_rdn=True, new_superior=base), ()),
    ]  # fmt: skip
    return [encode_message(LdapMessage(1 + at, one, controls)) for at, (one, controls) in enumerate(operations)]


def mutated(message: bytes, chance: random.Random) -> bytes:
    """The message, damaged in up to four places."""
    data = bytearray(message)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data)) if data else 0
        match chance.randrange(4):
            case 0 if data:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randrange(1, 9)]
            case 2:
                data[at:at] = data[at : at + 16]
            case _:
                data[at:at] = chance.randbytes(chance.randrange(1, 9))
    return bytes(data)


class Neighbour(threading.Thread):
    """A well-behaved application: asks the same all the time, and counts what it is answered."""

    def __init__(self, uri: str, who: object) -> None:
        super().__init__(daemon=True)
        self._connection = python_ldap(Way(uri), who)  # type: ignore[arg-type]  # a Login
        self._dn = who.dn  # type: ignore[attr-defined]  # likewise
        self.answered = 0
        self.faults: list[str] = []
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.005):
            try:
                found = self._connection.search_s(self._dn, ldap.SCOPE_BASE)
                self.answered += [dn for dn, _ in found] == [self._dn]
            except ldap.LDAPError as error:
                self.faults.append(repr(error))


def resident(pid: int) -> int:
    """Bytes of memory that the process has now."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * 4096


@pytest.fixture(scope="module")
def gateway(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> Gateway:
    old_sqlite.restore()
    return gateways(old_sqlite.source(), passwords=CHEAP, log={"level": "warn", "format": "json"}).start()


def attack(port: int, messages: list[bytes]) -> None:
    """Send them, say that no more comes, and read until the other side has closed."""
    with socket.create_connection(("127.0.0.1", port), 30) as channel:
        try:
            channel.sendall(b"".join(messages))
            channel.shutdown(socket.SHUT_WR)
        except OSError:
            return  # closed on us already, as it may
        rest(channel)


def test_a_hundred_thousand_mutated_messages(gateway: Gateway, old_sqlite: OldFile) -> None:
    who = login(old_sqlite, "app")
    neighbour = Neighbour(gateway.uri, who)
    neighbour.start()
    wellformed, chance = requests(who.dn, old_sqlite.people), random.Random(4511)
    sizes: list[int] = []
    for number in range(MESSAGES // TOGETHER):
        attack(gateway.ports["ldap"], [mutated(chance.choice(wellformed), chance) for _ in range(TOGETHER)])
        if number % (MESSAGES // TOGETHER // 10) == 0:
            sizes.append(resident(gateway.pid))
    neighbour.ended.set()
    neighbour.join(30)
    assert neighbour.faults == []
    assert neighbour.answered > 100
    assert resident(gateway.pid) - sizes[1] < GROWTH, sizes
    assert "incident" not in gateway.text("stderr")
    until(lambda: "bindferry_connections 1.0" in gateway.get("/metrics"), "only the neighbour is still connected")
    other = login(old_sqlite, "anna")  # mutated binds were guesses at the first one's password, and count as such
    assert python_ldap(Way(gateway.uri), other).whoami_s() == f"dn:{other.dn}"
