"""PostgreSQL, which asks a directory whether a password is right (`ldap` in pg_hba.conf), with its recipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from live.certificates import Authority
from live.databases import PostgreSQL
from live.estate import LATE, LOCKED, MOVED, STAYED, Estate, outcomes, scene
from live.gateway_process import Gateway, until
from live.legacy import password_of
from live.recipes import HOST, ours, theirs

pytestmark = pytest.mark.live

PEOPLE = (*MOVED, *STAYED, LATE, LOCKED)


class Database(PostgreSQL):
    """One that trusts its superuser, and asks the gateway about everybody else."""

    def __init__(self, rule: str, authority: Path) -> None:
        self._authority = authority
        super().__init__()
        trusting = "host all postgres 127.0.0.1/32 trust\n"
        (self.directory / "data/pg_hba.conf").write_text(trusting + rule)

    def _command(self) -> list[str]:
        return ["env", f"LDAPTLS_CACERT={self._authority}", *super()._command()]


@dataclass(frozen=True)
class Scene:
    """A database that runs, and the gateway that it asks."""

    gateway: Gateway
    database: Database

    def lets_in(self, name: str, password: str) -> bool:
        """Whether somebody may connect, as themselves."""
        try:
            with psycopg.connect(
                host="127.0.0.1", port=self.database.port, user=name, password=password, dbname="postgres"
            ) as connection:
                return connection.execute("SELECT current_user").fetchone() == (name,)
        except psycopg.OperationalError as error:
            if "LDAP authentication failed" not in str(error):
                raise
            return False


@pytest.fixture(scope="module")
def staged(estate: Estate, gateways: Callable[..., Gateway], authority: Authority, place: Path) -> Iterator[Scene]:
    for gateway in scene(estate, gateways, authority, **ours("postgresql")):
        here = f"127.0.0.1 ldapport={gateway.ports['ldap']}"
        changes = {HOST: here, "10.0.0.0/8": "127.0.0.1/32", "hostssl": "host"}
        database = Database(theirs("postgresql", "pg_hba.conf", changes), place / "ca.pem")
        try:
            database.start()
            database.execute(*(f'CREATE ROLE "{name}" LOGIN' for name in (*PEOPLE, "nobody")))
            yield Scene(gateway, database)
        finally:
            database.remove()


@pytest.mark.parametrize("name", [*MOVED, *STAYED])
def test_the_right_password_is_let_in_and_a_wrong_one_is_not(staged: Scene, name: str) -> None:
    assert [staged.lets_in(name, word) for word in ("wrong", password_of(name), "wrong")] == [False, True, False]


def test_nobody_else_is_let_in(staged: Scene) -> None:
    """R7: not even with a role in the database."""
    told = [staged.lets_in(*one) for one in ((LOCKED, password_of(LOCKED)), ("nobody", "x"))]
    assert told == [False, False]


def test_an_outage_is_a_refusal_of_the_database_and_no_wrong_password(staged: Scene, estate: Estate) -> None:
    """R6, R9. Last: it takes the old server away."""
    estate.stop()
    told = [staged.lets_in(name, word) for name in MOVED for word in (password_of(name), "wrong")]
    assert told == [True, False] * len(MOVED)
    assert not staged.lets_in(LATE, password_of(LATE))
    assert "wrong-password" not in outcomes(staged.gateway, LATE)
    estate.restore()
    until(lambda: staged.lets_in(LATE, password_of(LATE)), "the old server is used again")
