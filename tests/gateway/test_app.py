"""The composition root: real stores wired to the core, threads and all, without a socket."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from core_rig import PEER, Trail, login
from passlib.hash import des_crypt
from waiting import now

from gateway.absent import AbsentDirectory
from gateway.app import Core, assemble, name_rules, open_stores
from gateway.config import Settings, load
from gateway.errors import ConfigErrors
from gateway.identity.model import LoginName, PasswordCredential, Secret
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unknown
from gateway.identity.search import Query, Scope
from gateway.testing import oldstores
from gateway.testing.pump import PumpReactor
from gateway.wire.filter import parse_filter

CONFIG = """
directory: {url: "sqlite:///PLACE/directory.db", base: "dc=example,dc=com"}
listen: {ldap: {address: 127.0.0.1, port: 0, starttls: "off"}}
passwords: {memory: 64KiB, time: 1}
migration: {wait: 5s}
sources:
  - name: customers
    type: sql
    url: "sqlite:///PLACE/users.db"
    query: "SELECT * FROM users WHERE login = :name"
    columns:
      {key: id, name: login, password: pw, disabled: {column: status, values: [blocked]}, must_change: force_change}
    attributes: {cn: last, sn: last, Telefon: {constant: ["1"]}}
    dn: "uid={name},ou=customers,dc=example,dc=com"
    lockout: {threshold: 3, window: 30m}
    map: {rename: {Telefon: telephoneNumber}}
"""
PEOPLE = oldstores.customers()


def settings(place: Path, text: str = CONFIG) -> Settings:
    oldstores.write_table(place / "users.db")
    (place / "bindferry.yaml").write_text(text.replace("PLACE", str(place)))
    return load(place / "bindferry.yaml")


class Running:
    """A core over real stores, driven by hand."""

    def __init__(self, place: Path, text: str = CONFIG) -> None:
        self.reactor = PumpReactor()
        self.reactor.advance(1_800_000_000)
        self.trail = Trail()
        self.settings = configured = settings(place, text)
        self.stores = open_stores(configured, self.reactor)
        self.core: Core = assemble(configured, self.stores, self.trail, self.reactor)

    def bind(self, name: str, password: str | bytes) -> Outcome:
        secret = Secret(password.encode() if isinstance(password, str) else password)
        credential = PasswordCredential(LoginName.of(name), secret)
        return self.reactor.run(self.core.authenticator.bind(credential, PEER))

    def close(self) -> None:
        self.reactor.run(self.stores.close(1))


def test_every_scheme_of_the_old_table_moves_and_stays_in(tmp_path: Path) -> None:
    """The main job, over SQLite on both sides: R9, R11."""
    running = Running(tmp_path)
    for person in PEOPLE[:6]:  # one of each hash scheme
        assert isinstance(running.bind(person.uid, person.password), Accepted)
    (tmp_path / "users.db").write_bytes(b"")
    for person in PEOPLE[:6]:
        outcome = running.bind(person.uid.upper(), person.password)
        assert isinstance(outcome, Accepted)
        assert outcome.identity.attributes.get("telephonenumber") == (b"1",)
        assert running.bind(person.uid, "wrong") == Rejected(Reason.WRONG_PASSWORD)
    assert running.reactor.run(running.stores.native.counts()) == {"customers": 6}
    running.close()


def test_applications_that_send_different_tails_to_a_truncating_scheme_all_stay_in(tmp_path: Path) -> None:
    """R13, R14: eight characters counted in the old table, and whatever followed them did not."""
    running = Running(tmp_path, CONFIG + "    scheme: des_crypt\n")
    with closing(sqlite3.connect(tmp_path / "users.db")) as table:
        stored = des_crypt.hash("pässwörd".encode("latin-1"))
        table.execute("UPDATE users SET pw = ? WHERE login = ?", (stored, PEOPLE[0].uid))
        table.commit()
    assert isinstance(running.bind(PEOPLE[0].uid, "pässwörd1"), Accepted)
    assert running.reactor.run(running.stores.native.counts()) == {"customers": 1}
    (tmp_path / "users.db").write_bytes(b"")
    for password in ("pässwörd", "pässwörd-and-more".encode("latin-1"), "pa\u0308sswo\u0308rd2"):
        assert isinstance(running.bind(PEOPLE[0].uid, password), Accepted)
    for password in ("pässwör", "password", "pässwör\u00e9"):
        assert running.bind(PEOPLE[0].uid, password) == Rejected(Reason.WRONG_PASSWORD)
    running.close()


def test_the_rules_of_a_source_reach_the_core(tmp_path: Path) -> None:
    """R7, R20: columns for states, and the source's own lockout."""
    running = Running(tmp_path)
    states = {person.note: person for person in PEOPLE if person.note}
    for note, reason in (("disabled", Reason.DISABLED), ("must change", Reason.MUST_CHANGE)):
        assert running.bind(states[note].uid, states[note].password) == Rejected(reason)
    victim = PEOPLE[0]
    outcomes = [running.bind(victim.uid, f"guess {number}") for number in range(3)]
    assert outcomes == [Rejected(Reason.WRONG_PASSWORD)] * 2 + [Rejected(Reason.LOCKED)]
    running.close()


