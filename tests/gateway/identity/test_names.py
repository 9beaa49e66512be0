"""How names may be read (R1)."""

from __future__ import annotations

import pytest
from core_rig import RIGHT, WRONG, Rig
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.model import LoginName, normalise
from gateway.identity.names import NameRules
from gateway.identity.outcome import Accepted, Reason, Rejected, Unavailable
from gateway.identity.ports import Account
from gateway.testing.memory_source import MemorySource
from gateway.wire.dn import escape_value, leaf, normalise_dn

RULES = NameRules.of(["CORP"], ["corp.example", "@old.example"], ["uid", "sAMAccountName"], ["dc=example,dc=com"])


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("jdoe", ["jdoe"]),
        ("CORP\\JDoe", ["jdoe"]),
        ("corp\\ jdoe", ["jdoe"]),
        ("OTHER\\jdoe", ["other\\jdoe"]),
        ("\\jdoe", ["\\jdoe"]),
        ("CORP\\", ["corp\\"]),
        ("JDoe@Corp.Example", ["jdoe@corp.example", "jdoe"]),
        ("jdoe@old.example", ["jdoe@old.example", "jdoe"]),
        ("jdoe@elsewhere.example", ["jdoe@elsewhere.example"]),
        ("@corp.example", ["@corp.example"]),
        ("a@b@corp.example", ["a@b@corp.example", "a@b"]),
        ("", [""]),
    ],
)
def test_a_bare_name_is_read_by_the_configured_rules(typed: str, keys: list[str]) -> None:
    """R1: a domain or suffix that nobody configured is never cut off."""
    assert [reading.key for reading in RULES.readings(LoginName.of(typed))] == keys


@pytest.mark.parametrize(
    ("dn", "leaf", "keys"),
    [
        ("uid=jdoe,dc=example,dc=com", ("uid", "jdoe"), ["uid=jdoe,dc=example,dc=com", "jdoe"]),
        ("samaccountname=jdoe", ("samaccountname", "jdoe"), ["samaccountname=jdoe", "jdoe"]),
        ("uid=jdoe,ou=people,o=corp", ("uid", "jdoe"), ["uid=jdoe,ou=people,o=corp"]),
        ("uid=jdoe,ou=sub,dc=example,dc=com", ("uid", "jdoe"), ["uid=jdoe,ou=sub,dc=example,dc=com"]),
        ("cn=jdoe,dc=example,dc=com", ("cn", "jdoe"), ["cn=jdoe,dc=example,dc=com"]),
    ],
)
def test_a_dn_names_a_login_only_in_a_configured_tree(dn: str, leaf: tuple[str, str], keys: list[str]) -> None:
    """A DN of another tree must not lead to whoever happens to have the same name here."""
    assert [reading.key for reading in RULES.readings(LoginName.of_dn(dn, dn, leaf))] == keys


def test_without_rules_a_name_is_itself() -> None:
    assert [reading.key for reading in NameRules().readings(LoginName.of("CORP\\x@y"))] == ["corp\\x@y"]


SITE = NameRules.of(
    ["CORP"],
    ["corp.example"],
    ["uid", "sAMAccountName", "cn", "mail"],
    ["dc=example,dc=com", "ou=people,o=corp"],
)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda name: normalise(name) and not set("\\\\@=") & set(normalise(name))
)


def forms(name: str) -> list[LoginName]:
    """Everything that an application may make of one person's login name."""
    loud = name.upper() if normalise(name.upper()) == normalise(name) else name  # `ı` is none of these
    bare = [name, f" {loud} ", f"CORP\\{name}", f"corp\\{loud}", f"{name}@corp.example", f"{loud}@Corp.Example"]
    found = [LoginName.of(typed) for typed in bare]
    value = escape_value(name)
    for attribute in ("uid", "cn", "sAMAccountName"):
        for tree in ("", ",dc=example,dc=com", ", OU=People,o=Corp"):
            typed = f"{attribute}={value}{tree}"
            found.append(LoginName.of_dn(typed, normalise_dn(typed), leaf(typed)))
    typed = f"mail={value}@corp.example,dc=example,dc=com"
    return [*found, LoginName.of_dn(typed, normalise_dn(typed), leaf(typed))]


