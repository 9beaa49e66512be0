"""The `sql` source as a whole: the truth table of a bind at the source, names, injection, outages."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from usertable import BASE, PASSWORD, Harness, by_dn, execute, make, options, source_over, ssha

from gateway.errors import ConfigError, IdentityConflict, SourceMisbehaved, SourceUnavailable
from gateway.identity.model import AccountState, LoginName, PasswordCredential, Secret
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unknown
from gateway.plugins import Context, find
from gateway.testing.pump import PumpReactor

GROUPS = {"query": "SELECT group_name FROM memberships WHERE user_id = :key ORDER BY group_name"}
ALIASED = {"by_alias": "SELECT * FROM users WHERE mail = :name", "aliases": ["mail"]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make(tmp_path / "users.db")


@pytest.fixture
def old(path: Path) -> Iterator[Harness]:
    with source_over(options(path, groups=GROUPS, **ALIASED)) as harness:
        yield harness


def state_of(outcome: Outcome) -> AccountState:
    assert isinstance(outcome, Accepted)
    return outcome.identity.state


def test_it_is_registered_under_its_type() -> None:
    assert find("bindferry.sources", "sql").options.model_fields["type"].default == "sql"


def test_a_right_password_is_accepted_with_the_whole_person(old: Harness) -> None:
    outcome = old.bind("ada")
    assert isinstance(outcome, Accepted)
    person = outcome.identity
    assert (person.name, person.dn) == ("ada", f"uid=ada,{BASE}")
    assert person.aliases == ("ada@example.com",)
    assert person.groups == ("Büro, West", "staff")
    assert person.state == AccountState()


def test_a_wrong_password_is_refused(old: Harness) -> None:
    assert old.bind("ada", "wrong") == Rejected(Reason.WRONG_PASSWORD)


def test_an_unknown_name_is_unknown(old: Harness) -> None:
    """R8."""
    assert old.bind("zoe") == Unknown()


def test_no_hash_is_a_refusal_whatever_the_password(old: Harness, path: Path) -> None:
    for stored in (None, "", "   "):
        execute(path, "UPDATE users SET pw = ? WHERE username = 'cyn'", stored)
        for password in (PASSWORD, stored or " "):
            assert old.bind("cyn", password) == Rejected(Reason.NO_PASSWORD)


def test_a_hash_in_no_known_scheme_matches_nothing_not_even_itself(old: Harness, path: Path) -> None:
    execute(path, "UPDATE users SET pw = 'rot13:cnffjbeq' WHERE username = 'ada'")
    assert old.bind("ada", "rot13:cnffjbeq") == Rejected(Reason.WRONG_PASSWORD)


def test_states_come_with_the_yes_and_only_with_it(old: Harness) -> None:
    """R7: the core refuses, and nobody learns of a state with a wrong password."""
    assert state_of(old.bind("bob")).disabled
    assert state_of(old.bind("dee")).expires_at == 981173106.0
    assert state_of(old.bind("eve")).must_change
    assert state_of(old.bind("fay")).locked
    for name in ("bob", "dee", "eve", "fay"):
        assert old.bind(name, "wrong") == Rejected(Reason.WRONG_PASSWORD)


def test_a_dn_and_a_mail_address_lead_to_the_same_person(old: Harness) -> None:
    """R1."""
    for login in (by_dn(f"UID=Ada, {BASE}"), "ada@example.com", " ADA "):
        outcome = old.bind(login)
        assert isinstance(outcome, Accepted)
        assert outcome.identity.origin.key == "1"
    assert old.bind(by_dn("uid=ada,ou=others,dc=example,dc=com")) == Unknown()
    assert old.bind(by_dn(f"mail=ada@example.com,{BASE}")) == Unknown()


def test_the_rows_name_counts_and_not_the_typed_one(path: Path) -> None:
    """R2: what a loose collation finds is told under its own name, and the core compares."""
    loose = "SELECT * FROM users WHERE substr(username, 1, 2) = substr(:name, 1, 2)"
    with source_over(options(path, query=loose)) as old:
        account = old.run(old.source.lookup(LoginName.of("adam")))
        assert account is not None
        assert account.name == "ada"
        assert account.dn == f"uid=ada,{BASE}"


def test_two_rows_are_a_conflict_and_never_the_first_of_them(old: Harness, path: Path) -> None:
    """R4: of one name they have one DN, and two keys."""
    execute(path, "INSERT INTO users SELECT 77, username, pw, first, last, mail, 0, 0, NULL, 0 FROM users WHERE id = 1")
    with pytest.raises(IdentityConflict, match=rf"'uid=ada,{BASE} \(key 1\)' and 'uid=ada,{BASE} \(key 77\)'"):
        old.bind("ada")


INJECTIONS = [
    "' OR '1'='1",
    "ada' --",
    "ada'/*",
    "ada'; DROP TABLE users; --",
    '" OR ""="',
    "%",
    "_da",
    "ad*",
    "\\",
    "ada\\' OR 1=1",
    ":name",
    "{name}",
    "%s",
    "?",
    "ada\0",
    "\ud800",
    "x" * (1 << 20),
    "\u02bc OR 1=1",
]


@pytest.mark.parametrize("name", INJECTIONS)
def test_no_name_is_more_than_a_name(old: Harness, path: Path, name: str) -> None:
    assert old.bind(name) == Unknown()
    assert isinstance(old.bind("ada"), Accepted)


@pytest.mark.parametrize("password", [*INJECTIONS[:-2], "\x00", "x" * (1 << 20)])
def test_no_password_is_more_than_a_password(path: Path, password: str) -> None:
    verify = "SELECT 1 FROM users WHERE username = :name AND pw = :password"
    execute(path, "UPDATE users SET pw = 'open sesame'")
    with source_over(options(path, verify=verify, columns={"key": "id", "name": "username"})) as old:
        assert old.bind("ada", password.encode("utf-8", "replace")) == Rejected(Reason.WRONG_PASSWORD)
        assert isinstance(old.bind("ada", "open sesame"), Accepted)


def test_the_database_compares_under_the_name_that_it_returned(path: Path) -> None:
    """R2."""
    execute(path, "UPDATE users SET pw = 'x' || username")
    query = "SELECT * FROM users WHERE lower(username) = lower(:name)"
    verify = "SELECT username FROM users WHERE username = :name AND pw = :password"
    columns = {"key": "id", "name": "username", "disabled": "disabled"}
    with source_over(options(path, query=query, verify=verify, columns=columns)) as old:
        assert isinstance(old.bind("ADA", "xada"), Accepted)
        assert old.bind("ADA", "xADA") == Rejected(Reason.WRONG_PASSWORD)
        assert state_of(old.bind("bob", "xbob")).disabled


@pytest.mark.parametrize("first", ["NULL", "0", "''", "'f'"])
def test_a_row_without_a_yes_is_a_no(path: Path, first: str) -> None:
    verify = f"SELECT {first} WHERE :name = :name AND :password = :password"
    with source_over(options(path, verify=verify, columns={"key": "id", "name": "username"})) as old:
        assert old.bind("ada") == Rejected(Reason.WRONG_PASSWORD)


def test_a_password_from_latin_1_and_from_utf_8_is_the_same(old: Harness, path: Path) -> None:
    """R13."""
    execute(path, "UPDATE users SET pw = ? WHERE username = 'ada'", ssha("grün".encode()))
    execute(path, "UPDATE users SET pw = ? WHERE username = 'bob'", ssha("grün".encode("latin-1")))
    for sent in ("grün".encode(), "grün".encode("latin-1"), "gru\u0308n".encode()):
        assert isinstance(old.bind("ada", sent), Accepted)
    for sent in ("grün".encode(), "grün".encode("latin-1")):
        assert isinstance(old.bind("bob", sent), Accepted)
    assert old.bind("ada", "grun") == Rejected(Reason.WRONG_PASSWORD)


def test_the_yes_of_a_truncating_scheme_says_how_much_of_the_password_counted(old: Harness, path: Path) -> None:
    """R14."""
    execute(path, "UPDATE users SET pw = ? WHERE username = 'ada'", "{CRYPT}ZZKRwXSu3tt8s")  # 389-ds: "password"
    outcome = old.bind("ada", "passwords are long")
    assert isinstance(outcome, Accepted)
    assert outcome.significant == 8


def test_a_salt_in_its_own_column(path: Path) -> None:
    execute(path, "UPDATE users SET pw = ?, last = 'pepper'", hashlib.md5(b"pepper" + PASSWORD.encode()).hexdigest())
    columns = {"key": "id", "name": "username", "password": "pw", "salt": "last"}
    with source_over(options(path, columns=columns, scheme="hex_md5_salt_password")) as old:
        assert isinstance(old.bind("ada"), Accepted)
        assert old.bind("ada", "pepper") == Rejected(Reason.WRONG_PASSWORD)


def test_reading_a_person_needs_no_password(old: Harness) -> None:
    async def read() -> str | None:
        account = await old.source.lookup(LoginName.of("ada"))
        assert account is not None
        person = await old.source.read(account)
        return None if person is None else person.dn

    assert old.run(read()) == f"uid=ada,{BASE}"


def test_somebody_who_was_replaced_since_the_look_up_is_gone(old: Harness, path: Path) -> None:
    account = old.run(old.source.lookup(LoginName.of("ada")))
    assert account is not None
    execute(path, "UPDATE users SET id = 99 WHERE username = 'ada'")
    assert old.run(old.source.read(account)) is None


def test_a_locked_database_is_an_outage(path: Path) -> None:
    """R6."""
    with source_over(options(path, timeout=0.3)) as old, closing(sqlite3.connect(path)) as blocker:
        blocker.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SourceUnavailable):
            old.bind("ada")
        blocker.rollback()
        assert isinstance(old.bind("ada"), Accepted)


def test_a_file_that_is_gone_is_an_outage_and_its_return_is_noticed(path: Path) -> None:
    """R6."""
    away = path.rename(path.with_suffix(".away"))
    with source_over(options(path)) as old:
        with pytest.raises(SourceUnavailable):
            old.bind("ada")
        away.rename(path)
        assert isinstance(old.bind("ada"), Accepted)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"query": "SELECT missing FROM users WHERE username = :name"}, "no such column: missing"),
        ({"query": "SELECT * FROM nowhere WHERE username = :name"}, "no such table: nowhere"),
        ({"query": "SELECT id, pw FROM users WHERE username = :name"}, "no column 'username'"),
        ({"query": "SELECT *, id FROM users WHERE username = :name"}, "'id' twice"),
        ({"attributes": {"cn": "fullname"}}, "no column 'fullname'"),
        ({"groups": "SELECT g FROM nowhere WHERE u = :key"}, "no such table"),
    ],
)
def test_a_wrong_statement_is_misbehaviour_with_a_name(path: Path, change: dict[str, object], why: str) -> None:
    with source_over(options(path, **change)) as old, pytest.raises(SourceMisbehaved, match=why) as caught:
        old.bind("ada")
    assert caught.value.__context__ is None, "the driver's error, which quotes values, must not hang on"


def test_bad_data_is_misbehaviour_without_the_data(old: Harness, path: Path) -> None:
    execute(path, "UPDATE users SET disabled = 'possibly' WHERE username = 'ada'")
    with pytest.raises(SourceMisbehaved, match="'disabled'") as caught:
        old.bind("ada")
    assert "possibly" not in str(caught.value)


def test_count(path: Path, old: Harness) -> None:
    assert old.run(old.source.count()) is None
    with source_over(options(path, count="SELECT count(*) FROM users")) as counted:
        assert counted.run(counted.source.count()) == 6
    with source_over(options(path, count="SELECT username FROM users")) as wrong, pytest.raises(SourceMisbehaved):
        wrong.run(wrong.source.count())


def test_a_missing_driver_is_told_when_the_source_is_built(path: Path) -> None:
    with pytest.raises(ConfigError, match="pip install"), source_over(options(path, url="oracle://u:p@h/d")):
        raise AssertionError


def test_building_opens_nothing(tmp_path: Path) -> None:
    plugin = find("bindferry.sources", "sql")
    given = plugin.options.model_validate(options(tmp_path / "none.db"))
    source = plugin.build(given, Context(PumpReactor(), None))  # type: ignore[arg-type]  # it hashes nothing
    assert source.bases == (BASE,)
    assert list(tmp_path.iterdir()) == []


def test_a_credential_leaves_no_trace(old: Harness) -> None:
    """R15."""
    credential = PasswordCredential(LoginName.of("ada"), Secret(b"hunter2"))
    account = old.run(old.source.lookup(credential.login))
    assert "SSHA" not in repr(account)
    assert "hunter2" not in repr(credential)
