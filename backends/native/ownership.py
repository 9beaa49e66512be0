"""Whose the directory's files and their folder are, in sentences: a file that root left behind stops the daemon.

What is not here: making the file and closing it to others (`engine.py`).
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path


def files_of(path: Path) -> Iterator[Path]:
    """The file and those of SQLite's companions that are there."""
    for suffix in ("", "-wal", "-shm"):
        file = path.with_name(path.name + suffix)
        if file.exists():
            yield file


def whose(path: Path) -> Iterator[str]:
    """Who may write the file, and which files somebody left there who does not own the folder."""
    yield f"{path} belongs to {_owner(path.stat())}"
    owner = path.parent.stat().st_uid
    for file in files_of(path):
        there = file.stat().st_uid
        if there != owner:
            yield f"warning: {file.name} belongs to {_user(there)}, and the folder to {_user(owner)}"


def folder_of(path: Path) -> str:
    """Who may write where a file is to be made."""
    may = "may" if os.access(path.parent, os.W_OK | os.X_OK) else "may not"
    whose_folder = _owner(path.parent.stat())
    return f"the folder {path.parent} belongs to {whose_folder}; {_user(os.geteuid())}, who asks, {may} write there"


def _owner(there: os.stat_result) -> str:
    return f"{_user(there.st_uid)}, group {_group(there.st_gid)}, mode {stat.S_IMODE(there.st_mode):04o}"


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
