"""Where audit lines go."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gateway.auditfile import AuditFile, check_writable
from gateway.errors import ConfigError


def test_lines_are_appended_and_readable_by_owner_and_group_only(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text("earlier\n")
    path.unlink()
    os.umask(0o022)
    audit = AuditFile(str(path))
    audit.write("one\n")
    audit.write("two\n")
    audit.close()
    assert path.read_text() == "one\ntwo\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_an_existing_file_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text("earlier\n")
    AuditFile(str(path)).write("later\n")
    assert path.read_text() == "earlier\nlater\n"


def test_after_a_rotation_lines_go_to_the_new_file(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    audit = AuditFile(str(path))
    audit.write("one\n")
    path.rename(tmp_path / "audit.jsonl.1")
    audit.write("still the old file\n")
    audit.reopen()
    audit.write("two\n")
    assert path.read_text() == "two\n"
    assert (tmp_path / "audit.jsonl.1").read_text() == "one\nstill the old file\n"


def test_a_place_that_cannot_be_written_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"audit\.file: the audit file .*/missing/a cannot be written: No such file"):
        AuditFile(str(tmp_path / "missing" / "a"))


def test_a_reopening_that_fails_goes_on_with_the_old_file(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    audit = AuditFile(str(folder / "a"))
    folder.rename(tmp_path / "moved")
    with pytest.raises(ConfigError):
        audit.reopen()
    audit.write("kept\n")
    assert (tmp_path / "moved" / "a").read_text() == "kept\n"


def test_a_full_disk_is_counted_and_stops_nobody() -> None:
    audit = AuditFile("/dev/full")
    audit.write("one\n")
    audit.write("two\n")
    assert audit.lost == 2


def test_a_place_can_be_judged_without_writing_to_it(tmp_path: Path) -> None:
    check_writable("-")
    check_writable(str(tmp_path / "new"))
    with pytest.raises(ConfigError, match="folder does not exist"):
        check_writable(str(tmp_path / "missing" / "a"))
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_comes_after_the_end_stands_in_no_file_that_got_the_number(tmp_path: Path) -> None:
    """An adoption may end behind the daemon's end, and the number be a database's by then."""
    audit = AuditFile(str(tmp_path / "audit.jsonl"))
    audit.close()
    other = AuditFile(str(tmp_path / "other.jsonl"))
    audit.write("late\n")
    audit.reopen()
    assert audit.lost == 1
    assert (tmp_path / "other.jsonl").read_text() == ""
    other.close()
