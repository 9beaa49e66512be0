"""Sentences about whose the files are."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from backends.native.ownership import files_of, folder_of, whose


def test_the_file_and_its_companions_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    assert list(files_of(path)) == []
    for name in ("x.db", "x.db-wal", "x.db-shm", "x.db-other"):
        (tmp_path / name).touch()
    assert [file.name for file in files_of(path)] == ["x.db", "x.db-wal", "x.db-shm"]


def test_the_owner_is_told_and_nothing_to_warn_of(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.touch(0o600)
    (told,) = whose(path)
    assert told.startswith(f"{path} belongs to {getpass.getuser()}, group ")
    assert told.endswith(", mode 0600")


def test_a_file_of_another_owner_than_its_folder_is_warned_of(tmp_path: Path) -> None:
    """What root leaves behind in the daemon's folder; /proc/1 is another's file for whoever runs this but root."""
    if os.geteuid() == 0:
        path = tmp_path / "x.db"
        path.touch()
        os.chown(tmp_path, 54321, 54321)
        assert list(whose(path))[1:] == ["warning: x.db belongs to root, and the folder to 54321"]
    else:
        (tmp_path / "x.db").symlink_to("/proc/1/comm")
        assert list(whose(tmp_path / "x.db"))[1:] == [
            f"warning: x.db belongs to root, and the folder to {getpass.getuser()}"
        ]


def test_who_may_write_in_the_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    told = folder_of(tmp_path / "x.db")
    assert told.startswith(f"the folder {tmp_path} belongs to {getpass.getuser()}, group ")
    assert f"mode 0750; {getpass.getuser()}, who asks, may write there" in told
