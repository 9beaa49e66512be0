"""Substrings: in order, without overlap, blanks as RFC 4518 2.6.1 has them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.matching import FAMILIES, contains, padded, part
from gateway.wire.rules import RULES, find
from gateway.wire.schema import ATTRIBUTE_TYPES
from gateway.wire.syntaxes import case_ignore

_WORD = st.text(alphabet="ab", max_size=3).map(str.encode)


@given(st.text(alphabet="ab", max_size=8).map(str.encode), _WORD, st.lists(_WORD, max_size=3).map(tuple), _WORD)
def test_parts_are_found_as_a_regular_expression_finds_them(
    key: bytes, initial: bytes, inner: tuple[bytes, ...], final: bytes
) -> None:
    pattern = b".*".join([initial, *inner, final])
    assert contains(key, initial, inner, final) == bool(re.fullmatch(pattern, key))


def _matches(value: bytes, *parts: bytes) -> bool:
    key = case_ignore(value)
    assert key is not None
    prepared = [
        part(case_ignore, piece, first=index == 0, last=index == len(parts) - 1) if piece else b""
        for index, piece in enumerate(parts)
    ]
    known = [piece for piece in prepared if piece is not None]
    assert len(known) == len(parts)
    return contains(padded(key), known[0], tuple(known[1:-1]), known[-1])


@pytest.mark.parametrize(
    ("value", "parts", "expected"),
    [
        (b"John Doe", (b"john", b""), True),
        (b"John Doe", (b"john ", b""), True),
        (b"Johnny Doe", (b"john ", b""), False),
        (b"John   Doe", (b"john d", b""), True),
        (b"John Doe", (b"john   d", b""), True),
        (b"John Doe", (b"", b" doe"), True),
        (b"JohnDoe", (b"", b" doe"), False),
        (b"John Doe", (b"", b"n d", b""), True),
        (b"JohnDoe", (b"", b"n d", b""), False),
        (b"John", (b"", b"john ", b""), True),
        (b" John ", (b"john", b""), True),
        (b"", (b"a", b""), False),
        ("JÖRG".encode(), ("jö".encode(), b""), True),
        (b"aba", (b"ab", b"ba"), False),
        (b"abba", (b"ab", b"ba"), True),
        (b"abcabc", (b"", b"c", b"a", b""), True),
        (b"ac", (b"", b"c", b"a", b""), False),
    ],
)
def test_substrings_of_texts(value: bytes, parts: tuple[bytes, ...], expected: bool) -> None:
    assert _matches(value, *parts) is expected


@given(st.text(alphabet="a b", max_size=10), st.integers(0, 10), st.integers(0, 10))
def test_every_way_to_cut_a_value_matches_it(text: str, one: int, other: int) -> None:
    first, last = sorted((one, other))
    parts = [piece.encode() for piece in (text[:first], text[first:last], text[last:])]
    if any(piece and not piece.strip() for piece in parts):
        return  # RFC 4518 2.6.1: a part of blanks alone is a blank, and may find none left
    assert _matches(text.encode(), *parts)


def test_every_rule_that_the_schema_names_is_known() -> None:
    for kind in {type_.kind for type_ in ATTRIBUTE_TYPES}:
        for name in filter(None, (kind.equality, kind.ordering, kind.substrings)):
            assert find(name) is not None, name
    assert set(FAMILIES) <= {rule.name for rule in RULES}
