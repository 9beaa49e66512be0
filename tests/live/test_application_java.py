"""Java's JNDI: pooled connections, pages, binary values, `referral=follow`, and one context that re-binds."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest
from live.certificates import Authority
from live.estate import APPLICATION, CROWD, LATE, MOVED, STAYED, Estate, dn_of, outcomes, retire, scene
from live.gateway_process import Gateway
from live.legacy import PHOTO, password_of
from live.programs import PROGRAMS, output, surroundings

pytestmark = pytest.mark.live

NAMES = (MOVED[0], STAYED[0])  # both are in every group


@pytest.fixture(scope="module")
def gateway(estate: Estate, gateways: Callable[..., Gateway], authority: Authority) -> Iterator[Gateway]:
    yield from scene(estate, gateways, authority)


def told(gateway: Gateway, authority: Authority, *names: str, guess: str) -> dict[str, str]:
    """What the program says about these people."""
    environment = {
        **surroundings(gateway, authority, names[0]),
        "REBIND": dn_of(names[0]),
        "LATE": dn_of(LATE),
        "GUESS": guess,
        **{name.upper(): password_of(name) for name in names},
    }
    lines = output(["java", "-XX:TieredStopAtLevel=1", str(PROGRAMS / "Jndi.java"), *names], environment).splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_an_application_in_java_before_and_after(gateway: Gateway, authority: Authority, estate: Estate) -> None:
    """R17 of who has moved and who has not; then the old server goes, and that is no AuthenticationException (R6);
    and in the end it is not missed any more (R9, R18)."""
    seen = told(gateway, authority, *NAMES, guess="first")
    person = {
        "photo": base64.b64encode(PHOTO).decode(),
        "more": "false",
        "groups": "[admins, editors, operators]",
        "wrong": "AuthenticationException 49",
        "right": "ok",
    }
    people = {
        f"{name}.{fact}": value
        for name in NAMES
        for fact, value in {**person, "cn": f"{name.title()} Müller", "dn": dn_of(name)}.items()
    }
    rest = {"rebind.wrong": "refused", "rebind.right": NAMES[0], "pool": "20"}
    assert seen == {
        **people, **rest, "empty": "OperationNotSupportedException 53", "late": "AuthenticationException 49",
        "pages": f"3 {len(CROWD)} {len(CROWD)}",
    }  # fmt: skip
    binds = [record["outcome"] for record in gateway.audit("bind") if record["login"] == APPLICATION.dn]
    assert len(binds) < 10, "twenty contexts and more are served from a pool"
    estate.stop()
    again = told(gateway, authority, *NAMES, guess="second")
    # Groups of who has moved are told where the copies are known to be all; a JNDI that is told less is not told none.
    incomplete = {
        "pages": "incomplete",
        **{fact: told_of for fact, told_of in again.items() if told_of == "incomplete"},
    }
    assert incomplete.keys() <= {"pages", *(f"{name}.groups" for name in NAMES)}
    assert again == {**seen, "late": "ServiceUnavailableException 52", **incomplete}
    assert outcomes(gateway, LATE) == ["wrong-password", "unavailable"]
    retire(estate, gateway)
    assert told(gateway, authority, *NAMES, guess="third") == {**seen, "pages": "1 0 0"}
