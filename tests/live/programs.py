"""Small programs in other languages (`programs/`), each of which does with its LDAP library what applications do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from live.certificates import Authority
from live.estate import APPLICATION, GROUPS, dn_of
from live.gateway_process import PATIENCE, Gateway
from live.legacy import password_of
from live.slapd import PEOPLE

PROGRAMS = Path(__file__).parent / "programs"
NODE_MODULES = Path(sys.prefix) / "npm/node_modules"
"""Where the Makefile has npm put what `programs/*.js` ask for."""


def surroundings(gateway: Gateway, authority: Authority, name: str) -> dict[str, str]:
    """What every program finds in its environment: where to connect, as whom, and about whom."""
    return {
        **os.environ,
        "LDAPNOINIT": "1",
        "NODE_PATH": str(NODE_MODULES),
        "URI": gateway.uri,
        "LDAPS": f"ldaps://127.0.0.1:{gateway.ports['ldaps']}",
        "CA": str(authority.certificate),
        "DN": APPLICATION.dn,
        "PASSWORD": APPLICATION.password,
        "PEOPLE": PEOPLE,
        "GROUPS": GROUPS,
        "NAME": name,
        "RIGHT": password_of(name),
        "PERSON": dn_of(name),
    }


def output(command: list[str], environment: dict[str, str]) -> str:
    """What a program printed; its complaint where it failed."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=2 * PATIENCE)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def facts(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """The one JSON object that a program printed."""
    found: dict[str, Any] = json.loads(output(command, environment))
    return found
