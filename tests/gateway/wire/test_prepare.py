"""String preparation: the same folding as names have, blanks as RFC 4518 sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.model import normalise
from gateway.wire.prepare import collapse, compose, fold


@given(st.text())
def test_the_folding_is_that_of_names(text: str) -> None:
    """R1: a name in a DN or a filter and the same name alone compare alike."""
    assert fold(text).strip() == normalise(text)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_no_single_character_changes_when_folded_twice() -> None:
    everything = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert [character for character in everything if fold(fold(character)) != fold(character)] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("É", "é"), ("E\u0301", "é"), ("Ａ", "a"), ("ﬁ", "fi"), ("Σ", "ς"), ("K", "k")],
)
def test_spellings_of_one_text_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("straße", "strasse"), ("é", "e"), ("ı", "i"), ("a\0b", "ab"), ("ø", "o")])
def test_lookalikes_stay_apart(one: str, other: str) -> None:
    """R2."""
    assert fold(one) != fold(other)


def test_blanks_of_every_sort_collapse_to_one() -> None:
    assert collapse("\t a \u00a0\u2003\r\n b\u3000") == "a b"
    assert collapse(" \u2028 ") == ""


def test_composing_keeps_the_case() -> None:
    assert compose("E\u0301") == "É"
