"""The index never leaves out whom a filter selects."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.native.keys import ENTRIES, LENGTH, PEOPLE, alias_keys, entry_keys, group_key, lookup_keys
from backends.native.narrow import Probe, choices, probes
from gateway.identity.model import Attributes, Entry
from gateway.testing.directory_hooks import BASE, person
from gateway.wire.filter import UNDEFINED, And, Equal, Filter, Not, Or, Present, Substrings, parse_filter

SPELLINGS = """jdoe|JDoe| j  doe |jDÖE|jdo\u0308e|ﬁn|fin|straße|STRASSE|| |007|7|-0|0|-7|+7|cn=Staff,dc=x
CN=staff , dc=X|2.5.4.3=staff,dc=x|597ae2f6-16a6-1027-98f4-d28b5365dc14
597AE2F6-16A6-1027-98F4-D28B5365DC14|a\u3000b|a b|a\0b
\U0010ffff|A\u0301|Á"""
VALUES = ["a" * 300, "a" * 250 + "b", *SPELLINGS.replace("\n", "|").split("|")]
NAMES = ["uid", "CN", "commonName", "2.5.4.4", "mail", "memberOf", "uidNumber", "entryUUID", "sn;lang-de", "surname"]

values = st.one_of(
    st.sampled_from([value.encode() for value in VALUES]),
    st.sampled_from([b"\xff", bytes(range(16))]),
    st.binary(max_size=3),
)
names = st.sampled_from(NAMES)
leaves: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Equal, names, values),
    st.builds(Present, names),
    st.builds(Substrings, names, values, st.just(()), st.none()),
    st.builds(Substrings, names, values, st.tuples(values), values),
)
filters = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=4,
)
entries = st.lists(st.tuples(names, st.lists(values, min_size=1, max_size=2)), max_size=4).map(Attributes)


def found_by(keys: set[tuple[str, str]], probe: Probe) -> bool:
    last = probe.key if probe.last is None else probe.last
    return any(name == probe.attribute and probe.key.encode() <= key.encode() <= last.encode() for name, key in keys)


@settings(max_examples=400, deadline=None)
@given(entries, filters)
def test_whoever_is_selected_is_found(entry: Attributes, item: Filter) -> None:
    asked = probes(item)
    if asked is not None and item.matches(entry) is True:
        keys = lookup_keys(person("jdoe", attributes=entry))
        assert any(found_by(keys, probe) for probe in asked)


@settings(max_examples=300, deadline=None)
@given(names, values, st.integers(0, 8))
def test_whoever_has_the_value_or_its_beginning_is_found(name: str, value: bytes, length: int) -> None:
    keys = lookup_keys(person("jdoe", attributes=Attributes([(name, [value])])))
    for item in (Equal(name, value), Substrings(name, value[:length], (), None)):
        asked = probes(item)
        if asked is not None and item.matches(Attributes([(name, [value])])) is True:
            assert any(found_by(keys, probe) for probe in asked)


@pytest.mark.parametrize(
    ("name", "held", "asked"),
    [
        ("uidNumber", b"007", b"7"),
        ("uidNumber", b"-0", b"0"),
        ("gidNumber", b"-07", b"-7"),
        ("entryUUID", b"597ae2f6-16a6-1027-98f4-d28b5365dc14", bytes.fromhex("597ae2f616a6102798f4d28b5365dc14")),
        ("memberOf", b"CN=A\\2cB, DC=x", b"2.5.4.3=a\\,b,dc=X"),
        ("cn", "Jürgen  Ü".encode(), "JU\u0308RGEN ü".encode()),
        ("surname", b" de  la Tour", b"DE LA TOUR"),
    ],
)
def test_other_spellings_of_a_value_have_its_key(name: str, held: bytes, asked: bytes) -> None:
    shown = Attributes([(name, [held])])
    assert Equal(name, asked).matches(shown) is True
    (probe,) = probes(Equal(name, asked)) or ()
    assert found_by(lookup_keys(person("jdoe", attributes=shown)), probe)


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ("(uid=x)", {"uid"}),
        ("(&(objectClass=person)(memberOf=cn=x)(userid=x))", {"uid"}),
        ("(&(mail=*)(cn=a*))", {"cn"}),
        ("(|(uid=x)(mail=x))", {"uid", "mail"}),
        ("(&(|(uid=x)(title=x))(cn=x))", {"cn"}),
    ],
)
def test_the_most_telling_condition_is_asked(text: str, attributes: set[str]) -> None:
    found = probes(parse_filter(text))
    assert found is not None
    assert {probe.attribute for probe in found} == attributes


@pytest.mark.parametrize(
    "text",
    [
        "(objectClass=top)",
        "(objectClass=*)",
        "(title=x)",
        "(|(uid=x)(title=x))",
        "(!(uid=x))",
        "(uid=*x)",
        "(uid>=x)",
        "(&)",
        "(memberOf=cn*)",
    ],
)
def test_some_filters_the_index_does_not_know(text: str) -> None:
    assert probes(parse_filter(text)) is None


def test_of_entries_a_class_is_asked_by_prefix_or_by_any_name_before_it_is_by_itself() -> None:
    for text, attribute in (
        ("(&(objectClass=groupOfNames)(cn=a*))", "cn"),
        (f"(&(objectClass=groupOfNames)(cn=a*)(member={BASE}))", "member"),
        ("(&(objectClass=posixGroup)(cn=*))", "objectclass"),
        ("(&(objectClass=posixGroup)(gidNumber=7))", "gidnumber"),
    ):
        (probe,) = probes(parse_filter(text), ENTRIES) or ()
        assert probe.attribute == attribute


@pytest.mark.parametrize("asked", ["person", "2.5.6.6", "oid.2.5.6.7", "inetOrgPerson"])
def test_an_entry_is_found_by_the_classes_above_its_own(asked: str) -> None:
    shown = Attributes({"objectClass": [b"InetOrgPerson"]})
    item = Equal("objectClass", asked.encode())
    assert item.matches(shown) is True
    (probe,) = probes(item, ENTRIES) or ()
    assert found_by(entry_keys(Entry("", "", shown)), probe)


@settings(max_examples=200, deadline=None)
@given(entries, filters)
def test_whatever_entry_is_selected_is_found(entry: Attributes, item: Filter) -> None:
    asked = probes(item, ENTRIES)
    if asked is not None and item.matches(entry) is True:
        keys = entry_keys(Entry("", "", entry))
        assert any(found_by(keys, probe) for probe in asked)


def test_every_way_to_ask_is_told_the_most_promising_first() -> None:
    ways = choices(parse_filter("(&(gidNumber=7)(uid=a*)(mail=*)(title=x))"))
    assert [way[0].attribute for way in ways] == ["gidnumber", "uid", "mail"]


def test_what_is_undefined_finds_nobody() -> None:
    assert probes(UNDEFINED) == ()
    assert probes(And((parse_filter("(objectClass=*)"), UNDEFINED))) == ()


def test_a_filter_with_a_thousand_names_is_asked_and_with_more_is_not() -> None:
    items = tuple(Equal("uid", b"%d" % number) for number in range(1001))
    assert len(probes(Or(items[:1000])) or ()) == 1000
    assert probes(Or(items)) is None


def test_keys_are_short() -> None:
    shown = person("jdoe", attributes=Attributes({"cn": [b"x" * 5000]}))
    assert {len(key) for name, key in lookup_keys(shown) if name == "cn"} == {LENGTH}


def test_no_password_is_indexed() -> None:
    """R15."""
    assert PEOPLE.named("userPassword") is None
    assert ENTRIES.named("userPassword") is None


def test_an_alias_that_is_the_name_is_none() -> None:
    shown = replace(person("jdoe"), aliases=("JDOE", "jd", "", " JD "))
    assert alias_keys(shown) == {"jd"}


def test_groups_are_compared_as_dns_or_names() -> None:
    assert group_key("CN=Staff, DC=x") == group_key("cn=staff,dc=x")
    assert group_key("Wheel ") == "wheel"
