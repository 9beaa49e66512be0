"""`systemd/bindferry.service`: what systemd makes of it, and the promises that rest on it."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli.main import cli

UNIT = Path(__file__).parents[1] / "systemd/bindferry.service"


@pytest.fixture
def service() -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keep the case of keys
    parser.read_string(UNIT.read_text())
    return dict(parser["Service"])


def test_systemd_finds_nothing_to_say_about_it(tmp_path: Path) -> None:
    """Where there is no systemd-analyze, the other tests of this file still read it."""
    if shutil.which("systemd-analyze") is None:
        return
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/bindferry/bin/bindferry", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if not line.startswith("/lib/systemd/")]  # of other units here
    assert (done.returncode, said) == (0, [])


def test_the_service_reports_when_it_is_ready_and_is_watched(service: dict[str, str]) -> None:
    assert service["Type"] == "notify"
    assert service["WatchdogSec"] == "30s"
    assert service["RestartPreventExitStatus"] == "2"


def test_no_core_dump_could_hold_a_password(service: dict[str, str]) -> None:
    """R15."""
    assert service["LimitCORE"] == "0"


def test_it_is_not_root_and_gains_nothing(service: dict[str, str]) -> None:
    assert service["DynamicUser"] == "yes"
    assert service["CapabilityBoundingSet"] == service["AmbientCapabilities"] == "CAP_NET_BIND_SERVICE"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"


@pytest.mark.parametrize("line", ["ExecStartPre", "ExecStart"])
def test_its_commands_exist(service: dict[str, str], line: str) -> None:
    program, command, *options = service[line].split()
    assert program == "/opt/bindferry/bin/bindferry"
    shown = CliRunner().invoke(cli, [command, "--help"]).output
    assert all(option in shown for option in options if option.startswith("-"))
