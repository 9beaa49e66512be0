"""Filters as a whole: three-valued logic, renaming, and which filters can only mean one login name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.model import Attributes
from gateway.identity.search import Filter as AnyFilter
from gateway.wire.filter import (
    UNDEFINED,
    And,
    Equal,
    Extensible,
    Filter,
    Not,
    Or,
    asked_names,
    format_filter,
    parse_filter,
    rename,
    strict,
)

ENTRY = Attributes({"uid": [b"a"]})
TRUE, FALSE = Equal("uid", b"a"), Equal("uid", b"b")
_KNOWN: dict[bool | None, Filter] = {True: TRUE, False: FALSE, None: UNDEFINED}
_VALUES = st.lists(st.sampled_from([True, False, None]), max_size=5)


def test_undefined_matches_nothing_and_neither_does_its_opposite() -> None:
    assert UNDEFINED.matches(ENTRY) is None
    assert Not(UNDEFINED).matches(ENTRY) is None
    assert parse_filter(format_filter(UNDEFINED)) == UNDEFINED


@given(_VALUES)
def test_and_is_false_before_undefined_before_true(values: list[bool | None]) -> None:
    expected = False if False in values else None if None in values else True
    assert And(tuple(_KNOWN[value] for value in values)).matches(ENTRY) is expected


@given(_VALUES)
def test_or_is_true_before_undefined_before_false(values: list[bool | None]) -> None:
    expected = True if True in values else None if None in values else False
    assert Or(tuple(_KNOWN[value] for value in values)).matches(ENTRY) is expected


_TREES = st.recursive(
    st.sampled_from([TRUE, FALSE, UNDEFINED]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: And(tuple(items))),
        st.lists(inner, max_size=3).map(lambda items: Or(tuple(items))),
        inner.map(Not),
    ),
)


@given(_TREES)
def test_not_not_changes_nothing(item: Filter) -> None:
    assert Not(Not(item)).matches(ENTRY) is item.matches(ENTRY)


@given(st.lists(_TREES, max_size=3).map(tuple))
def test_de_morgan_holds(items: tuple[Filter, ...]) -> None:
    assert Not(And(items)).matches(ENTRY) is Or(tuple(map(Not, items))).matches(ENTRY)


def test_filters_are_values() -> None:
    one, other = parse_filter("(&(uid=a)(cn=b*))"), parse_filter("(&(uid=a)(cn=b*))")
    one.matches(ENTRY)
    assert one == other
    assert hash(one) == hash(other)
    assert "_test" not in repr(one)


def test_names_are_spelled_and_canonical() -> None:
    item: AnyFilter = parse_filter("(&(CommonName;lang-de=a)(|(!(2.5.4.4=x))(:caseExactMatch:=y))(x-corp:dn:=z))")
    assert item.names() == {"commonname", "cn", "2.5.4.4", "sn", "x-corp", "*"}


def test_renamed_keeps_options_and_the_question() -> None:
    item = parse_filter("(&(uid;x=a)(|(!(cn=b*))(:caseExactMatch:=y))(mail:dn:=z)(l>=1)(o<=2)(c~=3)(ou=*))")
    expected = "(&(UID;x=a)(|(!(CN=b*))(:caseExactMatch:=y))(MAIL:dn:=z)(L>=1)(O<=2)(C~=3)(OU=*))"
    assert format_filter(item.renamed(str.upper)) == expected


def test_rename_makes_hidden_items_undefined() -> None:
    def mapping(name: str) -> str | None:
        return {"login": "uid", "cn": "cn"}.get(name.lower())

    item = rename(parse_filter("(&(LOGIN;x=a)(|(!(cn=b*))(mail=*))(!(title:dn:=z)))"), mapping)
    hidden = format_filter(UNDEFINED)
    assert format_filter(item) == f"(&(uid;x=a)(|(!(cn=b*)){hidden})(!{hidden}))"


@pytest.mark.parametrize(
    "item",
    [
        "(userPassword=x)",
        "(2.5.4.35;x=*)",
        "(unicodePwd>=a)",
        "(1.2.840.113556.1.4.90=*)",
        "(9.9.9.9=*)",
        "(unixUserPassword:caseExactMatch:=x)",
    ],
)
def test_rename_never_lets_a_secret_through(item: str) -> None:
    """R15: nor a number that may be one."""
    assert rename(parse_filter(item), lambda name: name) == UNDEFINED
    assert rename(Not(parse_filter(item)), lambda name: name) == Not(UNDEFINED)


def test_a_question_to_all_attributes_is_for_the_mapping_to_allow_and_never_looks_at_a_secret() -> None:
    item = parse_filter("(:caseExactMatch:=canary)")
    assert rename(item, lambda name: name) == item
    assert rename(item, lambda name: None if name == "*" else name) == UNDEFINED
    assert item.matches(Attributes({"userPassword": [b"canary"], "cn": [b"x"]})) is False
    assert item.matches(Attributes({"userPassword": [b"x"], "cn": [b"canary"]})) is True


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("(cn>=x)", False),
        ("(2.5.4.4<=x)", False),
        ("(homeDirectory=/home/*)", False),
        ("(cn=x*)", True),
        ("(uidNumber>=1)", True),
        ("(createTimestamp<=20260101000000Z)", True),
        ("(x-own>=1)", True),
        ("(cn=x)", True),
    ],
)
def test_an_item_without_a_rule_is_undefined_to_who_is_strict(text: str, there: bool) -> None:
    """RFC 4511 4.5.1.7; OpenLDAP says the same (tests/live/test_side_by_side.py)."""
    item = parse_filter(text)
    assert strict(item) == (item if there else UNDEFINED)
    assert strict(Not(And((item,)))) == Not(And((item if there else UNDEFINED,)))


def test_rename_into_a_secret_is_undefined() -> None:
    assert rename(TRUE, lambda _: "userPassword") == UNDEFINED
    assert rename(UNDEFINED, lambda name: name) == UNDEFINED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(uid=JDoe)", ("uid", b"JDoe")),
        ("(userid=JDoe)", ("uid", b"JDoe")),
        ("(UID=x)", ("uid", b"x")),
        ("(|(uid=JDoe)(mail=jdoe ))", ("uid", b"JDoe")),
        ("(&(objectClass=person)(|(mail=a@b)(uid=a@b)))", ("mail", b"a@b")),
        ("(&(x=y)(&(!(l=z))(uid=a)))", ("uid", b"a")),
        ("(|(&(uid=a)(x=y))(mail=A))", ("uid", b"a")),
        ("(&(uid=a)(mail=b))", ("uid", b"a")),
        ("(|(uid=a)(mail=b))", None),
        ("(|(uid=a)(cn=a))", None),
        ("(|(uid=straße)(mail=strasse))", None),
        ("(!(uid=a))", None),
        ("(uid=a*)", None),
        ("(uid=*)", None),
        ("(uid>=a)", None),
        ("(uid~=a)", None),
        ("(uid;x=a)", None),
        ("(uid:=a)", None),
        ("(uid=\\ff)", None),
        ("(|)", None),
        ("(&)", None),
    ],
)
def test_filters_that_can_only_mean_one_login_name(text: str, expected: tuple[str, bytes] | None) -> None:
    assert asked_names(parse_filter(text), ("uid", "mail")) == expected


_LOGINS = st.builds(Equal, st.sampled_from(["uid", "mail", "cn"]), st.sampled_from([b"a", b"A", b"b"]))
_QUESTIONS: st.SearchStrategy[Filter] = st.recursive(
    _LOGINS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: And(tuple(items))),
        st.lists(inner, max_size=3).map(lambda items: Or(tuple(items))),
        inner.map(Not),
    ),
)


@given(
    _QUESTIONS, st.sampled_from([b"a", b"b", b"c"]), st.sampled_from([b"a", b"b", b"c"]), st.sampled_from([b"a", b"c"])
)
def test_who_matches_has_the_asked_name(item: Filter, uid: bytes, mail: bytes, cn: bytes) -> None:
    asked = asked_names(item, ("uid", "mail"))
    if asked is not None and item.matches(Attributes({"uid": [uid], "mail": [mail], "cn": [cn]})):
        assert asked[1].lower() in (uid, mail)


def test_an_extensible_match_without_anything_is_undefined() -> None:
    assert Extensible(None, None, b"x", False).matches(ENTRY) is None
