"""Where the audit's lines go: a file that is appended to, or standard error. What they say is not decided here."""

from __future__ import annotations

import os

from twisted.logger import Logger

from gateway.errors import ConfigError

_log = Logger()
_CLOSED = -1


def check_writable(path: str) -> None:
    """`ConfigError` if an audit file could not be opened there; writes nothing."""
    place = path if os.path.exists(path) else os.path.dirname(path) or "."
    if path != "-" and not os.access(place, os.W_OK):
        reason = "the folder does not exist" if not os.path.exists(place) else "permission denied"
        raise ConfigError(f"the audit file {path} cannot be written: {reason}", where="audit.file")


class AuditFile:
    """Appends whole lines, one `write` each, so that a crash loses none that were decided. Where a full disk takes only
    part of one, the next begins a line of its own.

    `path` "-" is standard error. The file is made readable by its owner and group only. A line that cannot be written
    (disk full) is counted in `lost` and logged once a run of losses; it never stops a login.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._failing = False
        self._torn = False
        self.lost = 0
        self._fd = self._open()

    def write(self, line: str) -> None:
        """Append one line, its newline included."""
        data = (b"\n" if self._torn else b"") + line.encode("ascii", "backslashreplace")
        try:
            self._torn = os.write(self._fd, data) < len(data)
            trouble = "the disk is full" if self._torn else ""
        except OSError as error:
            trouble = error.strerror or "?"
        if trouble:
            self.lost += 1
            if not self._failing:
                _log.error("the audit file {path} cannot be written: {text}", path=self._path, text=trouble)
        self._failing = bool(trouble)

    def reopen(self) -> None:
        """Begin again at the path: what logrotate's `postrotate` asks for by SIGHUP."""
        if self._fd == _CLOSED:
            return
        old, self._fd = self._fd, self._open()
        if self._path != "-":
            os.close(old)

    def close(self) -> None:
        """No more lines: one that comes late is lost, and stands in no file that has the number by then."""
        if self._path != "-":
            os.close(self._fd)
        self._fd = _CLOSED

    def _open(self) -> int:
        if self._path == "-":
            return 2
        try:
            return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            text = f"the audit file {self._path} cannot be written: {error.strerror}"
            raise ConfigError(text, where="audit.file") from None
