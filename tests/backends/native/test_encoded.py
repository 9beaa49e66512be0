"""Attributes that are kept as they go over the wire are the same as any others, and are sent byte for byte the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.native.encoded import Encoded
from backends.native.personvalue import pack, unpack
from gateway.errors import DirectoryUnavailable
from gateway.frontends.ldap.entries import Selection, encoded
from gateway.frontends.ldap.view import EVERYTHING, View
from gateway.identity.model import NO_ATTRIBUTES, Attributes, Entry
from gateway.testing.directory_hooks import person
from gateway.wire.filter import parse_filter
from gateway.wire.ldap import encode_entry

NAMES = st.sampled_from(
    ["objectClass", "cn", "CN", "sn;lang-de", "mail", "userPassword", "x-own", "entryUUID", "memberOf", "pwdReset", "é"]
)
ATTRIBUTES = st.lists(st.tuples(NAMES, st.lists(st.binary(max_size=200), max_size=4)), max_size=7).map(Attributes)
ASKED = st.lists(st.sampled_from(["*", "+", "1.1", "cn", "name", "mail", "mail;range=0-1", "entryUUID", "memberof"]))
VIEWS = st.sampled_from(
    [EVERYTHING, View(flat=True), View(hidden=["mail"]), View(shown=["cn"]), View(shown=["name"], flat=True)]
)
FILTERS = ["(objectClass=*)", "(cn=a*)", "(!(mail=*))", "(&(objectClass=person)(entryUUID=*))", "(2.5.13.2:=a)"]


def kept(attributes: Attributes, operational: Attributes = NO_ATTRIBUTES) -> tuple[Attributes, Attributes]:
    """The same as the database gives them."""
    return unpack(pack(person("jdoe", attributes=attributes, operational=operational)))[:2]


@settings(max_examples=300)
@given(ATTRIBUTES, ATTRIBUTES, ASKED, VIEWS, st.booleans())
def test_what_is_copied_is_what_would_be_written(
    user: Attributes, operational: Attributes, asked: list[str], view: View, types_only: bool
) -> None:
    """R17: whether a store keeps an entry as it goes over the wire makes no difference to the peer."""
    selection = Selection(asked, types_only=types_only, view=view)
    copied = encoded(Entry("cn=X", "cn=x", *kept(user, operational)), selection)
    assert copied == encode_entry("cn=X", selection.of(Entry("cn=X", "cn=x", user, operational)))


@settings(max_examples=100)
@given(ATTRIBUTES, ATTRIBUTES, st.sampled_from(FILTERS))
def test_a_filter_says_the_same(user: Attributes, operational: Attributes, text: str) -> None:
    wanted = parse_filter(text)
    shown, hidden = kept(user, operational)
    assert wanted.matches(shown.and_also(hidden)) == wanted.matches(user.and_also(operational))


@settings(max_examples=100)
@given(ATTRIBUTES, ATTRIBUTES, NAMES)
def test_they_answer_as_any_attributes_do(user: Attributes, operational: Attributes, name: str) -> None:
    for one, other in (
        (kept(user)[0], user),
        (kept(user)[0].and_also(kept(operational)[0]), user.and_also(operational)),
    ):
        assert one.get(name.upper()) == other.get(name)
        assert (name in one, len(one), one.names) == (name in other, len(other), other.names)
        assert one.first(name) == other.first(name)
        assert list(one.items()) == list(one.items()) == list(other.items())
        assert list(one.without([name]).items()) == list(other.without([name]).items())
        assert one == other
        assert other == one


def test_attributes_are_taken_apart_as_far_as_somebody_looks() -> None:
    shown, _ = kept(Attributes({"objectClass": [b"person"], "cn": [b"X"], "mail": [b"x"]}))
    assert isinstance(shown, Encoded)
    assert parse_filter("(objectClass=person)").matches(shown)
    assert len(shown._pairs) == 1
    assert "mail" in shown
    assert shown.get("cn") == (b"X",)
    assert len(shown._pairs) == 2


def test_a_secret_is_not_copied() -> None:
    """R15."""
    user, operational = kept(Attributes({"cn": [b"X"], "userPassword": [b"canary"]}))
    assert b"canary" not in encoded(Entry("cn=X", "cn=x", user, operational), Selection(["*", "+"], types_only=False))


def test_bytes_that_are_no_attributes_are_a_fault_of_the_directory() -> None:
    shown, _ = kept(Attributes({"cn": [b"X"]}))
    assert isinstance(shown, Encoded)
    damaged = Encoded(shown._shape, b"\x30\x05oops")
    with pytest.raises(DirectoryUnavailable):
        damaged.get("cn")
