"""Names and passwords that an attacker would send: what a source must answer with nothing more than a refusal."""

from __future__ import annotations

from collections.abc import Iterator

HOSTILE_NAMES = (
    "",
    " ",
    "*",
    "{name}*",
    "*)(objectClass=*",
    "{name})(uid=*",
    "{name})(|(uid=*",
    "*)(uid=*))(|(uid=*",
    "{name},ou=people",
    "{name}+cn=x",
    "{name}\\2a",
    "\\",
    "{name}\0",
    "\0{name}",
    "{name}\0*",
    "' OR '1'='1",
    "{name}' --",
    "{name}'; DROP TABLE users; --",
    '{name}" or ""="',
    "%",
    "{name}%",
    "_" * 4,
    "{{name}}",
    "{name}\r\nmail: x",
    "{name}\udcff",
    "\ud800",
    "\udcc3\udc28",
    "\u202e{name}",
    "{name}\u200b",
    "x" * 100_000,
    "{name}" + " " * 1000 + "x",
    "\\" * 100_000,
    "\U0001f600" * 1000,
)
"""`{name}` is put in for a known name. Some would select everybody in a filter or a statement built from text, others
are not text at all: bytes that are not UTF-8 as surrogate escapes, and half of a surrogate pair."""


def hostile_passwords(right: bytes) -> Iterator[bytes]:
    """Passwords near the right one, and such as are too long or no text; none of them is the right one."""
    near = (
        right[:-1],
        right[1:],
        right + b"\0",
        b"\0" + right,
        right + b" ",
        b" " + right,
        right * 2,
        right.swapcase(),
    )
    far = (b"*", b"\0", b"\xff\xfe\x80", b"' OR '1'='1", "\u2060".encode(), b"x" * 100_000, right + b"x" * 100_000)
    for password in (*near, *far):
        if password and password != right:
            yield password