@given(NAMES)
def test_every_form_of_a_name_leads_to_it_and_is_asked_literally_first(name: str) -> None:
    for login in forms(name):
        readings = SITE.readings(login)
        assert normalise(name) in {reading.key for reading in readings if reading.dn is None}, login
        if login.dn is not None:
            assert readings[0] == login


@given(NAMES, NAMES)
def test_no_form_of_one_name_leads_to_another(one: str, other: str) -> None:
    """R1, R2: as bare names, what is read differs wherever the names do."""
    if normalise(one) != normalise(other):
        for login in forms(one):
            assert normalise(other) not in {reading.key for reading in SITE.readings(login) if reading.dn is None}


def test_a_mail_address_in_a_dn_is_read_like_one_alone() -> None:
    dn = "mail=jdoe@corp.example,dc=example,dc=com"
    keys = [reading.key for reading in SITE.readings(LoginName.of_dn(dn, dn, ("mail", "jdoe@corp.example")))]
    assert keys == [dn, "jdoe@corp.example", "jdoe"]


class TakesDnsAtTheirWord(MemorySource):
    """As the `ldap` source does: any DN below its base is an account until a bind says otherwise."""

    async def lookup(self, login: LoginName) -> Account | None:
        if login.dn is None:
            return await super().lookup(login)
        return Account(login.dn, dn=login.dn) if login.dn.endswith(",ou=people,o=corp") else None


APPLIANCE = NameRules.of((), ["corp.example"], ["uid", "cn", "mail"], ["dc=example,dc=com", "ou=people,o=corp"])


def appliance(lockout: tuple[int, float] | None = None) -> tuple[Rig, TakesDnsAtTheirWord]:
    source = TakesDnsAtTheirWord("staff")
    source.add("jdoe", RIGHT, aliases=["john@corp.example"])
    source.add("smith", WRONG, dn="uid=smith,ou=people,o=corp")
    return Rig(source, names=APPLIANCE, lockout=lockout), source


@pytest.mark.parametrize("name", [
    "cn=jdoe", "cn=JDoe,ou=people,o=corp", "cn=jdoe,dc=example,dc=com", "uid=jdoe", "uid=jdoe,ou=people,o=corp",
    "mail=john@corp.example", "mail=john@corp.example,ou=people,o=corp", "jdoe", "jdoe@corp.example",
])  # fmt: skip
def test_appliances_name_a_person_as_they_like_before_and_after_the_move(name: str) -> None:
    """R1, R9: after the guess that a DN is somebody's, the next reading is tried."""
    rig, source = appliance()
    assert rig.bind(name, WRONG) == Rejected(Reason.WRONG_PASSWORD)
    outcome = rig.bind(name)
    assert isinstance(outcome, Accepted)
    assert outcome.identity.name == "jdoe"
    source.fail_with()
    assert isinstance(rig.bind(name), Accepted)


def test_a_dn_that_is_nobodys_costs_the_person_no_attempt_of_the_budget() -> None:
    """R20: two readings of one name, and one attempt at the account."""
    rig, source = appliance(lockout=(3, 900))
    for guess in (b"a", b"b"):
        assert rig.bind("cn=jdoe,ou=people,o=corp", guess) == Rejected(Reason.WRONG_PASSWORD)
    assert rig.bind("cn=jdoe,ou=people,o=corp", b"c") == Rejected(Reason.LOCKED)
    assert source.asked.count("verify jdoe") == 2


def test_an_outage_after_such_a_guess_is_an_outage() -> None:
    """R6."""
    rig, source = appliance()
    source.fail_with()
    assert isinstance(rig.bind("cn=jdoe,ou=people,o=corp"), Unavailable)
    assert rig.trail[-1].outcome == "unavailable"


def test_the_dn_of_one_person_is_not_the_name_of_another_who_has_moved() -> None:
    """R1: `cn=smith` of the old tree is jane, whose DN that is, and smith has another."""
    rig, source = appliance()
    source.add("jane", RIGHT, dn="cn=smith,ou=people,o=corp")
    assert isinstance(rig.bind("smith", WRONG), Accepted)
    outcome = rig.bind("cn=smith,ou=people,o=corp", RIGHT)
    assert isinstance(outcome, Accepted)
    assert outcome.identity.name == "jane"
    source.fail_with()
    assert rig.bind("cn=smith,dc=example,dc=com", RIGHT) == Rejected(Reason.WRONG_PASSWORD)
