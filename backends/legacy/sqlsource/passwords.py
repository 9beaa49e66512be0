"""Whether a password is right for a row: the hash compared here, or the database asked to compare.

Runs in the source's threads. What is not here: the schemes themselves (`gateway.passwords`), and the account's state.
"""

from __future__ import annotations

import unicodedata
from typing import Protocol

from backends.legacy.sqlsource.database import Database, Reading
from backends.legacy.sqlsource.rows import PersonReader, Record, as_is
from backends.legacy.sqlsource.values import BadValue, truth
from gateway import passwords
from gateway.errors import IdentityConflict
from gateway.identity.model import Secret
from gateway.identity.outcome import Reason

MAX_PASSWORD = 4096
"""Bytes of a password that are hashed or sent to a database; a longer one is wrong."""


class PasswordCheck(Protocol):
    """In a thread: why the password is refused, None if it is right."""

    def __call__(self, record: Record, password: Secret) -> Reason | None: ...


def texts(password: Secret, charset: str) -> tuple[str, ...]:
    """The password as text: as it was typed, then its NFC form where that differs (R13). Bytes that are neither UTF-8
    nor `charset`, and what no database takes (NUL), are no text."""
    raw = password.reveal()
    for encoding in ("utf-8", charset):
        try:
            typed = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in typed:
            return ()
        return tuple(dict.fromkeys((typed, unicodedata.normalize("NFC", typed))))
    return ()


def candidates(password: Secret, charset: str) -> tuple[bytes, ...]:
    """The byte strings that the old application may have hashed, three at most: UTF-8 as typed, UTF-8 of the NFC form,
    and then the bytes as they came, or `charset`'s where they came as UTF-8. One for ASCII."""
    raw = password.reveal()
    if raw.isascii():
        return (raw,)
    forms = [text.encode() for text in texts(password, charset)]
    if raw in forms:
        try:
            forms.append(raw.decode().encode(charset))
        except UnicodeEncodeError:
            return tuple(forms)
    else:
        forms.append(raw)
    return tuple(dict.fromkeys(forms))


class HashCheck:
    """Compares with the stored hash, by its looks or by the configured scheme."""

    def __init__(self, people: PersonReader, scheme: str, charset: str) -> None:
        self._people = people
        self._scheme = None if scheme == "auto" else scheme
        self._charset = charset
        self._latest: tuple[str, str | None] = ("", None)

    def __call__(self, record: Record, password: Secret) -> Reason | None:
        """`NO_PASSWORD` after the same work as a wrong one (R25): against the hash that was looked at last."""
        stored, salt = self._people.stored(record)
        if len(password.reveal()) > MAX_PASSWORD:
            return Reason.WRONG_PASSWORD
        if not stored.strip():
            self._matches(password, *self._latest)
            return Reason.NO_PASSWORD
        self._latest = (stored, salt)
        return None if self._matches(password, stored, salt) else Reason.WRONG_PASSWORD

    def _matches(self, password: Secret, stored: str, salt: str | None) -> bool:
        return any(
            passwords.verify(candidate, stored, scheme=self._scheme, salt=salt)
            for candidate in candidates(password, self._charset)
        )


class StatementCheck:
    """Has the database compare, under the name that it has itself returned (R2)."""

    def __init__(self, people: PersonReader, database: Database, statement: str, charset: str) -> None:
        self._people = people
        self._database = database
        self._statement = statement
        self._charset = charset

    def __call__(self, record: Record, password: Secret) -> Reason | None:
        """Right if one row comes back and its first column is no NULL, 0, false or empty text."""
        if len(password.reveal()) > MAX_PASSWORD:
            return Reason.WRONG_PASSWORD
        name = self._people.raw_name(record)
        forms = texts(password, self._charset)
        right = self._database.attempt(lambda reading: any(self._asked(reading, name, form) for form in forms))
        return None if right else Reason.WRONG_PASSWORD

    def _asked(self, reading: Reading, name: object, password: str) -> bool:
        rows = reading.rows(self._statement, {"name": name, "password": password}, 2)
        if len(rows) > 1:
            raise IdentityConflict("the statement of `verify` returns more than one row")
        return bool(rows) and _is_yes(as_is(rows[0].values[0]))


def _is_yes(value: object) -> bool:
    try:
        return truth(value)
    except BadValue:
        return bool(value)
