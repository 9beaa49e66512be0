"""Values as Active Directory writes them: times, GUIDs, SIDs, canonical names, extended DNs. Pure.

MS-DTYP 2.3.3 (FILETIME), 2.3.4 (GUID), 2.4.2 (SID); MS-ADTS 3.1.1.4.5.6 (canonicalName), 3.1.1.3.4.1.5 (extended DN).
"""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime

from gateway.wire.attributetypes import canonical
from gateway.wire.syntaxes import generalized_time, sid

NEVER = 0x7FFF_FFFF_FFFF_FFFF
"""accountExpires of an account that does not expire."""
_EPOCH = 11_644_473_600  # seconds from 1601 to 1970
_ENTRA = "S-1-12-1"
_RDN = re.compile(r"([^=,]+)=((?:[^,\\]|\\.)*)(?:,|\Z)", re.DOTALL)


def filetime(seconds: float) -> int:
    """Seconds since 1970 as units of 100 ns since 1601."""
    return int((seconds + _EPOCH) * 10_000_000)


def seconds_of(generalized: bytes) -> float | None:
    """A generalized time as seconds since 1970, None where it is none."""
    nanoseconds = generalized_time(generalized)
    return None if nanoseconds is None else nanoseconds / 10**9


def when(generalized: bytes) -> bytes | None:
    """A generalized time in the one form that Active Directory has: `20261128031707.0Z`."""
    seconds = seconds_of(generalized)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%d%H%M%S.0Z").encode()


def guid(text: str) -> bytes | None:
    """The 16 bytes of objectGUID for `6f8b5a52-…` or for the 32 digits of the bytes themselves; None for neither."""
    try:
        if len(text) == 32:
            return bytes.fromhex(text)
        return uuid.UUID(text).bytes_le if len(text) == 36 else None
    except ValueError:
        return None


def sid_bytes(text: str) -> bytes | None:
    """The bytes of objectSid for `S-1-5-21-…` or for their digits; None for neither."""
    raw = text.encode()
    if text[:2].upper() == "S-":
        binary = sid(raw)
        return binary if binary is not None and binary != raw else None
    try:
        return bytes.fromhex(text) if len(text) >= 16 else None
    except ValueError:
        return None


def sid_text(binary: bytes) -> str | None:
    """`S-1-5-21-…` for the bytes of a SID, None where they are none."""
    if len(binary) < 8 or binary[0] != 1 or len(binary) != 8 + 4 * binary[1]:
        return None
    parts = [int.from_bytes(binary[at : at + 4], "little") for at in range(8, len(binary), 4)]
    return "-".join(map(str, ("S-1", int.from_bytes(binary[2:8], "big"), *parts)))


def sid_of(number: uuid.UUID) -> bytes:
    """The SID of somebody without a number in a domain: all 128 bits of the stable id, so that no two can be equal.
    It is the form in which Microsoft's own cloud directory gives every object a SID, `S-1-12-1-a-b-c-d`."""
    words = (int.from_bytes(number.bytes_le[at : at + 4], "little") for at in range(0, 16, 4))
    binary = sid_bytes("-".join(map(str, (_ENTRA, *words))))
    assert binary is not None
    return binary


def id_in(binary: bytes) -> uuid.UUID | None:
    """The stable id in a SID that `sid_of` made."""
    text = sid_text(binary)
    return (
        uuid.UUID(bytes_le=binary[12:])
        if text is not None and text.startswith(f"{_ENTRA}-") and binary[1] == 5
        else None
    )


def canonical_name(dn: str) -> str | None:
    """`ad.example/People/Anna Arndt` for a DN that ends in `dc` parts; None for any other. What is escaped in the DN
    stays so, as Samba has it."""
    parts = _RDN.findall(dn)
    if ",".join(f"{kind}={value}" for kind, value in parts) != dn:
        return None
    path, domain = [], []
    for kind, value in parts:
        if canonical(kind.strip()) == "dc":
            domain.append(value.strip())
        elif domain:
            return None
        else:
            path.append(value.strip().replace("/", "\\/"))
    return "/".join([".".join(domain), *reversed(path)]) + ("" if path else "/") if domain else None


def extended_dn(dn: str, object_guid: bytes, object_sid: bytes | None, *, as_text: bool) -> str:
    """`<GUID=…>;<SID=…>;DN`, as the control 1.2.840.113556.1.4.529 asks for it: digits, or text with its flag 1."""
    parts = [f"<GUID={uuid.UUID(bytes_le=object_guid) if as_text else object_guid.hex()}>"]
    if object_sid:
        parts.append(f"<SID={sid_text(object_sid) if as_text else object_sid.hex()}>")
    return ";".join([*parts, dn])
