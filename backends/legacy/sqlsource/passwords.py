"""Whether a password is right for a row: the hash compared here, or the database asked to compare.

Runs in the source's threads. What is not here: the schemes themselves (`gateway.passwords`), and the account's state.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Right:
    """The password is right; `significant` as in `Accepted`."""

    significant: int | None = None


class PasswordCheck(Protocol):
    """In a thread: why the password is refused, or that it is right."""

    def __call__(self, record: Record, password: Secret) -> Reason | Right: ...


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


def counted(password: Secret, hashed: bytes, looked_at: int | None, charset: str) -> int | None:
    """How many bytes of the canonical password (R13) stand for the first `looked_at` bytes of `hashed`, which is the
    form of it that the old application hashed; None is all (R14).

    The old scheme cut that form: eight bytes of Latin-1 can be sixteen of UTF-8, and to cut these at eight would let in
    whoever knows four characters. A form shorter than the cut was hashed whole, and so was its end: every longer
    password differs within what was looked at, so nothing of it may be cut. Where the cut stands for no beginning of
    the canonical password (within a character of several bytes, before an accent that composes) all of it counts from
    now on: never may more be accepted than was.
    """
    if looked_at is None or len(hashed) < looked_at:
        return None
    canonical = password.canonical(charset)
    if hashed == canonical:
        return looked_at
    start = hashed[:looked_at]
    encoding = "utf-8" if hashed in {text.encode() for text in texts(password, charset)} else charset
    try:
        text = start.decode(encoding)
    except UnicodeDecodeError:
        return None
    beginning = unicodedata.normalize("NFC", text).encode()
    same = text.encode(encoding) == start and canonical.startswith(beginning)  # not so after an escape of ISO 2022
    return len(beginning) if same else None


class HashCheck:
    """Compares with the stored hash, by its looks or by the configured scheme."""

    def __init__(self, people: PersonReader, scheme: str, charset: str) -> None:
        self._people = people
        self._scheme = None if scheme == "auto" else scheme
        self._charset = charset
        self._latest: tuple[str, str | None] = ("", None)

    def __call__(self, record: Record, password: Secret) -> Reason | Right:
        """`NO_PASSWORD` after the same work as a wrong one (R25): against the hash that was looked at last."""
        stored, salt = self._people.stored(record)
        if len(password.reveal()) > MAX_PASSWORD:
            return Reason.WRONG_PASSWORD
        if not stored.strip():
            self._matching(password, *self._latest)
            return Reason.NO_PASSWORD
        self._latest = (stored, salt)
        hashed = self._matching(password, stored, salt)
        if hashed is None:
            return Reason.WRONG_PASSWORD
        looked_at = passwords.significant(stored, scheme=self._scheme)
        return Right(counted(password, hashed, looked_at, self._charset))

    def _matching(self, password: Secret, stored: str, salt: str | None) -> bytes | None:
        """The form of the password that fits, None if none does."""
        for candidate in candidates(password, self._charset):
            if passwords.verify(candidate, stored, scheme=self._scheme, salt=salt):
                return candidate
        return None


class StatementCheck:
    """Has the database compare, under the name that it has itself returned (R2)."""

    def __init__(self, people: PersonReader, database: Database, statement: str, charset: str) -> None:
        self._people = people
        self._database = database
        self._statement = statement
        self._charset = charset

    def __call__(self, record: Record, password: Secret) -> Reason | Right:
        """Right if one row comes back and its first column is no NULL, 0, false or empty text. How much of the password
        the database looked at cannot be known: all of it, then."""
        if len(password.reveal()) > MAX_PASSWORD:
            return Reason.WRONG_PASSWORD
        name = self._people.raw_name(record)
        forms = texts(password, self._charset)
        right = self._database.attempt(lambda reading: any(self._asked(reading, name, form) for form in forms))
        return Right() if right else Reason.WRONG_PASSWORD

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
