from __future__ import annotations

import pytest
from conversation import Client, People, bound, person, services, values

from gateway.frontends.ldap.suffixes import matched_dn, suffixes
from gateway.identity.model import Attributes, Entry
from gateway.identity.search import BaseNotFound
from gateway.wire.filter import Equal, Filter

BASE = "dc=example,dc=com"


def test_a_naming_context_that_no_store_shows_is_an_entry() -> None:
    assert values(bound().search(BASE, scope=0)[0]) == {"objectClass": [b"top", b"domain"], "dc": [b"example"]}


def test_it_is_also_there_where_no_store_knows_the_base() -> None:
    people = People(person())
    client = bound(people)
    people.raises = BaseNotFound()
    assert [entry.name for entry in client.search(BASE, scope=0)] == [BASE]
    assert [entry.name for entry in client.search(BASE, scope=2)] == [BASE]
    assert client.search(BASE, scope=1) == []
    assert client.search(BASE, Equal("uid", b"nobody")) == []


def test_a_subtree_shows_it_once() -> None:
    assert [entry.name for entry in bound().search(BASE)] == [person().dn, BASE]


@pytest.mark.parametrize("wanted", [Equal("objectClass", b"domain"), Equal("dc", b"example"), Equal("o", b"Example")])
def test_where_a_store_has_the_entry_only_that_one_is_shown(wanted: Filter) -> None:
    """R17."""
    real = Entry("DC=example,dc=com", BASE, Attributes({"objectClass": [b"organization"], "o": [b"Example"]}))
    shown = bound(People(real)).search(BASE, wanted)
    assert [entry.name for entry in shown] == (["DC=example,dc=com"] if wanted == Equal("o", b"Example") else [])


def test_the_object_class_follows_the_attribute_of_the_name() -> None:
    made = suffixes(("o=Corp", "ou=a,o=corp", "c=DE", "l=Berlin", "st=B", "cn=x+sn=y", "dc=x"))
    classes = [entry.attributes.get("objectClass")[1] for entry in made.values()]
    assert classes == [
        b"organization",
        b"organizationalUnit",
        b"country",
        b"locality",
        b"locality",
        b"extensibleObject",
        b"domain",
    ]
    assert made["o=corp"].attributes.get("o") == (b"Corp",)


def test_the_matched_dn_is_the_longest_naming_context_above() -> None:
    contexts = ("dc=com", "dc=Example,dc=com")
    assert matched_dn(contexts, "uid=x,dc=example,dc=com") == "dc=Example,dc=com"
    assert matched_dn(contexts, "uid=x,o=y") == ""


def test_anonymous_may_not_read_a_naming_context() -> None:
    client = Client(services(People()))
    assert client.session.identity is None
    with pytest.raises(AssertionError):
        client.search(BASE, scope=0)
