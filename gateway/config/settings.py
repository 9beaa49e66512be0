"""The whole configuration: read once, checked whole, frozen. All its faults are reported together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from gateway.config.access import Access
from gateway.config.applications import Application
from gateway.config.audit import Audit
from gateway.config.changes import Changes
from gateway.config.document import Document, read_document
from gateway.config.doubts import faults_of
from gateway.config.faults import note, without_secrets
from gateway.config.groups import Groups
from gateway.config.limits import Limits
from gateway.config.listen import Listen
from gateway.config.log import Log
from gateway.config.migration import Migration
from gateway.config.names import Names
from gateway.config.passwords import Passwords
from gateway.config.stop import Stop
from gateway.config.stores import Directory, Find, Source, read_directory, read_sources
from gateway.config.throttle import Throttle
from gateway.config.tls import utc_now
from gateway.config.warnings import warnings_of
from gateway.errors import ConfigError, ConfigErrors
from gateway.options import Options
from gateway.plugins import find

__all__ = ["Directory", "Settings", "Source", "load"]


class Sections(Options):
    """The sections that are the same whatever the plug-ins."""

    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes that answer on the same ports."""
    listen: Listen
    limits: Limits = Limits()
    passwords: Passwords = Passwords()
    migration: Migration = Migration()
    names: Names = Names()
    groups: Groups = Groups()
    throttle: Throttle = Throttle()
    access: Access = Access()
    changes: Changes = Changes()
    applications: tuple[Application, ...] = ()
    audit: Audit = Audit()
    log: Log = Log()
    stop: Stop = Stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an administrator decides. `sources` are asked in this order; `warnings` are faults that
    need not stop anything."""

    directory: Directory
    sources: tuple[Source, ...] = ()
    workers: int = 1
    listen: Listen
    limits: Limits = field(default_factory=Limits)
    passwords: Passwords = field(default_factory=Passwords)
    migration: Migration = field(default_factory=Migration)
    names: Names = field(default_factory=Names)
    groups: Groups = field(default_factory=Groups)
    throttle: Throttle = field(default_factory=Throttle)
    access: Access = field(default_factory=Access)
    changes: Changes = field(default_factory=Changes)
    applications: tuple[Application, ...] = ()
    audit: Audit = field(default_factory=Audit)
    log: Log = field(default_factory=Log)
    stop: Stop = field(default_factory=Stop)
    warnings: tuple[ConfigError, ...] = ()
    document: Document | None = field(default=None, repr=False)

    def located(self, error: ConfigError) -> ConfigError:
        """A fault that showed only when something was opened, with the file and line of its dotted path."""
        if self.document is None or error.file:
            return error
        line = self.document.line(tuple(int(part) if part.isdecimal() else part for part in error.where.split(".")))
        return ConfigError(error.text, where=error.where, file=self.document.file, line=line)


def load(
    path: Path | str, *, text: str | None = None, find: Find = find, now: Callable[[], datetime] = utc_now
) -> Settings:
    """The settings in this YAML file; `ConfigErrors` holds all its faults, in the order of the file. `text` is what
    was read from it before, where it may have been edited since."""
    document = read_document(Path(path), text)
    sections = _sections(document)
    directory = read_directory(document, find)
    sources = read_sources(document, find)
    if document.errors or sections is None or directory is None:
        faults = {str(fault): fault for fault in without_secrets(document.errors, document.values)}
        raise ConfigErrors(sorted(faults.values(), key=lambda fault: fault.line))
    document.values = {}  # secrets stand in it
    return Settings(
        document=document,
        directory=directory,
        sources=sources,
        warnings=warnings_of(sections.listen, sections.applications, document, now()),
        **{name: getattr(sections, name) for name in Sections.model_fields},
    )


def _sections(document: Document) -> Sections | None:
    # A section whose lines are all comments is null in YAML: it has its defaults.
    written = {name: {} if value is None else value for name, value in document.values.items()}
    if written.get("applications") == {}:
        written["applications"] = []
    try:
        sections = Sections.model_validate({k: v for k, v in written.items() if k not in {"directory", "sources"}})
    except ValidationError as error:
        note(error, _Whole, (), document)
        return None
    for place, text in faults_of(sections.applications, tuple(sections.listen.doors())):
        document.complain(text, place)
    return sections


class _Whole(Sections):
    """For "did you mean" only: every name that may stand at the top."""

    directory: object
    sources: object
