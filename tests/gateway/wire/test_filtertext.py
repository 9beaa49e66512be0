"""Filters as text: all of RFC 4515, blanks where Jenkins puts them, and nothing but ProtocolError for the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.operation.search import compile_filter
from ldap3.operation.search import parse_filter as ldap3_parse_filter
from pyasn1.codec.ber import encoder

from gateway.errors import ProtocolError
from gateway.wire.filter import (
    And,
    Approx,
    Equal,
    Extensible,
    Filter,
    GreaterOrEqual,
    LessOrEqual,
    Not,
    Or,
    Present,
    Substrings,
    escape_assertion,
    format_filter,
    parse_filter,
)
from gateway.wire.filter_codec import read_filter, write_filter
from gateway.wire.filtertext import MAX_DEPTH, MAX_LENGTH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(cn=a)", Equal("cn", b"a")),
        ("(cn=)", Equal("cn", b"")),
        ("(cn= a b )", Equal("cn", b" a b ")),
        ("(cn=a=b)", Equal("cn", b"a=b")),
        ("(cn:=a)", Extensible(None, "cn", b"a", False)),
        ("(cn=:=a)", Equal("cn", b":=a")),
        (r"(cn=\2a\28\29\5c\00)", Equal("cn", b"*()\\\0")),
        (r"(cn=\c3\a9\FF)", Equal("cn", b"\xc3\xa9\xff")),
        ("(cn=é)", Equal("cn", "é".encode())),
        ("(2.5.4.3=a)", Equal("2.5.4.3", b"a")),
        ("(cn;lang-de;x-y=a)", Equal("cn;lang-de;x-y", b"a")),
        ("(cn=*)", Present("cn")),
        ("(cn=**)", Present("cn")),
        ("(cn=a*)", Substrings("cn", b"a", (), None)),
        ("(cn=*a)", Substrings("cn", None, (), b"a")),
        ("(cn=*a*)", Substrings("cn", None, (b"a",), None)),
        ("(cn=a*b**c*d)", Substrings("cn", b"a", (b"b", b"c"), b"d")),
        (r"(cn=*\2a*)", Substrings("cn", None, (b"*",), None)),
        ("(cn>=a)", GreaterOrEqual("cn", b"a")),
        ("(cn<=a)", LessOrEqual("cn", b"a")),
        ("(cn~=a)", Approx("cn", b"a")),
        ("(cn:dn:=a)", Extensible(None, "cn", b"a", True)),
        ("(cn:2.4.6:=a)", Extensible("2.4.6", "cn", b"a", False)),
        ("(cn:dn:caseExactMatch:=a)", Extensible("caseExactMatch", "cn", b"a", True)),
        ("(:dn:2.4.6:=a)", Extensible("2.4.6", None, b"a", True)),
        ("(:caseExactMatch:=)", Extensible("caseExactMatch", None, b"", False)),
        ("(&)", And(())),
        ("(|)", Or(())),
        ("(!(cn=a))", Not(Equal("cn", b"a"))),
        ("( & ( cn=a ) ( | (b=c)\n(d=e) ) )\t", And((Equal("cn", b"a "), Or((Equal("b", b"c"), Equal("d", b"e")))))),
        ("uid=foo", Equal("uid", b"foo")),
        (
            "(&(memberOf:1.2.840.113556.1.4.1941:=cn=g,dc=x)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))",
            And(
                (
                    Extensible("1.2.840.113556.1.4.1941", "memberOf", b"cn=g,dc=x", False),
                    Not(Extensible("1.2.840.113556.1.4.803", "userAccountControl", b"2", False)),
                )
            ),
        ),
        (
            "(& (cn=staff) (| (objectclass=groupOfNames) (objectclass=posixGroup)))",
            And(
                (
                    Equal("cn", b"staff"),
                    Or((Equal("objectclass", b"groupOfNames"), Equal("objectclass", b"posixGroup"))),
                )
            ),
        ),
    ],
)
def test_text_is_read(text: str, expected: Filter) -> None:
    assert parse_filter(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "()",
            "(",
            ")",
            "(cn)",
            "(cn=a",
            "cn=a)",
            "((cn=a))",
            "(cn=a)(sn=b)",
            "(cn=a) x",
            "(!)",
            "(!(a=b)(c=d))",
        ),
        *(
            "(&(a=b)",
            "(&(a=b)x)",
            "(&a=b)",
            "(cn=a(b)",
            "(cn=a))",
            r"(cn=\)",
            r"(cn=\4)",
            r"(cn=\zz)",
            r"(cn=\*)",
            "(cn=\0)",
        ),
        *("(=a)", "(cn>=a*)", "(cn~=*)", "(cn:=a*b)", "(:=a)", "(:dn:=a)", "(cn=\udce9)", "(é=a)", "(cn;=a)", "(1.=a)"),
        *("(cn>a)", "(c n=a)", "(cn:rule:x:=a)", "x(cn=a)", "(cn\n\n)", "(cn=a)\0", "(?=undefined)"),
    ],
    ids=ascii,
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        parse_filter(text)


def test_depth_and_length_are_bounded() -> None:
    assert parse_filter("(!" * MAX_DEPTH + "(a=b)" + ")" * MAX_DEPTH)
    for text in ("(!" * (MAX_DEPTH + 1) + "(a=b)" + ")" * (MAX_DEPTH + 1), "(&" * 20000, f"(cn={'a' * MAX_LENGTH})"):
        with pytest.raises(ProtocolError):
            parse_filter(text)


def test_special_bytes_are_escaped() -> None:
    assert format_filter(Equal("cn", b"a(b)*c\\\0\n\xff\xc3\xa9")) == "(cn=a\\28b\\29\\2ac\\5c\\00\\0a\\ffé)"
    assert escape_assertion("(é)") == "\\28é\\29"
    assert escape_assertion(" a b\u00a0") == "\\20a b\\c2\\a0"
    with pytest.raises(ProtocolError):
        escape_assertion("\ud800")


_NAMES = st.sampled_from(["cn", "2.5.4.3", "mail;x-a", "objectClass", "x-corp"])
_VALUES = st.one_of(st.binary(max_size=8), st.text(max_size=8).map(str.encode))
_PARTS = st.binary(min_size=1, max_size=4)
_SUBSTRINGS = st.builds(
    Substrings, _NAMES, st.none() | _PARTS, st.lists(_PARTS, max_size=3).map(tuple), st.none() | _PARTS
).filter(lambda item: bool(item.initial or item.any or item.final))
_ITEMS = st.one_of(
    *(st.builds(kind, _NAMES, _VALUES) for kind in (Equal, GreaterOrEqual, LessOrEqual, Approx)),
    st.builds(Present, _NAMES),
    _SUBSTRINGS,
    st.builds(Extensible, st.sampled_from(["caseExactMatch", "2.4.6"]), st.none() | _NAMES, _VALUES, st.booleans()),
    st.builds(Extensible, st.none(), _NAMES, _VALUES, st.booleans()),
)


def _filters(fewest: int) -> st.SearchStrategy[Filter]:
    """Filters whose And and Or have at least so many parts."""
    return st.recursive(
        _ITEMS,
        lambda inner: st.one_of(
            st.lists(inner, min_size=fewest, max_size=3).map(lambda items: And(tuple(items))),
            st.lists(inner, min_size=fewest, max_size=3).map(lambda items: Or(tuple(items))),
            inner.map(Not),
        ),
        max_leaves=8,
    )


FILTERS = _filters(0)


@given(FILTERS)
def test_a_formatted_filter_is_read_back(item: Filter) -> None:
    assert parse_filter(format_filter(item)) == item


@given(FILTERS)
def test_every_filter_survives_the_wire(item: Filter) -> None:
    data = write_filter(item)
    assert read_filter(data, 0, len(data)) == (item, len(data))


@given(st.one_of(st.text(), st.text(alphabet=st.sampled_from("(&|!)cn=~<>:*\\2a \0é\udce9;."), max_size=40)))
def test_random_text_raises_nothing_but_protocol_error(text: str) -> None:
    try:
        item = parse_filter(text)
    except ProtocolError:
        return
    assert parse_filter(format_filter(item)) == item


@given(_filters(1))
def test_ldap3_reads_the_same_in_what_we_write(item: Filter) -> None:
    """Its parser makes bytes of our text, our codec makes a filter of these bytes."""
    tree = ldap3_parse_filter(format_filter(item), None, False, False, None, False)  # type: ignore[no-untyped-call]
    compiled = compile_filter(tree.elements[0])  # type: ignore[no-untyped-call]
    data = encoder.encode(compiled)
    assert read_filter(data, 0, len(data))[0] == item
