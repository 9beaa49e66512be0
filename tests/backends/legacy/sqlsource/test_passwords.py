"""The bytes that an old application may have hashed (R13), and the work of a refusal (R25)."""

from __future__ import annotations

from pathlib import Path

import pytest
from usertable import options, ssha

from backends.legacy.sqlsource.options import SqlOptions
from backends.legacy.sqlsource.passwords import MAX_PASSWORD, HashCheck, candidates, texts
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
    assert check(stored, Secret(b"right")) is None
    assert check(stored, Secret(b"wrong")) is Reason.WRONG_PASSWORD
    assert check(record(None), Secret(b"right")) is Reason.NO_PASSWORD
    assert check(record(""), Secret(b"right")) is Reason.NO_PASSWORD


def test_an_oversized_password_is_wrong_and_costs_nothing(check: HashCheck) -> None:
    long = b"x" * (MAX_PASSWORD + 1)
    assert check(record(ssha(long)), Secret(long)) is Reason.WRONG_PASSWORD


def test_a_missing_hash_is_refused_even_if_the_password_fits_the_hash_seen_last(check: HashCheck) -> None:
    """R25: the work is done against somebody else's hash, and its result is worth nothing."""
    assert check(record(ssha(b"right")), Secret(b"right")) is None
    assert check(record(None), Secret(b"right")) is Reason.NO_PASSWORD
