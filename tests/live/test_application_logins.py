"""Logins as web applications do them, by the recipes for PHP, Django, Node.js and Tomcat: who, and which groups."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from live.certificates import Authority
from live.daemons import run
from live.estate import IN, LATE, LOCKED, MOVED, OUT, STAYED, Estate, outcomes, retire, scene
from live.gateway_process import Gateway
from live.legacy import password_of
from live.programs import PROGRAMS, output, surroundings
from live.recipes import AUTHORITY, HOST, ours, theirs

pytestmark = pytest.mark.live

TOMCAT = ("catalina", "util", "util-scan", "juli", "servlet-api", "coyote", "jaspic-api", "annotations-api", "api")
CLASSES = ":".join(f"/usr/share/java/tomcat9-{name}.jar" for name in TOMCAT)
STORE = "store-password"
RECIPES = {"php": "login.php", "django": "settings.py", "nodejs": "passport.js", "tomcat": "server.xml"}
COMMANDS = {
    "php": ["php", str(PROGRAMS / "login.php")],
    "django": [sys.executable, str(PROGRAMS / "login_django.py")],
    "nodejs": ["node", str(PROGRAMS / "login_passport.js")],
    "tomcat": ["java", "-XX:TieredStopAtLevel=1", "-cp", CLASSES],
}
NESTED = {"django", "tomcat"}
"""Those that ask for the groups of groups, too."""


@pytest.fixture(scope="module")
def gateway(estate: Estate, gateways: Callable[..., Gateway], authority: Authority, place: Path) -> Iterator[Gateway]:
    importing = ("keytool", "-importcert", "-noprompt", "-alias", "corp", "-storetype", "PKCS12")
    done = run(*importing, "-file", place / "ca.pem", "-keystore", place / "ca.p12", "-storepass", STORE)
    assert done.returncode == 0, done.stdout
    (one,), *others = (ours(name)["applications"] for name in RECIPES)
    shown = {name for (other,) in others for name in other["attributes"]}  # they share a service account here
    both = {**one, "attributes": sorted({*one["attributes"], *shown})}
    yield from scene(estate, gateways, authority, applications=[both])


def logins(gateway: Gateway, authority: Authority, place: Path, application: str, *words: str) -> list[list[str]]:
    """What came of each, and the groups."""
    recipe = place / f"{application}-{RECIPES[application]}"
    scheme = "ldaps" if application in {"nodejs", "tomcat"} else "ldap"
    changes = {HOST: f"127.0.0.1:{gateway.ports[scheme]}"}
    if application != "tomcat":
        changes[AUTHORITY] = str(place / "ca.pem")
    recipe.write_text(theirs(application, RECIPES[application], changes))
    command = COMMANDS[application]
    if application == "tomcat":
        trust = (f"-Djavax.net.ssl.trustStore={place / 'ca.p12'}", f"-Djavax.net.ssl.trustStorePassword={STORE}")
        command = [*command, *trust, str(PROGRAMS / "LoginTomcat.java")]
    lines = output([*command, str(recipe), *words], surroundings(gateway, authority, MOVED[0])).splitlines()
    return [line.split("\t") for line in lines if "\t" in line]


def asked(names: Sequence[str]) -> list[str]:
    return [word for name in names for password in ("wrong", password_of(name)) for word in (name, password)]


def expected(application: str, names: Sequence[str]) -> list[list[str]]:
    """Whatever is wrong with the first password, the second is right."""
    groups = "admins,nested" if application in NESTED else "admins"
    known = {name: name if application == "tomcat" else f"{name}@corp.example" for name in names}
    return [line for name in names for line in (["refused", ""], [known[name], groups if name in IN else ""])]


@pytest.mark.parametrize("application", RECIPES)
def test_the_right_password_lets_in_with_the_right_groups(
    gateway: Gateway, authority: Authority, place: Path, application: str
) -> None:
    """R17, R18: of people who have moved and people who have not; R5, R7: and nobody else."""
    names = (*IN, *OUT)
    others = [LOCKED, password_of(LOCKED), "nobody", "x", "*", "x", "anna)(uid=*", "x", MOVED[0], ""]
    told = logins(gateway, authority, place, application, *asked(names), *others)
    assert told == [*expected(application, names), *[["refused", ""]] * 5]


def test_an_outage_is_no_wrong_password_where_the_library_can_tell(
    gateway: Gateway, authority: Authority, place: Path, estate: Estate
) -> None:
    """R6; Django and Tomcat cannot: they take every error for a refusal."""
    estate.stop()
    for application, code in (("php", "error 52"), ("nodejs", "error 52")):
        told = logins(gateway, authority, place, application, LATE, password_of(LATE))
        assert told == [[code, ""]], application
    assert "wrong-password" not in outcomes(gateway, LATE)


def test_when_the_old_server_is_gone_for_good_everything_is_as_it_was(
    gateway: Gateway, authority: Authority, place: Path, estate: Estate
) -> None:
    """R9, R18. Last."""
    retire(estate, gateway)
    for application in RECIPES:
        names = (MOVED[0], STAYED[0], MOVED[1])
        told = logins(gateway, authority, place, application, *asked(names), "p001", password_of("p001"))
        assert told == [*expected(application, names), ["refused", ""]], application
