from __future__ import annotations

import pytest

from gateway.identity.model import Attributes
from gateway.wire.ordering import ranking


def entry(**values: str | list[str]) -> Attributes:
    listed = {name: [value] if isinstance(value, str) else value for name, value in values.items()}
    return Attributes({name: [one.encode() for one in held] for name, held in listed.items()})


def in_order(attribute: str, *entries: Attributes, rule: str | None = None) -> list[int]:
    rank = ranking(attribute, rule)
    assert rank is not None
    return sorted(range(len(entries)), key=lambda number: rank(entries[number]))


def test_texts_sort_without_case() -> None:
    assert in_order("sn", entry(sn="Zeta"), entry(sn="alpha"), entry(sn="Beta")) == [1, 2, 0]


def test_integers_sort_as_numbers() -> None:
    assert in_order("uidNumber", entry(uidNumber="1000"), entry(uidNumber="9"), entry(uidNumber="200")) == [1, 2, 0]


def test_an_entry_without_the_attribute_is_the_largest() -> None:
    """RFC 2891 2.2."""
    assert in_order("sn", entry(), entry(sn="b"), entry(sn="a")) == [2, 1, 0]


def test_the_smallest_value_counts() -> None:
    """RFC 2891 2.2."""
    assert in_order("mail", entry(mail=["m", "z"]), entry(mail=["n", "a"])) == [1, 0]


def test_a_rule_may_be_named() -> None:
    entries = entry(cn="b"), entry(cn="A"), entry(cn="B")
    assert in_order("cn", *entries, rule="caseIgnoreOrderingMatch") == [1, 0, 2]
    assert in_order("cn", *entries, rule="2.5.13.6") == [1, 2, 0]  # caseExactOrderingMatch
    assert in_order("cn", *entries, rule="caseExactMatch") == [1, 2, 0]  # slapd takes an equality rule, too


def test_other_names_subtypes_and_options_of_the_attribute() -> None:
    assert in_order("surname", entry(sn="b"), entry(sn="a")) == [1, 0]
    assert in_order("name", entry(sn="b"), entry(cn="a")) == [1, 0]
    options = Attributes({"cn": [b"a"], "cn;lang-en": [b"z"]}), Attributes({"cn;lang-en": [b"b"]})
    assert in_order("cn;lang-en", *options) == [1, 0]


def test_a_type_that_the_schema_lacks_sorts_as_text() -> None:
    assert in_order("x-desk", entry(**{"x-desk": "B"}), entry(**{"x-desk": "a"})) == [1, 0]


def test_a_value_that_is_not_valid_is_no_value() -> None:
    assert in_order("uidNumber", entry(uidNumber="many"), entry(uidNumber="7")) == [1, 0]


@pytest.mark.parametrize(
    ("attribute", "rule"),
    [
        ("member", None),
        ("objectClass", None),
        ("userPassword", None),
        ("userPassword", "octetStringOrderingMatch"),
        ("sn", "no-such-rule"),
        ("sn", "integerOrderingMatch"),
        ("sn", "caseIgnoreSubstringsMatch"),
        ("uidNumber", "integerBitAndMatch"),
    ],
)
def test_there_is_no_such_order(attribute: str, rule: str | None) -> None:
    assert ranking(attribute, rule) is None
