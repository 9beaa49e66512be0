"""`ldapsource.pushdown`: what is sent means what was asked, and asks nothing of passwords (R15)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.legacy.ldapsource.pushdown import EVERY_ENTRY, sendable
from gateway.identity.model import Attributes
from gateway.identity.search import EVERYTHING, Filter
from gateway.wire.filter import UNDEFINED, And, Equal, Not, Or, Present, format_filter, parse_filter, rename


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("(uid=x)", "(uid=x)"),
        ("(userPassword=*)", None),
        ("(!(userPassword=x*))", None),
        ("(!(!(2.5.4.35=x)))", None),
        ("(&(uid=x)(unicodePwd=y))", None),
        ("(|(uid=x)(sambaNTPassword;x-y=z))", "(uid=x)"),
        ("(!(|(uid=x)(userPassword>=z)))", None),
        ("(!(&(uid=x)(userPassword=z)))", "(!(uid=x))"),
        ("(&(cn=a)(|(uid=x)(uid=y)(userPassword:octetStringMatch:=z)))", "(&(cn=a)(|(uid=x)(uid=y)))"),
        ("(memberOf:1.2.840.113556.1.4.1941:=cn=g,o=c)", "(memberOf:1.2.840.113556.1.4.1941:=cn=g,o=c)"),
        ("(&)", "(objectClass=*)"),
        ("(|)", None),
    ],
)
def test_what_is_sent(asked: str, sent: str | None) -> None:
    folded, exact = sendable(parse_filter(asked))
    assert (format_filter(folded) if folded is not None else None) == sent
    assert exact


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("(:octetStringMatch:=secret)", "(objectClass=*)"),
        ("(!(:octetStringMatch:=secret))", "(objectClass=*)"),
        ("(&(uid=x)(:dn:octetStringMatch:=secret))", "(uid=x)"),
        ("(|(uid=x)(!(:dn:octetStringMatch:=secret)))", "(objectClass=*)"),
    ],
)
def test_a_question_to_all_attributes_is_not_sent_and_checked_here(asked: str, sent: str) -> None:
    """R15: passwords are among them."""
    folded, exact = sendable(parse_filter(asked))
    assert folded is not None
    assert (format_filter(folded), exact) == (sent, False)


def test_filters_of_other_make_are_checked_here() -> None:
    class Odd:
        def matches(self, attributes: object) -> bool | None:
            return True

        def names(self) -> frozenset[str]:
            return frozenset()

        def renamed(self, names: object) -> Odd:
            return self

    assert sendable(Odd()) == (EVERY_ENTRY, False)
    assert sendable(Not(Odd())) == (EVERY_ENTRY, False)
    assert sendable(EVERYTHING) == (EVERY_ENTRY, True)


_ITEMS = st.sampled_from(
    [
        Equal("uid", b"x"),
        Equal("cn", b"y"),
        Present("sn"),
        Equal("userPassword", b"p"),
        Present("unicodePwd"),
        UNDEFINED,
    ]
)
_FILTERS = st.recursive(
    _ITEMS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda items: And(tuple(items)), st.lists(inner, max_size=3)),
        st.builds(lambda items: Or(tuple(items)), st.lists(inner, max_size=3)),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(_FILTERS, st.sets(st.sampled_from(["uid", "cn", "sn"])))
def test_folding_selects_exactly_what_undefined_parts_leave(asked: Filter, there: set[str]) -> None:
    values = {"uid": [b"x"], "cn": [b"y"], "sn": [b"z"]}
    shown = {name: [b"other"] if name not in there and name != "sn" else values[name] for name in ("uid", "cn")}
    entry = Attributes({**shown, **({"sn": [b"z"]} if "sn" in there else {}), "objectClass": [b"person"]})
    folded, _ = sendable(asked)
    expected = rename(asked, lambda name: name).matches(entry) is True  # type: ignore[arg-type]  # these are of wire.filter
    assert (folded is not None and folded.matches(entry) is True) == expected
