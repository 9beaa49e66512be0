"""Three LDAP clients that nobody here wrote, behind one small interface: ldap-utils, python-ldap, ldap3.

Each call makes a connection of its own. A refusal is an `Answer` like a success; only a broken connection raises.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import ldap3
import ldif  # type: ignore[import-untyped]  # python-ldap's
from live.connections import TIMEOUT, Login, Way, ldap3_connection, python_ldap

__all__ = [
    "CLIENTS",
    "Answer",
    "Client",
    "Ldap3",
    "LdapUtils",
    "Login",
    "PythonLdap",
    "Way",
    "ldap3_connection",
    "python_ldap",
]

_UTILS = {"base": "base", "one": "one", "sub": "sub"}
_PYTHON_LDAP = {"base": ldap.SCOPE_BASE, "one": ldap.SCOPE_ONELEVEL, "sub": ldap.SCOPE_SUBTREE}
_LDAP3 = {"base": ldap3.BASE, "one": ldap3.LEVEL, "sub": ldap3.SUBTREE}

Entries = dict[str, dict[str, list[bytes]]]


@dataclass(frozen=True)
class Answer:
    """A result code, the diagnostic message where the client shows it, and what a search found: `raw` as the client
    gave it (for ldap-utils, the LDIF text), and the same as DN, attribute, values."""

    code: int
    text: str = ""
    raw: object = None
    entries: Mapping[str, Mapping[str, Sequence[bytes]]] | None = None


class Client(Protocol):
    """What a test may ask of each."""

    name: str

    def bind(self, way: Way, login: Login) -> Answer: ...

    def whoami(self, way: Way, login: Login) -> str: ...

    def search(
        self, way: Way, login: Login, base: str, scope: str, wanted: str, attributes: Sequence[str] = ()
    ) -> Answer: ...

    def compare(self, way: Way, login: Login, dn: str, attribute: str, value: str) -> bool: ...


class LdapUtils:
    """`ldapwhoami`, `ldapsearch`, `ldapcompare`: their exit status is the result code."""

    name = "ldap-utils"

    def bind(self, way: Way, login: Login) -> Answer:
        done = self._run(way, login, "ldapwhoami")
        return Answer(done.returncode, _diagnostic(done.stderr))

    def whoami(self, way: Way, login: Login) -> str:
        return self._run(way, login, "ldapwhoami", check=True).stdout.decode().strip()

    def search(
        self, way: Way, login: Login, base: str, scope: str, wanted: str, attributes: Sequence[str] = ()
    ) -> Answer:
        done = self._run(way, login, "ldapsearch", "-LLL", "-b", base, "-s", _UTILS[scope], wanted, *attributes)
        parser = ldif.LDIFRecordList(io.BytesIO(done.stdout))
        parser.parse()
        return Answer(done.returncode, _diagnostic(done.stderr), done.stdout, dict(parser.all_records))

    def compare(self, way: Way, login: Login, dn: str, attribute: str, value: str) -> bool:
        done = self._run(way, login, "ldapcompare", "-z", dn, f"{attribute}:{value}")
        assert done.returncode in {5, 6}, done.stderr
        return done.returncode == 6

    @staticmethod
    def _run(
        way: Way, login: Login, program: str, *arguments: str, check: bool = False
    ) -> subprocess.CompletedProcess[bytes]:
        command = [program, "-x", "-H", way.uri, "-D", login.dn, "-w", login.password]
        if way.starttls:
            command.append("-ZZ")
        environment = {"PATH": os.environ["PATH"], "LDAPCONF": "/dev/null", "HOME": "/nonexistent"}
        if way.ca is not None:
            environment["LDAPTLS_CACERT"] = str(way.ca)
        return subprocess.run(
            [*command, *arguments], env=environment, capture_output=True, timeout=TIMEOUT, check=check
        )


class PythonLdap:
    """libldap, from Python."""

    name = "python-ldap"

    def bind(self, way: Way, login: Login) -> Answer:
        connection = python_ldap(way)
        try:
            connection.simple_bind_s(login.dn, login.password)
            return Answer(0)
        except ldap.LDAPError as error:
            return _refused(error)
        finally:
            connection.unbind_s()

    def whoami(self, way: Way, login: Login) -> str:
        connection = python_ldap(way, login)
        answer: str = connection.whoami_s()
        connection.unbind_s()
        return answer

    def search(
        self, way: Way, login: Login, base: str, scope: str, wanted: str, attributes: Sequence[str] = ()
    ) -> Answer:
        connection = python_ldap(way, login)
        found: list[Any] = []
        try:
            number = connection.search(base, _PYTHON_LDAP[scope], wanted, list(attributes) or None)
            while (step := connection.result(number, 0))[0] == ldap.RES_SEARCH_ENTRY:
                found += step[1]
            return Answer(0, "", found, dict(found))
        except ldap.LDAPError as error:
            refused = _refused(error)
            return Answer(refused.code, refused.text, found, dict(found))
        finally:
            connection.unbind_s()

    def compare(self, way: Way, login: Login, dn: str, attribute: str, value: str) -> bool:
        connection = python_ldap(way, login)
        answer: bool = connection.compare_s(dn, attribute, value.encode())
        connection.unbind_s()
        return answer


def _refused(error: ldap.LDAPError) -> Answer:
    told = error.args[0]
    if told.get("result", -1) < 0:  # the connection, not an answer
        raise error
    return Answer(told["result"], told.get("info", ""))


class Ldap3:
    """Pure Python, its own codec."""

    name = "ldap3"

    def bind(self, way: Way, login: Login) -> Answer:
        with ldap3_connection(way, login) as connection:
            connection.bind()
            return Answer(connection.result["result"], connection.result["message"])

    def whoami(self, way: Way, login: Login) -> str:
        with ldap3_connection(way, login) as connection:
            assert connection.bind(), connection.result
            return str(connection.extend.standard.who_am_i())

    def search(
        self, way: Way, login: Login, base: str, scope: str, wanted: str, attributes: Sequence[str] = ()
    ) -> Answer:
        with ldap3_connection(way, login) as connection:
            assert connection.bind(), connection.result
            connection.search(base, wanted, _LDAP3[scope], attributes=list(attributes) or ldap3.ALL_ATTRIBUTES)
            found = [(item["dn"], dict(item["raw_attributes"])) for item in connection.response if "dn" in item]
            return Answer(connection.result["result"], connection.result["message"], found, dict(found))

    def compare(self, way: Way, login: Login, dn: str, attribute: str, value: str) -> bool:
        with ldap3_connection(way, login) as connection:
            assert connection.bind(), connection.result
            answer: bool = connection.compare(dn, attribute, value)
            return answer


def _diagnostic(stderr: bytes) -> str:
    found = re.search(r"additional info: (.*)", stderr.decode())
    return found[1] if found else ""


CLIENTS: tuple[Client, ...] = (LdapUtils(), PythonLdap(), Ldap3())
