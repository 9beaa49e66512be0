"""Steps applied to an entry. The rules are those of the schema, as in every directory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.applying import applied, check, refuse_fixed, refuse_improper, with_rdn, without_rdn
from gateway.identity.changes import ChangeRefused, Fault, Kind, Modification
from gateway.identity.model import Attributes
from gateway.wire.valuerules import RULES

DN = "uid=jdoe,ou=people,dc=example,dc=com"
JDOE = Attributes(
    {"objectClass": [b"inetOrgPerson"], "uid": [b"jdoe"], "cn": [b"John Doe"], "sn": [b"Doe"], "mail": [b"j@x"]}
)


def step(kind: Kind, name: str, *values: bytes) -> Modification:
    return Modification(kind, name, values)


def after(*steps: Modification, held: Attributes = JDOE) -> Attributes:
    return applied(held, Attributes(), steps, RULES)[0]


def fault(*steps: Modification, held: Attributes = JDOE) -> Fault:
    with pytest.raises(ChangeRefused) as refused:
        after(*steps, held=held)
    return refused.value.fault


def checked(now: Attributes, before: Attributes | None = JDOE, dn: str = DN) -> Fault | None:
    try:
        check(before, now, dn, RULES)
    except ChangeRefused as refused:
        return refused.fault
    return None


def less(name: str) -> Attributes:
    return JDOE.without([name])


def test_values_are_added_behind_those_that_are_there_and_names_keep_their_spelling() -> None:
    assert after(step(Kind.ADD, "MAIL", b"k@x")).get("mail") == (b"j@x", b"k@x")
    assert [name for name, _ in after(step(Kind.ADD, "MAIL", b"k@x")).items()] == [name for name, _ in JDOE.items()]
    assert dict(after(step(Kind.ADD, "Title", b"Boss")).items())["Title"] == (b"Boss",)


def test_a_value_is_there_once_by_the_attributes_own_rule() -> None:
    """RFC 4511 4.6."""
    assert fault(step(Kind.ADD, "cn", b"JOHN  doe")) is Fault.ATTRIBUTE_OR_VALUE_EXISTS
    assert fault(step(Kind.REPLACE, "cn", b"a", b"A")) is Fault.ATTRIBUTE_OR_VALUE_EXISTS


def test_values_are_deleted_by_the_attributes_own_rule_or_all_at_once() -> None:
    two = after(step(Kind.ADD, "mail", b"k@x"))
    assert after(step(Kind.DELETE, "mail", b"J@X"), held=two).get("mail") == (b"k@x",)
    assert "mail" not in after(step(Kind.DELETE, "mail"), held=two)
    assert fault(step(Kind.DELETE, "mail", b"other@x")) is Fault.NO_SUCH_ATTRIBUTE
    assert fault(step(Kind.DELETE, "title")) is Fault.NO_SUCH_ATTRIBUTE


def test_replacing_by_nothing_removes_what_may_not_even_be_there() -> None:
    assert "mail" not in after(step(Kind.REPLACE, "mail"))
    assert after(step(Kind.REPLACE, "title")) == JDOE


def test_numbers_are_counted_up_and_other_values_are_not() -> None:
    """RFC 4525."""
    held = Attributes({"uidNumber": [b"41"], "cn": [b"x"]})
    assert after(step(Kind.INCREMENT, "uidNumber", b"1"), held=held).get("uidNumber") == (b"42",)
    assert fault(step(Kind.INCREMENT, "cn", b"1"), held=held) is Fault.CONSTRAINT_VIOLATION
    assert fault(step(Kind.INCREMENT, "uidNumber", b"1", b"2"), held=held) is Fault.CONSTRAINT_VIOLATION
    assert fault(step(Kind.INCREMENT, "gidNumber", b"1"), held=held) is Fault.NO_SUCH_ATTRIBUTE


def test_a_value_that_its_syntax_does_not_know_is_refused() -> None:
    assert fault(step(Kind.ADD, "uidNumber", b"many")) is Fault.INVALID_ATTRIBUTE_SYNTAX
    assert fault(step(Kind.ADD, "mail")) is Fault.INVALID_ATTRIBUTE_SYNTAX


def test_what_the_directory_alone_sets_is_refused() -> None:
    for name in ("entryUUID", "userPassword", "modifyTimestamp"):
        with pytest.raises(ChangeRefused):
            refuse_fixed([step(Kind.REPLACE, name, b"x")], RULES)
        with pytest.raises(ChangeRefused):
            refuse_improper(Attributes({name: [b"x"]}), RULES)
    refuse_fixed([step(Kind.REPLACE, "mail", b"x")], RULES)
    refuse_improper(JDOE, RULES)


def test_operational_attributes_are_changed_where_they_are() -> None:
    user, other = applied(JDOE, Attributes(), [step(Kind.ADD, "pwdReset", b"TRUE")], RULES)
    assert user == JDOE
    assert other.get("pwdReset") == (b"TRUE",)


def test_an_entry_keeps_the_values_that_its_dn_names() -> None:
    assert checked(after(step(Kind.REPLACE, "uid", b"other"))) is Fault.NOT_ALLOWED_ON_RDN
    assert checked(after(step(Kind.ADD, "uid", b"other"))) is None


def test_an_entry_has_what_its_classes_ask_for() -> None:
    assert checked(less("sn")) is Fault.OBJECT_CLASS_VIOLATION
    assert checked(less("objectClass")) is Fault.OBJECT_CLASS_VIOLATION
    assert checked(JDOE, None) is None
    assert checked(less("sn"), None) is Fault.OBJECT_CLASS_VIOLATION


def test_an_attribute_of_one_value_does_not_get_two() -> None:
    assert checked(after(step(Kind.ADD, "uidNumber", b"1", b"2"))) is Fault.CONSTRAINT_VIOLATION


def test_what_the_source_did_not_keep_need_not_be_mended() -> None:
    """R3: else nothing of such a person could be changed."""
    odd = Attributes([*less("sn").without(["uid"]).items(), ("uidNumber", [b"1", b"2"])])
    assert checked(after(step(Kind.ADD, "title", b"x"), held=odd), odd) is None
    assert checked(after(step(Kind.ADD, "uidNumber", b"3"), held=odd), odd) is Fault.CONSTRAINT_VIOLATION


def test_a_new_dn_brings_its_values_and_takes_those_of_the_old_one() -> None:
    new = DN.replace("jdoe", "doe")
    assert with_rdn(JDOE, new, RULES).get("uid") == (b"jdoe", b"doe")
    assert "uid" not in without_rdn(JDOE, DN, new, RULES)
    assert with_rdn(JDOE, DN.replace("jdoe", "JDOE"), RULES) is JDOE
    assert without_rdn(JDOE, DN, DN.replace("jdoe", "JDOE"), RULES) is JDOE


values = st.lists(st.sampled_from([b"a", b"b", b"c", b"d"]), min_size=1, max_size=4, unique=True)


@given(values, values)
def test_what_is_added_and_deleted_again_leaves_what_was_there(held: list[bytes], more: list[bytes]) -> None:
    before = Attributes({"description": held})
    new = [value for value in more if value not in held]
    if new:
        steps = [step(Kind.ADD, "description", *new), step(Kind.DELETE, "description", *new)]
        assert after(*steps, held=before) == before
    assert after(step(Kind.REPLACE, "description", *more), held=before).get("description") == tuple(more)
