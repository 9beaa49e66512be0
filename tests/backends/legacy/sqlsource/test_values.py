"""Values of drivers, read by what they mean."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal

import pytest

from backends.legacy.sqlsource.values import (
    BadValue,
    attribute_values,
    is_one_of,
    moment,
    stored_hash,
    text_of,
    truth,
    uuid_of,
)

ID = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
UTC = datetime.UTC


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("ada", "ada"),
        (7, "7"),
        (Decimal("7.00"), "7"),
        (Decimal("100"), "100"),
        (ID, str(ID)),
        (b"\1\xff", "01ff"),
    ],
)
def test_a_key_is_the_same_text_on_every_driver(value: object, expected: str) -> None:
    assert text_of(value) == expected


@pytest.mark.parametrize("value", [True, 1.5, "a\0b", "\ud800", [1]])
def test_what_identifies_nobody_is_refused_without_being_shown(value: object) -> None:
    with pytest.raises(BadValue) as caught:
        text_of(value)
    assert "1.5" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, ""), ("$2b$x", "$2b$x"), (b"{SSHA}x", "{SSHA}x"), (b"\2\0\xff", "0x0200ff"), (b"\xd0\x01", "d001")],
)
def test_a_binary_hash_column_becomes_text(value: object, expected: str) -> None:
    assert stored_hash(value) == expected


@pytest.mark.parametrize("value", [True, 1, -1, Decimal(1), "Y", " true ", "1", b"\1", "on"])
def test_yes(value: object) -> None:
    assert truth(value) is True


@pytest.mark.parametrize("value", [None, False, 0, Decimal(0), "N", "", "f", b"\0", "off "])
def test_no(value: object) -> None:
    assert truth(value) is False


def test_a_word_that_is_neither_is_a_fault_and_not_a_guess() -> None:
    """R7: a state that cannot be read must not let anybody in."""
    with pytest.raises(BadValue, match="values"):
        truth("suspended")


@pytest.mark.parametrize(
    ("value", "values", "expected"),
    [
        (3, (3, "blocked"), True),
        ("3", (3,), True),
        (Decimal("3"), ("3",), True),
        ("Blocked   ", (3, "blocked"), True),
        ("open", (3, "blocked"), False),
        (4, (3, "blocked"), False),
        (None, ("",), False),
        (b"\3", (3,), True),
    ],
)
def test_one_of_the_configured_values(value: object, values: tuple[int | str, ...], expected: bool) -> None:
    assert is_one_of(value, values) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (0, None),
        ("", None),
        ("0000-00-00 00:00:00", None),
        (1_000_000_000, 1e9),
        ("1000000000", 1e9),
        (Decimal("1000000000.5"), 1000000000.5),
        (datetime.datetime.fromisoformat("2001-09-09T01:46:40"), 1e9),
        (datetime.datetime(2001, 9, 9, 2, 46, 40, tzinfo=datetime.timezone(datetime.timedelta(hours=1))), 1e9),
        ("2001-09-09 01:46:40", 1e9),
        ("2001-09-09T01:46:40Z", 1e9),
        (datetime.date(1970, 1, 2), 86400.0),
        ("1970-01-02", 86400.0),
    ],
)
def test_a_moment_in_every_form(value: object, expected: float | None) -> None:
    assert moment(value) == expected


@pytest.mark.parametrize("value", [True, "soon", b"x", "31.12.2020"])
def test_no_moment_is_a_fault(value: object) -> None:
    with pytest.raises(BadValue):
        moment(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ()),
        ("", ()),
        ("é", ("é".encode(),)),
        (b"\xff\x00", (b"\xff\x00",)),
        (True, (b"TRUE",)),
        (0, (b"0",)),
        (Decimal("1E+3"), (b"1000",)),
        (Decimal("1.50"), (b"1.50",)),
        (ID, (str(ID).encode(),)),
        (["a", None, "b"], (b"a", b"b")),
        (datetime.date(2026, 1, 2), (b"20260102000000Z",)),
        (datetime.datetime.fromisoformat("2026-01-02T03:04:05.000006"), (b"20260102030405Z",)),
        (
            datetime.datetime(2026, 1, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
            (b"20260102010000Z",),
        ),
        (datetime.time(7, 30), (b"07:30:00",)),
        (datetime.timedelta(minutes=1), (b"60",)),
        ({"b": 1, "a": "é"}, ('{"a": "é", "b": 1}'.encode(),)),
    ],
)
def test_attributes_by_type(value: object, expected: tuple[bytes, ...]) -> None:
    assert attribute_values(value) == expected


@pytest.mark.parametrize(
    "value", ["\udc80", object(), datetime.datetime.min.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=1)))]
)
def test_what_cannot_be_shown_is_a_fault(value: object) -> None:
    with pytest.raises(BadValue):
        attribute_values(value)


@pytest.mark.parametrize("value", [ID, str(ID), f"{{{str(ID).upper()}}} ", ID.bytes])
def test_a_uuid_in_every_form(value: object) -> None:
    assert uuid_of(value) == ID


def test_no_uuid() -> None:
    assert uuid_of(None) is None
    for value in ("x", b"short", 5):
        with pytest.raises(BadValue):
            uuid_of(value)
