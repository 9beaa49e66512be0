"""FreeRADIUS: real requests for access, with its recipe. It searches, binds as whom it found, and reads groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from live.certificates import Authority
from live.daemons import daemon, free_port, run
from live.estate import IN, LOCKED, MOVED, OUT, STAYED, Estate, scene
from live.gateway_process import Gateway
from live.legacy import password_of
from live.recipes import AUTHORITY, HOST, ours, theirs

pytestmark = pytest.mark.live

ACCEPT, REJECT = "Access-Accept", "Access-Reject"
_CONFIGURATION = """\
name = radiusd
prefix = /usr
libdir = /usr/lib/freeradius
logdir = {place}
raddbdir = {place}
db_dir = {place}
run_dir = {place}
max_request_time = 30
thread pool {{
    start_servers = 2
    max_servers = 4
    min_spare_servers = 1
    max_spare_servers = 2
    max_requests_per_server = 0
}}
security {{
    reject_delay = 0
}}
client here {{
    ipaddr = 127.0.0.1
    secret = between-us
}}
modules {{
    $INCLUDE {place}/ldap
    mschap {{
    }}
    pap {{
    }}
}}
server default {{
    listen {{
        type = auth
        ipaddr = 127.0.0.1
        port = {port}
    }}
    authorize {{
        mschap
        ldap
        if (&User-Password && !&control:Auth-Type) {{
            update control {{
                &Auth-Type := LDAP
            }}
        }}
    }}
    authenticate {{
        Auth-Type LDAP {{
            ldap
        }}
        Auth-Type MS-CHAP {{
            mschap
        }}
    }}
    post-auth {{
        if (&NAS-Identifier == "groups") {{
            if (LDAP-Group == "admins") {{
                update reply {{
                    &Reply-Message += "admins"
                }}
            }}
            if (LDAP-Group == "operators") {{
                update reply {{
                    &Reply-Message += "operators"
                }}
            }}
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Radius:
    """One that runs, and the gateway that it asks."""

    gateway: Gateway
    port: int

    def access(self, name: str, password: str, attribute: str = "User-Password") -> str:
        """The answer."""
        return self._ask(f'User-Name = "{name}"\n{attribute} = "{password}"\n').partition(" ")[0]

    def groups(self, name: str) -> list[str]:
        """What the rules of the server find this person to be in, after the right password."""
        asked = f'User-Name = "{name}"\nUser-Password = "{password_of(name)}"\nNAS-Identifier = "groups"\n'
        return [line.split('"')[1] for line in self._ask(asked).splitlines() if "Reply-Message" in line]

    def _ask(self, attributes: str) -> str:
        request = f"{attributes}Message-Authenticator = 0x00\n"
        command = ("radclient", "-x", "-r", "1", "-t", "20", f"127.0.0.1:{self.port}", "auth", "between-us")
        return run(*command, feed=request).stdout.partition("Received ")[2]


@pytest.fixture(scope="module")
def radius(estate: Estate, gateways: Callable[..., Gateway], authority: Authority, place: Path) -> Iterator[Radius]:
    port = free_port()
    for gateway in scene(estate, gateways, authority, **ours("freeradius")):
        changes = {HOST: f"127.0.0.1:{gateway.ports['ldaps']}", AUTHORITY: str(place / "ca.pem")}
        (place / "ldap").write_text(theirs("freeradius", "ldap", changes))
        (place / "radiusd.conf").write_text(_CONFIGURATION.format(place=place, port=port))
        log = place / "radius.log"
        command = ["freeradius", "-f", "-l", "stdout", "-d", place, "-n", "radiusd"]
        with daemon(command, log, partial(_says, log, "Ready to process requests")):
            yield Radius(gateway, port)


def _says(log: Path, text: str) -> bool:
    return text in log.read_text(errors="replace")


@pytest.mark.parametrize("name", [*MOVED, *STAYED])
def test_the_right_password_is_let_in_and_a_wrong_one_is_not(radius: Radius, name: str) -> None:
    told = [radius.access(name, word) for word in ("wrong", password_of(name), "wrong")]
    assert told == [REJECT, ACCEPT, REJECT]


def test_groups_of_dns_and_of_login_names_are_found(radius: Radius) -> None:
    """R18. It writes the DN with every special character escaped."""
    found = [radius.groups(name) for name in (*IN, *OUT)]
    assert found == [["admins", "operators"]] * len(IN) + [[]] * len(OUT)


def test_nobody_else_is_let_in(radius: Radius) -> None:
    """R5, R7."""
    for name, password in ((LOCKED, password_of(LOCKED)), ("nobody", "x"), ("*", "x"), ("anna", "")):
        assert radius.access(name, password) == REJECT


def test_a_method_that_needs_a_hash_is_refused_since_there_is_none(radius: Radius) -> None:
    """MSCHAP, as the recipe says; of people who have moved and of people who have not."""
    for name in (*MOVED, *STAYED):
        assert radius.access(name, password_of(name), "MS-CHAP-Password") == REJECT


def test_who_has_moved_is_let_in_without_the_old_server(radius: Radius, estate: Estate) -> None:
    """R9. Last: it takes the old server away. Only of them: FreeRADIUS 3.2.1 aborts at a search that is answered with
    `unavailable` (it goes on with the connection that it has just replaced), as its recipe says."""
    estate.stop()
    told = [radius.access(name, word) for name in MOVED for word in (password_of(name), "wrong")]
    assert told == [ACCEPT, REJECT] * len(MOVED)
