"""Values by syntax: which are equal, which are not valid, how they sort."""

from __future__ import annotations

import uuid as uuids
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire import syntaxes
from gateway.wire.matching import Prepare

EQUAL: list[tuple[Prepare, list[bytes]]] = [
    (syntaxes.case_ignore, [b"John  Doe", b" john doe ", b"JOHN\tDOE", "ｊohn\u00a0doe".encode()]),
    (syntaxes.case_ignore, ["É".encode(), "e\u0301".encode()]),
    (syntaxes.case_exact, [b"John  Doe", b" John Doe", "Ｊohn Doe".encode()]),
    (syntaxes.case_ignore_list, [b"1 Main St $ Town", b"1 main st$TOWN"]),
    (syntaxes.telephone, [b"+49 30 12-34", b"+49301234", "+49 30\u20101234".encode()]),
    (syntaxes.numeric_string, [b"12 34", b"1234"]),
    (syntaxes.integer, [b"7", b"007"]),
    (syntaxes.integer, [b"0", b"-0"]),
    (syntaxes.boolean, [b"TRUE", b"true"]),
    (
        syntaxes.generalized_time,
        [
            b"20240101120000Z",
            b"202401011200Z",
            b"2024010112Z",
            b"20240101120000.0Z",
            b"20240101130000+0100",
            b"2024010106-06",
        ],
    ),
    (syntaxes.generalized_time, [b"2024010112.5Z", b"202401011230Z"]),
    (syntaxes.generalized_time, [b"202401011200,25Z", b"20240101120015Z"]),
    (syntaxes.distinguished_name, [b"UID=a , dc=c", b"userid=A,dc=C", rb"uid=\61,dc=c"]),
    (syntaxes.name_and_uid, [b"UID=a,dc=c#'0101'B", b"uid=a, dc=c#'0101'B"]),
    (syntaxes.category, [b"person", b"User", b"CN=Person,CN=Schema,CN=Configuration,DC=x"]),
    (syntaxes.category, [b"group", b"cn=Group,cn=Schema"]),
    (syntaxes.object_identifier, [b"userId", b"UID", b"0.9.2342.19200300.100.1.1"]),
    (syntaxes.first_component, [b"( 2.5.4.3 NAME 'cn' )", b"cn", b"2.5.4.3", b"commonName"]),
    (
        syntaxes.sid,
        [b"S-1-5-21-1-2-3", b"s-1-5-21-1-2-3", bytes.fromhex("010400000000000515000000010000000200000003000000")],
    ),
]

UNEQUAL: list[tuple[Prepare, bytes, bytes]] = [
    (syntaxes.case_ignore, "straße".encode(), b"strasse"),
    (syntaxes.case_ignore, b"ab", b"a\0b"),
    (syntaxes.case_ignore, b"a b", b"ab"),
    (syntaxes.case_exact, b"A", b"a"),
    (syntaxes.telephone, b"+49", b"49"),
    (syntaxes.octets, b"a", b"A"),
    (syntaxes.name_and_uid, b"cn=a#'0'B", b"cn=a"),
    (syntaxes.name_and_uid, b"cn=a#'0'B", b"cn=a\\#'0'B"),
    (syntaxes.generalized_time, b"20240101120000.1Z", b"20240101120000Z"),
    (syntaxes.bit_string, b"'01'B", b"'1'B"),
]

INVALID: list[tuple[Prepare, list[bytes]]] = [
    (syntaxes.case_ignore, [b"\xff", b"J\xf6rg"]),
    (syntaxes.case_exact, [b"\xff"]),
    (syntaxes.telephone, [b"\xff"]),
    (syntaxes.numeric_string, [b"a", b"1-2"]),
    (syntaxes.integer, [b"", b"a", b"1.0", b" 1", b"--1", b"+1", b"1" * 301, "١".encode()]),
    (syntaxes.boolean, [b"", b"1", b"yes"]),
    (
        syntaxes.generalized_time,
        [
            *(
                b"",
                b"2024",
                b"20240101120000",
                b"20241301000000Z",
                b"20240230000000Z",
                b"2024010125Z",
                b"202401010060Z",
            ),
            *(
                b"20240101000061Z",
                b"20240101000000+2400",
                b"20240101000000+0060",
                b"00000101000000Z",
                b"20240101000000.Z",
            ),
        ],
    ),
    (syntaxes.distinguished_name, [b"jdoe", b"\xff", b"cn=a,"]),
    (syntaxes.name_and_uid, [b"jdoe", b"x#'0'B"]),
    (syntaxes.category, [b"\xff", b"=", b"=a"]),
    (syntaxes.object_identifier, [b"", b"a b", "é".encode(), b"*"]),
    (syntaxes.first_component, [b"( )", b""]),
    (syntaxes.uuid, [b"", b"597ae2f6-16a6-1027-98f4", b"x" * 36]),
    (syntaxes.bit_string, [b"01", b"'2'B"]),
    (syntaxes.sid, [b"S-1-5-4294967296", b"S-1-999999999999999-1"]),
]


@pytest.mark.parametrize(("prepare", "values"), EQUAL)
def test_equal_values_have_one_key(prepare: Prepare, values: list[bytes]) -> None:
    keys = {prepare(value) for value in values}
    assert len(keys) == 1
    assert None not in keys


@pytest.mark.parametrize(("prepare", "one", "other"), UNEQUAL)
def test_different_values_have_different_keys(prepare: Prepare, one: bytes, other: bytes) -> None:
    """R2 where they are names."""
    assert prepare(one) != prepare(other)


@pytest.mark.parametrize(("prepare", "values"), INVALID)
def test_what_is_not_valid_has_no_key(prepare: Prepare, values: list[bytes]) -> None:
    assert [prepare(value) for value in values] == [None] * len(values)


@given(st.datetimes(), st.integers(-14 * 60, 14 * 60))
def test_times_are_instants(moment: datetime, offset: int) -> None:
    zone = timezone(timedelta(minutes=offset))
    sign, distance = "-" if offset < 0 else "+", abs(offset)
    text = f"{moment:%m%d%H%M%S}.{moment.microsecond:06}{sign}{distance // 60:02}{distance % 60:02}"
    expected = (moment.replace(tzinfo=zone) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
    assert syntaxes.generalized_time(f"{moment.year:04}{text}".encode()) == expected


def test_a_leap_second_is_a_time() -> None:
    assert syntaxes.generalized_time(b"20161231235960Z") == syntaxes.generalized_time(b"20170101000000Z")


@given(st.uuids())
def test_a_uuid_is_text_or_bytes(value: uuids.UUID) -> None:
    assert (
        syntaxes.uuid(str(value).encode()) == syntaxes.uuid(str(value).upper().encode()) == syntaxes.uuid(value.bytes)
    )


_PREPARES: list[Prepare] = [
    *(prepare for prepare, _ in EQUAL),
    *(prepare for prepare, _, _ in UNEQUAL),
    *(prepare for prepare, _ in INVALID),
]


@given(st.binary() | st.text().map(str.encode))
def test_no_value_raises_anything(value: bytes) -> None:
    for prepare in _PREPARES:
        prepare(value)


@given(st.text())
def test_a_prepared_text_is_prepared(text: str) -> None:
    for prepare in (syntaxes.case_ignore, syntaxes.case_exact):
        key = prepare(text.encode())
        assert isinstance(key, bytes)
        assert prepare(key) == key
