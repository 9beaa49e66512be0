from __future__ import annotations

import string

from conversation import person
from hypothesis import given
from hypothesis import strategies as st

from gateway.frontends.ldap.personas.forms import Base, Form, translated
from gateway.frontends.ldap.personas.people import People
from gateway.identity.search import Scope
from gateway.wire.dn import escape_value, normalise_dn
from gateway.wire.filter import Equal

FORM = Form([Base("dc=old,dc=example", "dc=example,dc=com"), Base("ou=Staff,o=old", "ou=people,dc=example,dc=com")])
NAMES = st.text(string.ascii_letters + ' ,+=#\\"<>;ä', min_size=1, max_size=12).filter(lambda name: name.strip())


@given(st.lists(st.tuples(st.sampled_from(["cn", "ou", "uid"]), NAMES), max_size=4))
def test_the_way_back_from_a_shown_dn_leads_to_the_stored_one(parts: list[tuple[str, str]]) -> None:
    rdns = [f"{kind}={escape_value(name)}" for kind, name in parts]
    for base in ("dc=example,dc=com", "ou=people,dc=example,dc=com", "o=elsewhere"):
        stored = ",".join([*rdns, base])
        shown = FORM.reference(stored)
        assert normalise_dn(FORM.stored(shown, normalise_dn(shown))) == normalise_dn(stored)


@given(NAMES)
def test_a_made_dn_leads_back_to_the_one_who_has_the_value(name: str) -> None:
    form = Form([], People.of("cn={mail},ou=users,o=old"))
    jdoe = person("jdoe", mail=name)
    shown = form.dn_of(jdoe)
    place = form.place(shown, normalise_dn(shown), Scope.BASE)
    assert place.scope is Scope.SUBTREE
    assert isinstance(place.who, Equal)
    assert place.who.matches(jdoe.attributes) is True


def test_dn_valued_attributes_are_translated_with_the_entry() -> None:
    jdoe = person("jdoe", manager="uid=ann,ou=people,dc=example,dc=com", description="dc=example,dc=com")
    shown = translated(jdoe, FORM, {})
    assert shown.dn == "uid=jdoe,ou=Staff,o=old"
    assert shown.attributes.get("manager") == (b"uid=ann,ou=Staff,o=old",)
    assert shown.attributes.get("description") == (b"dc=example,dc=com",)
