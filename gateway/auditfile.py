"""Where the audit's lines go: a file that is appended to, or standard error. What they say is not decided here."""

from __future__ import annotations

import os

from twisted.logger import Logger

from gateway.errors import ConfigError

_log = Logger()


def check_writable(path: str) -> None:
    """`ConfigError` if an audit file could not be opened there; writes nothing."""
    place = path if os.path.exists(path) else os.path.dirname(path) or "."
    if path != "-" and not os.access(place, os.W_OK):
        reason = "the folder does not exist" if not os.path.exists(place) else "permission denied"
        raise ConfigError(f"the audit file {path} cannot be written: {reason}", where="audit.file")


class AuditFile:
    """Appends whole lines, one `write` each, so that a crash loses none that were decided and none is torn.

    `path` "-" is standard error. The file is made readable by its owner and group only. A line that cannot be written
    (disk full) is counted in `lost` and logged once a run of losses; it never stops a login.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._failing = False
        self.lost = 0
        self._fd = self._open()

    def write(self, line: str) -> None:
        """Append one line, its newline included."""
        try:
            os.write(self._fd, line.encode("ascii", "backslashreplace"))
            self._failing = False
        except OSError as error:
            self.lost += 1
            if not self._failing:
                _log.error("the audit file {path} cannot be written: {text}", path=self._path, text=error.strerror)
            self._failing = True

    def reopen(self) -> None:
        """Begin again at the path: what logrotate's `postrotate` asks for by SIGHUP."""
        old, self._fd = self._fd, self._open()
        if self._path != "-":
            os.close(old)

    def close(self) -> None:
        """No more lines."""
        if self._path != "-":
            os.close(self._fd)

    def _open(self) -> int:
        if self._path == "-":
            return 2
        try:
            return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            text = f"the audit file {self._path} cannot be written: {error.strerror}"
            raise ConfigError(text, where="audit.file") from None
