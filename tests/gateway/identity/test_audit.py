"""Audit records as lines."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.audit import AuditRecord, Everyone, JsonLines, as_json, word_for
from gateway.identity.model import Attributes, Identity, Origin, derive_id
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown

ORIGIN = Origin("staff", "1")
PERSON = Identity(dn="uid=j", dn_key="uid=j", attributes=Attributes(), id=derive_id(ORIGIN), name="j", origin=ORIGIN)


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Accepted(PERSON), "accepted"),
        (Rejected(Reason.WRONG_PASSWORD), "wrong-password"),
        (Rejected(Reason.MUST_CHANGE), "must-change"),
        (Unknown(), "unknown"),
        (Unavailable("staff"), "unavailable"),
        (Unavailable("staff", busy=True), "busy"),
    ],
)
def test_each_outcome_has_a_word(outcome: Outcome, word: str) -> None:
    assert word_for(outcome) == word


def test_a_record_is_one_line_whatever_the_name_holds() -> None:
    """A name with line breaks must not forge a second record."""
    record = AuditRecord("bind", 0.0, 'x"\n{"event":"bind"}\x00\ud800', "unknown", detail="a\nb")
    line = as_json(record)
    assert "\n" not in line
    assert line.isascii()
    assert json.loads(line)["login"] == record.login


def test_a_long_name_is_cut() -> None:
    assert len(json.loads(as_json(AuditRecord("bind", 0.0, "x" * 100_000, "unknown")))["login"]) == 256


def test_a_line_says_when_who_what_and_by_whom() -> None:
    record = AuditRecord(
        "bind", 1_700_000_000.25, "CORP\\jdoe", "accepted", "source:staff", "jdoe", "id", "10.0.0.1", "mail", 0.0125
    )
    lines: list[str] = []
    Everyone([JsonLines(lines.append), JsonLines(lines.append)]).record(record)
    assert lines[0] == lines[1]
    assert lines[0].endswith("\n")
    assert json.loads(lines[0]) == {
        "time": "2023-11-14T22:13:20.250+00:00",
        "event": "bind",
        "outcome": "accepted",
        "login": "CORP\\jdoe",
        "name": "jdoe",
        "identity": "id",
        "via": "source:staff",
        "address": "10.0.0.1",
        "application": "mail",
        "ms": 12.5,
    }


def test_no_member_of_a_record_is_longer_than_an_administrator_reads() -> None:
    record = AuditRecord("bind", 0.0, "x" * 10_000, "accepted", name="y" * 10_000, detail="z" * 10_000)
    assert len(as_json(record)) < 3000


@given(
    st.builds(
        AuditRecord,
        event=st.text(),
        at=st.floats(0, 4e9),
        login=st.text(),
        outcome=st.text(),
        name=st.text(),
        via=st.text(),
        detail=st.text(),
        seconds=st.floats(0, 1e6),
    )
)
def test_every_record_is_json_whatever_is_in_it(record: AuditRecord) -> None:
    line = as_json(record)
    assert line.isascii()
    assert line.isprintable()
    fields = json.loads(line)
    assert (fields["event"], fields["login"], fields.get("detail", "")) == (record.event, record.login, record.detail)
    assert abs(datetime.fromisoformat(fields["time"]).timestamp() - record.at) < 0.002