def test_a_name_that_was_verified_a_moment_ago_is_answered_without_suspending(tmp_path: Path) -> None:
    """Binds and searches of people in use never leave the reactor thread."""
    running = Running(tmp_path)
    person = PEOPLE[0]
    running.bind(person.uid, person.password)
    credential = PasswordCredential(LoginName.of(person.uid), Secret(person.password.encode()))
    assert isinstance(now(running.core.authenticator.bind(credential, PEER)), Accepted)

    async def search() -> list[str]:
        wanted, asked = parse_filter(f"(uid={person.uid})"), frozenset({"*"})
        query = Query("", Scope.SUBTREE, wanted, LoginName.of(person.uid), attributes=asked)
        return [entry.dn async for entry in running.core.search.search(query)]

    assert now(search()) == [f"uid={person.uid},{oldstores.CUSTOMERS}"]
    running.close()


def test_all_faults_of_opening_are_told_together_and_nothing_is_written(tmp_path: Path) -> None:
    text = CONFIG.replace("PLACE/directory.db", "PLACE/missing/directory.db")
    with pytest.raises(ConfigErrors, match="missing"):
        open_stores(settings(tmp_path, text), PumpReactor())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bindferry.yaml", "users.db"]


def test_who_only_looks_finds_the_sources_and_an_empty_directory(tmp_path: Path) -> None:
    reactor = PumpReactor()
    stores = open_stores(settings(tmp_path), reactor, may_create=False)
    assert isinstance(stores.native, AbsentDirectory)
    assert [source.name for source in stores.sources] == ["customers"]
    reactor.run(stores.close(1))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bindferry.yaml", "users.db"]
    (tmp_path / "users.db").unlink()
    Running(tmp_path).close()
    (tmp_path / "users.db").unlink()
    stores = open_stores(settings(tmp_path), reactor, may_create=False)
    assert not isinstance(stores.native, AbsentDirectory)
    reactor.run(stores.close(1))


@pytest.mark.parametrize(("rules", "fault"), [
    ("suffixes: [nonsense]", "sources.0: names.suffixes"),
    ("pattern: '('", "sources.0.names.pattern: not a regular expression"),
    ("domains: []", "sources.0.names.domains"),
    ("suffix: [o=x]", "sources.0.names.suffix"),
])  # fmt: skip
def test_rules_for_names_that_cannot_be_used_are_faults(tmp_path: Path, rules: str, fault: str) -> None:
    with pytest.raises(ConfigErrors, match=fault):
        open_stores(settings(tmp_path, f"{CONFIG}    names: {{{rules}}}\n"), PumpReactor())


def test_a_dn_of_any_tree_and_of_every_attribute_that_is_listed_is_read_as_a_bare_name(tmp_path: Path) -> None:
    """R1: `explain` reads names by the same rules as a bind."""
    running = Running(tmp_path, f"{CONFIG}names: {{trees: ['ou=older,o=old']}}\n")
    rules = name_rules(running.settings, running.stores.sources)
    for dn in ("cn=jdoe,ou=older,o=old", "mail=jdoe,ou=customers,dc=example,dc=com", "uid=jdoe,dc=example,dc=com"):
        assert [reading.key for reading in rules.readings(login(dn))] == [dn, "jdoe"]
    assert len(rules.readings(login("cn=jdoe,o=elsewhere"))) == 1
    running.close()


def test_a_source_is_asked_only_for_names_by_its_rules(tmp_path: Path) -> None:
    """R4."""
    person = PEOPLE[0]
    rules = "{domains: [SHOP], pattern: 'nobody'}"
    running = Running(tmp_path, f"{CONFIG}    names: {rules}\nnames: {{domains: [SHOP]}}\n")
    assert running.bind(person.uid, person.password) == Unknown()
    assert isinstance(running.bind(f"shop\\{person.uid}", person.password), Accepted)
    running.close()
