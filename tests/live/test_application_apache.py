"""Apache httpd's mod_authnz_ldap, with the recipe of `config/applications/apache-httpd`: basic authentication."""

from __future__ import annotations

import base64
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from live.certificates import Authority
from live.daemons import daemon, free_port, listening
from live.estate import APPLICATION, IN, LATE, LOCKED, MOVED, OUT, STAYED, Estate, outcomes, retire, scene
from live.gateway_process import PATIENCE, Gateway, until
from live.legacy import password_of
from live.recipes import AUTHORITY, HOST, ours, theirs

pytestmark = pytest.mark.live

GRANTED, REFUSED, BROKEN = 404, 401, 500
"""There is no page behind any of it: who is let in is told so."""
RESTRICTED = ("members", "operators", "nested", "staff", "filter")

_SERVER = """\
ServerRoot {place}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {place}/apache.pid
Mutex pthread
LoadModule mpm_event_module {modules}/mod_mpm_event.so
{load}
User www-data
Group www-data
DocumentRoot /usr
ErrorLog {place}/error.log
LogLevel warn authnz_ldap:debug
LDAPSharedCacheSize 0
{recipe}
"""
_MODULES = ("authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "ldap", "authnz_ldap")


@dataclass(frozen=True)
class Apache:
    """One that runs, and the gateway that it asks."""

    gateway: Gateway
    port: int
    log: Path

    def get(self, place: str, name: str, password: str | None = None) -> int:
        """The status of a request with this person's password."""
        word = password_of(name) if password is None else password
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{place}")
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{name}:{word}".encode()).decode())
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                status: int = answer.status
                return status
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture(scope="module")
def apache(
    estate: Estate,
    gateways: Callable[..., Gateway],
    authority: Authority,
    place: Path,
) -> Iterator[Apache]:
    port = free_port()
    for gateway in scene(estate, gateways, authority, **ours("apache-httpd")):
        (place / "password").write_text(APPLICATION.password)
        changes = {
            HOST: f"127.0.0.1:{gateway.ports['ldaps']}",
            AUTHORITY: str(place / "ca.pem"),
            "/etc/apache2/ldap-password": str(place / "password"),
        }
        modules = "/usr/lib/apache2/modules"
        load = "\n".join(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in _MODULES)
        recipe = theirs("apache-httpd", "httpd.conf", changes)
        configuration = place / "httpd.conf"
        configuration.write_text(_SERVER.format(place=place, port=port, modules=modules, load=load, recipe=recipe))
        command = ["/usr/sbin/apache2", "-f", configuration, "-DFOREGROUND"]
        with daemon(command, place / "output.log", lambda: listening(port)):
            yield Apache(gateway, port, place / "error.log")


@pytest.mark.parametrize("name", [*MOVED, *STAYED])
def test_the_right_password_opens_and_a_wrong_one_does_not(apache: Apache, name: str) -> None:
    assert apache.get("everybody", name, "wrong") == REFUSED
    assert apache.get("everybody", name) == GRANTED
    assert apache.get("everybody", name, "wrong") == REFUSED


def test_nobody_without_a_password_an_account_or_the_right_to_it_gets_in(apache: Apache) -> None:
    """R5, R7."""
    assert apache.get("everybody", "anna", "") == REFUSED
    assert apache.get("everybody", "nobody", "x") == REFUSED
    assert apache.get("everybody", "*", "x") == REFUSED
    assert apache.get("everybody", LOCKED) == REFUSED
    assert apache.get("everybody", LOCKED, "wrong") == REFUSED


@pytest.mark.parametrize("name", IN)
@pytest.mark.parametrize("path", RESTRICTED)
def test_members_are_let_in(apache: Apache, path: str, name: str) -> None:
    """R18: `ldap-group` with DNs, with login names, nested; `ldap-attribute` and `ldap-filter`."""
    assert apache.get(path, name) == GRANTED


@pytest.mark.parametrize("name", OUT)
@pytest.mark.parametrize("path", RESTRICTED)
def test_others_are_not(apache: Apache, path: str, name: str) -> None:
    assert apache.get(path, name) == REFUSED


def test_an_outage_is_an_error_of_the_server_and_not_a_wrong_password(apache: Apache, estate: Estate) -> None:
    """R6, R9. It takes the old server away. A browser asks for another password at 401, and not at 500."""
    estate.stop()
    for name in (*MOVED, *STAYED):
        assert apache.get("everybody", name) == GRANTED
    assert apache.get("everybody", "anna", "wrong") == REFUSED
    assert apache.get("everybody", LATE) == BROKEN
    estate.restore()
    until(lambda: apache.get("everybody", LATE) == GRANTED, "the old server is used again")
    assert "wrong-password" not in outcomes(apache.gateway, LATE)


def test_when_the_old_server_is_gone_for_good_its_groups_still_decide(apache: Apache, estate: Estate) -> None:
    """R9, R18. Last: groups came along with their members, nested ones too, and are asked for in the same way."""
    retire(estate, apache.gateway)
    for path in RESTRICTED:
        told = {name: apache.get(path, name) for name in (*IN, *OUT)}
        assert told == {**dict.fromkeys(IN, GRANTED), **dict.fromkeys(OUT, REFUSED)}, path
        assert apache.get(path, IN[0], "wrong") == REFUSED
    assert apache.get("everybody", "p001") == REFUSED, "who has never come is nobody's"
