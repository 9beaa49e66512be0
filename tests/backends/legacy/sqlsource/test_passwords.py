"""The bytes that an old application may have hashed (R13), and the work of a refusal (R25)."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passlib.hash import bcrypt, des_crypt
from usertable import options, ssha

from backends.legacy.sqlsource.options import SqlOptions
from backends.legacy.sqlsource.passwords import MAX_PASSWORD, HashCheck, Right, candidates, counted, texts
from backends.legacy.sqlsource.rows import PersonReader, Record, index_columns
from gateway.identity.model import Secret
from gateway.identity.outcome import Reason

NFC, NFD = "é", "e\u0301"


@pytest.mark.parametrize(
    ("raw", "charset", "expected"),
    [
        (b"ascii", "latin-1", (b"ascii",)),
        (NFC.encode(), "latin-1", (NFC.encode(), b"\xe9")),
        (NFD.encode(), "latin-1", (NFD.encode(), NFC.encode())),
        (b"\xe9", "latin-1", (NFC.encode(), b"\xe9")),
        ("€".encode(), "cp1252", ("€".encode(), b"\x80")),
        ("€".encode(), "latin-1", ("€".encode(),)),
        (b"\xe9", "ascii", (b"\xe9",)),
        (b"\x81\xe9", "cp1252", (b"\x81\xe9",)),
    ],
)
def test_at_most_three_forms_of_a_password_are_tried(raw: bytes, charset: str, expected: tuple[bytes, ...]) -> None:
    """R13: and bytes that cannot be read stay as they are, none is replaced."""
    assert candidates(Secret(raw), charset) == expected


def test_a_database_gets_the_text_as_typed_and_composed() -> None:
    assert texts(Secret(NFD.encode()), "latin-1") == (NFD, NFC)
    assert texts(Secret(b"\xe9"), "latin-1") == (NFC,)
    assert texts(Secret(b"\xe9"), "ascii") == ()
    assert texts(Secret(b"a\0b"), "latin-1") == ()


def record(stored: str | None) -> Record:
    return Record(index_columns(["pw"]), (stored,))


@pytest.fixture
def check() -> HashCheck:
    given = SqlOptions.model_validate(options(Path("/x"), columns={"key": "id", "name": "n", "password": "pw"}))
    return HashCheck(PersonReader(given), "auto", "latin-1")


def test_verdicts(check: HashCheck) -> None:
    stored = record(ssha(b"right"))
    assert check(stored, Secret(b"right")) == Right()
    assert check(stored, Secret(b"wrong")) is Reason.WRONG_PASSWORD
    assert check(record(None), Secret(b"right")) is Reason.NO_PASSWORD
    assert check(record(""), Secret(b"right")) is Reason.NO_PASSWORD


def test_an_oversized_password_is_wrong_and_costs_nothing(check: HashCheck) -> None:
    long = b"x" * (MAX_PASSWORD + 1)
    assert check(record(ssha(long)), Secret(long)) is Reason.WRONG_PASSWORD


def test_a_missing_hash_is_refused_even_if_the_password_fits_the_hash_seen_last(check: HashCheck) -> None:
    """R25: the work is done against somebody else's hash, and its result is worth nothing."""
    assert check(record(ssha(b"right")), Secret(b"right")) == Right()
    assert check(record(None), Secret(b"right")) is Reason.NO_PASSWORD


def des_check(charset: str = "latin-1", scheme: str = "des_crypt") -> HashCheck:
    columns = {"key": "id", "name": "n", "password": "pw"}
    return HashCheck(PersonReader(SqlOptions.model_validate(options(Path("/x"), columns=columns))), scheme, charset)


def des(password: bytes) -> Record:
    return record(des_crypt.hash(password))


@pytest.mark.parametrize("tail", [b"", b"9", b" and whatever follows"])
def test_of_a_truncating_scheme_it_is_told_how_much_counted(tail: bytes) -> None:
    """R14: whatever tail was typed at the first yes, the old store accepts every other one."""
    assert des_check()(des(b"12345678"), Secret(b"12345678" + tail)) == Right(8)
    assert des_check(scheme="auto")(record("{CRYPT}" + des_crypt.hash(b"12345678")), Secret(b"12345678")) == Right(8)
    long = b"0123456789" * 7 + b"01"
    stored = record(bcrypt.using(rounds=4).hash(long))
    assert des_check(scheme="auto")(stored, Secret(long + tail)) == Right(72)


def test_a_password_shorter_than_the_cut_counts_whole() -> None:
    """R14: the old store accepts no longer one, either."""
    assert des_check()(des(b"1234567"), Secret(b"1234567")) == Right()
    assert des_check()(des(b"1234567"), Secret(b"12345678")) is Reason.WRONG_PASSWORD
    six = "pässwö"  # eight bytes of UTF-8, and of these none may be cut: "pässwöxyz" was refused
    assert des_check()(des(six.encode("latin-1")), Secret(six.encode("latin-1"))) == Right()


@pytest.mark.parametrize("sent", ["utf-8", "latin-1"])
def test_the_cut_is_where_the_old_application_cut_in_its_own_charset(sent: str) -> None:
    """R13, R14: eight characters of Latin-1 counted, ten bytes of UTF-8 stand for them."""
    stored = des("pässwörd".encode("latin-1"))
    password = Secret("pässwörd with a tail".encode(sent))
    assert des_check()(stored, password) == Right(10)
    assert password.canonical()[:10] == "pässwörd".encode()


def test_an_application_that_hashed_utf8_cut_its_bytes_even_within_a_character() -> None:
    password = Secret("1234567ö9".encode())
    assert des_check()(des(password.reveal()), password) == Right(8)


@pytest.mark.parametrize(
    ("typed", "hashed", "charset"),
    [
        ("パスワード", "パスワード".encode("shift_jis")[:7], "shift_jis"),  # within the fourth character
        ("abcdefgä", "abcdefga\u0308".encode()[:8], "latin-1"),  # before the accent that composes
        ("あいう", "あいう".encode("iso2022_jp")[:7], "iso2022_jp"),  # the state after the cut is not in the text
    ],
)
def test_a_cut_that_no_beginning_of_the_canonical_password_stands_for_is_made_no_more(
    typed: str, hashed: bytes, charset: str
) -> None:
    """R14: rather refuse another tail than accept more than the old store did."""
    password = Secret(unicodedata.normalize("NFD" if "ä" in typed else "NFC", typed).encode())
    whole = password.reveal() if charset == "latin-1" else typed.encode(charset)
    assert whole[: len(hashed)] == hashed
    assert counted(password, whole, len(hashed), charset) is None


LATIN1 = st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="?")  # what is no Latin-1 becomes one


@settings(max_examples=200)
@given(
    st.text(LATIN1, min_size=1, max_size=12),
    st.integers(0, 12),
    st.text(max_size=4),
    st.integers(1, 12),
    st.sampled_from(["latin-1", "utf-8"]),
)
def test_after_the_move_the_same_passwords_are_accepted_as_before(
    first: str, kept: int, tail: str, cut: int, hashed_in: str
) -> None:
    """R14: no fewer and no more, whatever the old application hashed."""
    password, hashed = Secret(first.encode()), first.encode(hashed_in)
    second = unicodedata.normalize("NFC", first[:kept] + tail)
    before = second.encode(hashed_in, "replace")[:cut] == hashed[:cut]
    significant = counted(password, hashed, cut, "latin-1")
    after = Secret(second.encode()).canonical()[:significant] == password.canonical()[:significant]
    assert after == before
