"""`gateway.cli.main`: what is printed, and the exit status."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import click
import pytest

from gateway import __version__
from gateway.cli.main import COMMANDS, run
from gateway.errors import BindferryError, DirectoryUnavailable

_HELP_ONLY = """
import sys
from gateway.cli.main import run
assert run(["--help"]) == 0
print(sorted({"twisted", "pydantic", "yaml", "sqlalchemy", "rich"} & set(sys.modules)))
"""


def test_help_names_every_command_and_imports_none() -> None:
    done = subprocess.run([sys.executable, "-c", _HELP_ONLY], capture_output=True, text=True, check=True)
    for name, text in COMMANDS.items():
        assert f"{name} " in done.stdout
        assert text in done.stdout
    assert "Examples:" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_list_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    command = importlib.import_module(f"gateway.cli.{name}").command
    assert command.get_short_help_str(limit=200) == COMMANDS[name]


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"bindferry {__version__}\n"


@pytest.mark.parametrize("arguments", [["chek"], ["check", "--ofline"], ["explain"], []])
def test_a_wrong_command_line_is_said_in_a_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert "Usage: bindferry" in capsys.readouterr().err


def test_every_fault_of_a_configuration_is_one_line_and_the_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("limit: {}\nlimits: {size: many}\n")
    for command in ("serve", "check", "status"):
        assert run([command, "-c", str(path)]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        lines = shown.err.replace(str(path), "x.yaml").splitlines()
        assert "x.yaml:1: limit: there is no such option; did you mean limits?" in lines
        assert "x.yaml:2: limits.size: must be a valid integer, unable to parse string as an integer" in lines
        assert all(line.startswith("x.yaml:1: ") for line in lines if ":2:" not in line)
        assert [path.name for path in tmp_path.iterdir()] == ["x.yaml"]  # nothing was written


@pytest.mark.parametrize(("error", "status", "text"), [
    (DirectoryUnavailable("the directory is locked"), 1, "bindferry: the directory is locked"),
    (BindferryError("no"), 1, "bindferry: no"),
    (ValueError("hunter2"), 1, "bindferry: internal error, ValueError; set BINDFERRY_TRACEBACK=1 to see where"),
    (KeyboardInterrupt(), 130, ""),
    (click.ClickException("no"), 1, "Error: no"),
])  # fmt: skip
def test_whatever_goes_wrong_is_one_sentence_and_never_a_traceback(
    error: BaseException, status: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """R15: of an error that nobody foresaw only the kind is shown."""

    def fail(**_: object) -> None:
        raise error

    assert run([], click.Command("failing", callback=fail)) == status
    assert capsys.readouterr().err.strip("\n") == text
