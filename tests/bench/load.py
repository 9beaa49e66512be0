"""The load generator (load.c): compiled when it is needed, run, its answer read."""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("load.c")


class LoadError(Exception):
    """The generator gave up, and says why."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the generator does: a work of its table, and options by name."""

    name: str
    options: dict[str, float | int | str] = field(default_factory=dict)

    def arguments(self, port: int) -> list[str]:
        """Of its command line."""
        return ["run", str(port), self.name, *(f"{name}={value}" for name, value in self.options.items())]

    def but(self, **options: float | int | str) -> Work:
        """The same with other options."""
        return Work(self.name, {**self.options, **options})


def compile_load(place: Path) -> Path:
    """The program."""
    program = place / "load"
    command = ["cc", "-O2", "-Wall", "-Werror", "-o", program, SOURCE, "-lssl", "-lcrypto"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise LoadError(f"the load generator cannot be compiled (it needs cc and libssl-dev): {done.stderr}")
    return program


def begin(program: Path, work: Work, port: int) -> subprocess.Popen[str]:
    """It runs; `finish` waits for it."""
    pipes: Any = {name: subprocess.PIPE for name in ("stdin", "stdout", "stderr")}
    return subprocess.Popen([program, *work.arguments(port)], text=True, **pipes)


def finish(process: subprocess.Popen[str], timeout: float) -> dict[str, Any]:
    """What it saw; `LoadError` with its own words if it gave up."""
    try:
        said, complaint = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise LoadError(f"no end after {timeout:g} s") from None
    if process.returncode:
        raise LoadError(complaint.strip() or f"exit status {process.returncode}")
    seen: dict[str, Any] = json.loads(said.splitlines()[-1])
    return seen


@contextlib.contextmanager
def holding(program: Path, work: Work, port: int) -> Iterator[None]:
    """Idle connections, from when all are open until the block ends."""
    process = begin(program, work, port)
    try:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            finish(process, 5)
            raise LoadError("no idle connections")
        yield
    finally:
        with contextlib.suppress(LoadError):
            finish(process, 60)


@contextlib.contextmanager
def compiled() -> Iterator[Path]:
    """The program, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="bindferry-bench-") as place:
        yield compile_load(Path(place))
