"""Values as database drivers return them, read by what they mean: a key, a yes or no, a moment, an attribute.

Nothing here shows a value in an error (R15, and rows are nobody's business): `BadValue` says what was expected.
What is not here: which column holds what.
"""

from __future__ import annotations

import datetime
import decimal
import json
import re
import uuid
from collections.abc import Callable, Collection
from typing import Any

TRUE_WORDS = frozenset({"1", "t", "true", "y", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "f", "false", "n", "no", "off"})


class BadValue(ValueError):
    """A value that cannot be what its column was configured to be. The text names kinds, never the value."""


def text_of(value: object) -> str:
    """A key or a name as text, the same for the same value on every driver; "" for NULL."""
    match value:
        case None:
            return ""
        case bool() | float():
            raise BadValue(f"a {type(value).__name__} identifies nobody")
        case str():
            found = value
        case int() | uuid.UUID():
            found = str(value)
        case decimal.Decimal():
            found = format(value.normalize(), "f")
        case bytes() | bytearray() | memoryview():
            found = bytes(value).hex()
        case _:
            raise BadValue(f"a {type(value).__name__} is not a text")
    if "\0" in found or not _encodable(found):
        raise BadValue("the text holds characters that no directory can hold")
    return found


def stored_hash(value: object) -> str:
    """A stored hash or salt as text; "" for NULL. Binary columns: text if they hold ASCII, else hexadecimal digits
    (with the 0x that SQL Server's PWDENCRYPT values are written with)."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bytes() | bytearray() | memoryview():
            raw = bytes(value)
            if raw.isascii() and b"\0" not in raw:
                return raw.decode("ascii")
            return ("0x" if raw[:2] in {b"\1\0", b"\2\0"} else "") + raw.hex()
        case _:
            raise BadValue(f"a {type(value).__name__} is not a password hash")


def truth(value: object) -> bool:
    """A yes or no; NULL is no. MySQL's BIT comes as bytes, Oracle's flags as letters."""
    match value:
        case None:
            return False
        case bool() | int() | float() | decimal.Decimal():
            return value != 0
        case bytes() | bytearray() | memoryview():
            return any(bytes(value))
        case str():
            word = value.strip().lower()
            if word in TRUE_WORDS or word in FALSE_WORDS:
                return word in TRUE_WORDS
    raise BadValue("it is not a yes or no: say with `values` what counts as yes")


def is_one_of(value: object, values: Collection[str | int | bool]) -> bool:
    """Whether a column holds one of the configured values; text is compared without case and outer blanks."""
    if value is None:
        return False
    if isinstance(value, bytes | bytearray | memoryview):
        value = int.from_bytes(bytes(value), "big") if len(value) <= 8 else bytes(value).hex()
    if isinstance(value, bool | int | float | decimal.Decimal):
        return any(_number(candidate) == value for candidate in values)
    word = str(value).strip().casefold()
    return any(str(candidate).strip().casefold() == word for candidate in values)


def _number(value: str | int | bool) -> decimal.Decimal | None:
    try:
        return decimal.Decimal(value)
    except decimal.InvalidOperation:
        return None


def moment(value: object) -> float | None:
    """Seconds since the epoch; None (never) for NULL, 0 and empty or all-zero text. A moment without a zone is UTC,
    a date is its first second."""
    match value:
        case bool():
            raise BadValue("a boolean is no moment")
        case None | 0 | "":
            return None
        case int() | float() | decimal.Decimal():
            return float(value)
        case datetime.datetime():
            return _aware(value).timestamp()
        case datetime.date():
            return datetime.datetime.combine(value, datetime.time(), datetime.UTC).timestamp()
        case str():
            return _moment_of_text(value.strip())
    raise BadValue(f"a {type(value).__name__} is no moment")


def _moment_of_text(written: str) -> float | None:
    if re.fullmatch(r"[0\-:. T]*", written):  # MySQL's 0000-00-00
        return None
    if re.fullmatch(r"\d{9,11}", written):
        return float(written)
    try:
        return _aware(datetime.datetime.fromisoformat(written)).timestamp()
    except (ValueError, OverflowError):
        raise BadValue("it is no moment: neither ISO 8601 nor seconds since 1970") from None


def _aware(value: datetime.datetime) -> datetime.datetime:
    return value if value.tzinfo is not None else value.replace(tzinfo=datetime.UTC)


def attribute_values(value: object) -> tuple[bytes, ...]:
    """A column as LDAP values (RFC 4517): none for NULL and empty text, one for a scalar, several for an array."""
    if type(value) is str and value.isascii():  # nearly all of them
        return (value.encode(),) if value else ()
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(part for item in value for part in attribute_values(item))
    encoded = _encode(value)
    return (encoded,) if encoded else ()


def _encode(value: object) -> bytes:
    for kinds, written in _WRITTEN:
        if isinstance(value, kinds):
            return written(value)
    raise BadValue(f"a {type(value).__name__} cannot be shown as an attribute")


def _encode_text(value: str) -> bytes:
    if not _encodable(value):
        raise BadValue("the text is not valid Unicode")
    return value.encode()


def _generalized(value: datetime.datetime) -> bytes:
    """GeneralizedTime in UTC, to the second (RFC 4517 3.3.13)."""
    try:
        written = _aware(value).astimezone(datetime.UTC).replace(tzinfo=None, microsecond=0).isoformat()
    except OverflowError:
        raise BadValue("the moment is outside of what a calendar holds") from None
    return f"{re.sub('[^0-9]', '', written)}Z".encode()


def uuid_of(value: object) -> uuid.UUID | None:
    """A UUID from a uuid column, text, or 16 bytes in network order; None for NULL."""
    try:
        match value:
            case None | "":
                return None
            case uuid.UUID():
                return value
            case str():
                return uuid.UUID(value.strip())
            case bytes() | bytearray() | memoryview():
                return uuid.UUID(bytes=bytes(value))
    except ValueError:
        raise BadValue("it is no UUID") from None
    raise BadValue(f"a {type(value).__name__} is no UUID")


def _encodable(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


# The first kind that fits: a bool is an int, and a datetime a date.
_WRITTEN: tuple[tuple[tuple[type, ...], Callable[[Any], bytes]], ...] = (
    ((type(None),), lambda _: b""),
    ((str,), _encode_text),
    ((bytes, bytearray, memoryview), bytes),
    ((bool,), lambda value: b"TRUE" if value else b"FALSE"),
    ((int, float, uuid.UUID), lambda value: str(value).encode()),
    ((decimal.Decimal,), lambda value: format(value, "f").encode()),
    ((datetime.datetime,), _generalized),
    ((datetime.date,), lambda value: f"{value.isoformat().replace('-', '')}000000Z".encode()),
    ((datetime.time,), lambda value: value.isoformat().encode()),
    ((datetime.timedelta,), lambda value: f"{value.total_seconds():g}".encode()),
    ((dict,), lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True, default=str).encode()),
)
