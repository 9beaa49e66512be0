"""What supervisor and workers say to each other, as JSON: a list whose first item is the kind.

Both ends are of one release and started by one another, so a word that makes no sense is a fault of ours; it raises.

From a worker: `alive` · `ready` · `told EVENT` · `take ID SOURCE ACCOUNT NOW` · `refund SOURCE ACCOUNT AT` ·
`doubt SOURCE ACCOUNT AT` · `clear SOURCE ACCOUNT` · `answer ID VALUE`
From the supervisor: `begin …` (`begin.py`) · `tallies LIST` · `told EVENT` · `granted ID ALLOWANCE` · `lead` ·
`ask ID WHAT` · `reopen` · `stop`
"""

from __future__ import annotations

import json
from typing import Any

from gateway.identity.outcome import Reason, Rejected, Unknown
from gateway.identity.throttle import Tally
from gateway.identity.told import Failed, Forgotten, Proved, Refused, Succeeded, Told

MOST = 16 << 20
"""Bytes of one message."""

Message = list[Any]


def packed(message: Message) -> bytes:
    """The bytes of one message, without their length. Names that are not Unicode (lone surrogates) stay as they are."""
    return json.dumps(message, separators=(",", ":")).encode("ascii")


def unpacked(data: bytes) -> Message:
    """The message; `ValueError` for what is none."""
    message = json.loads(data)
    if not isinstance(message, list) or not message or not isinstance(message[0], str):
        raise ValueError("not a message")
    return message


def event(told: Told) -> Message:
    """What is told, as a part of a message."""
    match told:
        case Failed():
            return ["failed", told.name, told.address, float(told.at), told.proof.hex()]
        case Succeeded():
            return ["succeeded", told.name, told.address]
        case Forgotten():
            return ["forgotten", told.name]
        case Proved():
            return ["proved", told.proof.hex(), float(told.at)]
        case Refused():
            reason = told.refusal.reason.value if isinstance(told.refusal, Rejected) else ""
            return ["refused", told.proof.hex(), reason, float(told.at)]


def told_by(item: Message) -> Told:
    """The same back again; `ValueError` for what none of us says."""
    match item:
        case ["failed", str(name), str(address), float(at), str(proof)]:
            return Failed(name, address, at, bytes.fromhex(proof))
        case ["succeeded", str(name), str(address)]:
            return Succeeded(name, address)
        case ["forgotten", str(name)]:
            return Forgotten(name)
        case ["proved", str(proof), float(at)]:
            return Proved(bytes.fromhex(proof), at)
        case ["refused", str(proof), str(reason), float(at)]:
            return Refused(bytes.fromhex(proof), Rejected(Reason(reason)) if reason else Unknown(), at)
    raise ValueError("nobody tells that")


def tally_row(name: str, address: str, tally: Tally) -> Message:
    """One count of failures, for a worker that begins."""
    return [name, address, tally.count, tally.since, tally.locked_until, tally.locks]


def tally_of(row: Message) -> tuple[str, str, Tally]:
    """The same back again."""
    name, address, count, since, locked_until, locks = row
    return name, address, Tally(count, since, locked_until, locks)
