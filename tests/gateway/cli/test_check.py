"""`gateway.cli.check`: what every store shows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from configuring import MINIMAL, loaded
from waiting import now

from gateway.cli.check import Finding, look, report
from gateway.cli.main import run
from gateway.identity.ports import Sight
from gateway.testing.memory_directory import MemoryDirectory
from gateway.testing.memory_source import MemorySource
from gateway.testing.plain_hasher import PlainHasher


class Talkative(MemoryDirectory):
    async def inspect(self) -> Sight:
        return Sight(False, ("the disk is full",))


def test_every_store_is_looked_at_the_directory_first() -> None:
    source, other = MemorySource("staff"), MemorySource("customers")
    source.add("jdoe", b"x")
    other.fail_with()
    findings = now(look(MemoryDirectory(PlainHasher()), [source, other]))
    assert [(finding.store, finding.usable) for finding in findings] == [
        ("directory", True),
        ("source staff", True),
        ("source customers", False),
    ]
    assert all(finding.lines for finding in findings)


def test_a_directory_that_cannot_be_read_is_not_usable() -> None:
    native = MemoryDirectory(PlainHasher())
    native.fail_with()
    assert now(look(native, [])) == [Finding("directory", False, ("the directory is stopped",))]


def test_a_directory_that_can_say_more_is_asked_to() -> None:
    assert now(look(Talkative(PlainHasher()), [])) == [Finding("directory", False, ("the disk is full",))]


def test_the_report_tells_people_and_scripts_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = loaded(tmp_path, MINIMAL + "  health: {address: 0.0.0.0}\n")
    findings = [Finding("directory", True, ("3 people",)), Finding("source a", False, ("refused",))]
    assert report(settings, findings, as_json=False) == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "configuration: ok"
    assert shown[1].startswith("  warning: ")
    assert shown[2:] == ["directory: ok", "  3 people", "source a: NOT USABLE", "  refused"]
    assert report(settings, findings[:1], as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert told["stores"] == [{"store": "directory", "usable": True, "lines": ["3 people"]}]
    assert len(told["warnings"]) == 1


def test_offline_opens_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(MINIMAL.replace("memory://", f"sqlite:///{tmp_path}/directory.db"))
    assert run(["check", "--offline", "-c", str(path)]) == 0
    assert capsys.readouterr().out == "configuration: ok\n"
    assert [path.name for path in tmp_path.iterdir()] == ["x.yaml"]


def test_bases_of_applications_outside_every_store_are_a_warning_with_its_line(tmp_path: Path) -> None:
    """In a process of its own: it runs the real reactor, and a process can do that once."""
    path = tmp_path / "x.yaml"
    listed = "applications:\n  - {name: wiki, bases: ['ou=people,dc=example,dc=com', 'ou=people,o=typo']}\n"
    path.write_text(MINIMAL.replace("memory://", f"sqlite:///{tmp_path}/directory.db") + listed)
    command = [sys.executable, "-m", "gateway", "check", "-c", str(path)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    warnings = [line for line in told.splitlines() if "warning" in line]
    assert len(warnings) == 1
    assert "x.yaml:7: applications.0.bases: ou=people,o=typo is neither below a naming context" in warnings[0]
