"""What supervisor and workers say."""

from __future__ import annotations

import pytest

from gateway.identity.outcome import Reason, Rejected, Unknown
from gateway.identity.throttle import Tally
from gateway.identity.told import Failed, Forgotten, Proved, Refused, Succeeded, Told
from gateway.workers.words import event, packed, tally_of, tally_row, told_by, unpacked


@pytest.mark.parametrize("told", [
    Failed("jdoe", "192.0.2.1", 1.25, b"\x00\xff"),
    Failed("bad\udcff\0name", "", 0, b""),
    Succeeded("jdoe", "192.0.2.1"),
    Forgotten("jürgen"),
    Proved(b"\x01" * 32, 5.0),
    Refused(b"\x01" * 32, Rejected(Reason.LOCKED), 1764312345.123456),
    Refused(b"\x01" * 32, Unknown(), 5.0),
])  # fmt: skip
def test_what_is_told_arrives_as_it_was(told: Told) -> None:
    assert told_by(unpacked(packed(["told", event(told)]))[1]) == told


def test_a_tally_arrives_as_it_was() -> None:
    tally = Tally(3, 1.5, 2.5, 1)
    assert tally_of(tally_row("jdoe", "a", tally)) == ("jdoe", "a", tally)


@pytest.mark.parametrize("item", [["failed", 1, "a", 1.0, ""], ["guessed"], [], ["refused", "zz", "", 1.0]])
def test_what_nobody_says_is_a_fault(item: list[object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        told_by(item)


@pytest.mark.parametrize("data", [b"{}", b"[]", b"[1]", b"x", b"\xff"])
def test_what_is_no_message_is_a_fault(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpacked(data)
