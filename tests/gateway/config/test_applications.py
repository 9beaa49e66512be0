from __future__ import annotations

from pathlib import Path

import pytest
from configuring import MINIMAL, faults, loaded


def listed(*lines: str) -> str:
    return MINIMAL + "applications:\n" + "".join(f"  - {line}\n" for line in lines)


def test_without_the_section_there_are_none(tmp_path: Path) -> None:
    assert loaded(tmp_path, MINIMAL).applications == ()
    assert loaded(tmp_path, MINIMAL + "applications:\n").applications == ()


def test_one_value_stands_for_a_list_of_one(tmp_path: Path) -> None:
    (wiki,) = loaded(
        tmp_path, listed("{name: wiki, bind_dn: jdoe, networks: 10.0.0.0/8, bases: o=corp, tolerates: ldapv2}")
    ).applications
    assert (wiki.bind_dn, wiki.bases, wiki.tolerates) == (("jdoe",), ("o=corp",), ("ldapv2",))
    assert [str(network) for network in wiki.networks] == ["10.0.0.0/8"]


def test_by_default_an_application_sees_nothing_and_all_is_a_word(tmp_path: Path) -> None:
    none, every = loaded(tmp_path, listed("{name: a}", "{name: b, listener: ldap, bases: all}")).applications
    assert none.bases == ()
    assert every.bases is None
    assert (none.anonymous, none.attributes, none.hidden, none.tls) == (False, None, (), "optional")


@pytest.mark.parametrize(("line", "fault"), [
    ("{bases: all}", "applications.0.name: is required"),
    ("{name: 'a b'}", "applications.0.name: must be letters, digits, dots, - and _, at most 64"),
    ("{name: a, bases: everything}",
     "applications.0.bases: not a DN: write for example ou=people,dc=example,dc=com"),
    ("{name: a, bases: all, filter: objectClass}",
     "applications.0.filter: not a filter: write for example (objectClass=person)"),
    ("{name: a, filter: (uid=x)}",
     "applications.0: there is a filter and no bases: write bases: all, or where its entries are"),
    ("{name: a, networks: [10.0.0.1/8]}",
     "applications.0.networks.0: not a network: write for example 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32"),
    ("{name: a, listener: crm}", "applications.0.listener: there is no such listener; there are ldap"),
    ("{name: a, bind_dn: x, anonymous: true}",
     "applications.0: whoever has bound is not anonymous: leave out one of bind_dn and anonymous"),
    ("{name: a, attributes: ['*']}",
     "applications.0.attributes.0: not the name of an attribute; for all of them, leave the list out"),
    ("{name: a, hiden: [mail]}", "applications.0.hiden: there is no such option; did you mean hidden?"),
    ("{name: a, persona: {flavor: openldap}}",
     "applications.0.persona.flavor: there is no such option; did you mean flavour?"),
    ("{name: a, persona: {bases: {o=a: o=c, o=b: O=C}}}",
     "applications.0.persona: two of the bases mean the same part of the tree"),
    ("{name: a, persona: {flavour: active-directory}}",
     "applications.0.persona: active-directory and domain go together"),
    ("{name: a, persona: {domain: {dns: x}}}",
     "applications.0.persona: active-directory and domain go together"),
    ("{name: a, persona: {flavour: active-directory, domain: {dns: 'a b'}}}",
     "applications.0.persona.domain.dns: not a DNS name: write for example corp.example"),
    ("{name: a, persona: {flavour: active-directory, domain: {dns: x, sid: S-1-5-21-1-2}}}",
     "applications.0.persona.domain.sid: not the SID of a domain: write for example "
     "S-1-5-21-1004336348-1177238915-682003330"),
    ("{name: a, persona: {rename: {mail: x, cn: X}}}",
     "applications.0.persona: two attributes are renamed to one"),
    ("{name: a, persona: {people: 'cn={cn}'}}",
     "applications.0.persona.people: not a template of a DN: write for example cn={cn},ou=users,dc=old,dc=example"),
    ("{name: a, persona: {people: 'cn={cn},ou={ou},o=x'}}",
     "applications.0.persona.people: not a template of a DN: write for example cn={cn},ou=users,dc=old,dc=example"),
    ("{name: a, persona: {people: 'cn={cn},users'}}",
     "applications.0.persona.people: what follows the first part is no DN"),
])  # fmt: skip
def test_faults(line: str, fault: str, tmp_path: Path) -> None:
    assert faults(tmp_path, listed(line)) == [f"bindferry.yaml:7: {fault}"]


def test_one_that_is_never_chosen_is_a_fault(tmp_path: Path) -> None:
    lines = ["{name: a, bind_dn: [X, y]}", "{name: b}", "{name: c, bind_dn: [Y, x]}", "{name: d}"]
    assert faults(tmp_path, listed(*lines)) == [
        "bindferry.yaml:9: applications.2.name: is never chosen: number 1 of the list is for the same connections",
        "bindferry.yaml:10: applications.3.name: is never chosen: number 2 of the list is for the same connections",
    ]


def test_faults_of_applications_are_told_with_the_others(tmp_path: Path) -> None:
    text = listed("{name: a, listener: crm}") + "limits: {size: 0}\n"
    assert faults(tmp_path, text) == ["bindferry.yaml:8: limits.size: must be greater than or equal to 1"]
    assert len(faults(tmp_path, listed("{name: a, filter: x, bases: all}") + "limits: {size: 0}\n")) == 2


@pytest.mark.parametrize(("lines", "warning"), [
    (["{name: a, anonymous: true}"],
     "7: applications.0.anonymous: nothing is shown without a bind, because there are no bases"),
    (["{name: a, networks: [10.0.0.0/8, 192.0.2.0/24]}", "{name: b, networks: [192.0.2.0/24]}"],
     "8: applications.1.networks: 192.0.2.0/24 is that of a, too: whoever comes from there is a"),
    (["{name: a, bind_dn: ['cn=x, o=corp', y]}", "{name: b, bind_dn: [CN=X, 'CN=X,o=Corp']}"],
     "8: applications.1.bind_dn: CN=X,o=Corp is that of a, too: whoever binds by it there is a"),
    (["{name: a, networks: [10.0.0.0/8, 192.0.2.7], bind_dn: [x, z]}", "{name: b, networks: 192.0.2.7, bind_dn: X}"],
     "8: applications.1.bind_dn: X is that of a, too: whoever binds by it there is a"),
])  # fmt: skip
def test_doubts(lines: list[str], warning: str, tmp_path: Path) -> None:
    (found,) = loaded(tmp_path, listed(*lines)).warnings
    assert str(found).endswith(f"bindferry.yaml:{warning}")


def test_a_listener_is_called_by_its_name(tmp_path: Path) -> None:
    text = listed("{name: a, listener: crm}").replace(
        "listen:\n", "listen:\n  named: {crm: {port: 3390, starttls: off, address: 127.0.0.1}}\n"
    )
    settings = loaded(tmp_path, text)
    assert settings.applications[0].listener == "crm"
    assert list(settings.listen.doors()) == ["ldap", "crm"]
