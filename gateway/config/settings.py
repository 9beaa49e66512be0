"""The whole configuration: read once, checked whole, frozen. All its faults are reported together."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gateway.config.access import Access
from gateway.config.audit import Audit
from gateway.config.document import Document, Place, read_document
from gateway.config.faults import note, without_secrets
from gateway.config.limits import Limits
from gateway.config.listen import Listen
from gateway.config.log import Log
from gateway.config.migration import Migration
from gateway.config.names import Names
from gateway.config.passwords import Passwords
from gateway.config.stop import Stop
from gateway.config.throttle import Throttle
from gateway.config.tls import utc_now
from gateway.config.warnings import warnings_of
from gateway.errors import ConfigError, ConfigErrors
from gateway.options import Options
from gateway.plugins import DIRECTORIES, SOURCES, DirectoryPlugin, SourceOptions, SourcePlugin, find

Find = Callable[[str, str], Any]


@dataclass(frozen=True, slots=True)
class Directory:
    """The native directory: its plug-in, that plug-in's options (its `url` may hold a password), the base DN as
    written."""

    plugin: DirectoryPlugin[Any]
    options: Options = field(repr=False)
    base: str


@dataclass(frozen=True, slots=True)
class Source:
    """One legacy source: its plug-in and that plug-in's options (whose URL may hold a password)."""

    plugin: SourcePlugin[Any]
    options: SourceOptions = field(repr=False)

    @property
    def name(self) -> str:
        """The configured name."""
        return self.options.name


class Sections(Options):
    """The sections that are the same whatever the plug-ins."""

    listen: Listen
    limits: Limits = Limits()
    passwords: Passwords = Passwords()
    migration: Migration = Migration()
    names: Names = Names()
    throttle: Throttle = Throttle()
    access: Access = Access()
    audit: Audit = Audit()
    log: Log = Log()
    stop: Stop = Stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an administrator decides. `sources` are asked in this order; `warnings` are faults that
    need not stop anything."""

    directory: Directory
    sources: tuple[Source, ...] = ()
    listen: Listen
    limits: Limits = field(default_factory=Limits)
    passwords: Passwords = field(default_factory=Passwords)
    migration: Migration = field(default_factory=Migration)
    names: Names = field(default_factory=Names)
    throttle: Throttle = field(default_factory=Throttle)
    access: Access = field(default_factory=Access)
    audit: Audit = field(default_factory=Audit)
    log: Log = field(default_factory=Log)
    stop: Stop = field(default_factory=Stop)
    warnings: tuple[ConfigError, ...] = ()


def load(path: Path | str, *, find: Find = find, now: Callable[[], datetime] = utc_now) -> Settings:
    """The settings in this YAML file; `ConfigErrors` holds all its faults, in the order of the file."""
    document = read_document(Path(path))
    sections = _sections(document)
    directory = _directory(document, find)
    sources = _sources(document, find)
    if document.errors or sections is None or directory is None:
        faults = {str(fault): fault for fault in without_secrets(document.errors, document.values)}
        raise ConfigErrors(sorted(faults.values(), key=lambda fault: fault.line))
    return Settings(
        directory=directory,
        sources=sources,
        warnings=warnings_of(sections.listen, document, now()),
        **{name: getattr(sections, name) for name in Sections.model_fields},
    )


def _sections(document: Document) -> Sections | None:
    # A section whose lines are all comments is null in YAML: it has its defaults.
    written = {name: {} if value is None else value for name, value in document.values.items()}
    try:
        return Sections.model_validate({k: v for k, v in written.items() if k not in {"directory", "sources"}})
    except ValidationError as error:
        note(error, _Whole, (), document)
        return None


class _Whole(Sections):
    """For "did you mean" only: every name that may stand at the top."""

    directory: object
    sources: object


def _directory(document: Document, find: Find) -> Directory | None:
    place: Place = ("directory",)
    section = _mapping(document, place, document.values.get("directory"))
    if section is None:
        return None
    url, base = section.get("url"), section.get("base")
    if not isinstance(base, str) or "=" not in base:
        document.complain("must be a DN: write for example dc=example,dc=com", (*place, "base"))
    scheme = re.match(r"([a-z][a-z0-9]*)(\+[a-z0-9_]+)?:", url) if isinstance(url, str) else None
    if scheme is None:
        document.complain("must be a URL: write for example sqlite:////var/lib/bindferry/directory.db", (*place, "url"))
        return None
    plugin = _plugin(document, find, DIRECTORIES, scheme[1], (*place, "url"))
    if plugin is None:
        return None
    if "base" not in plugin.options.model_fields:  # most stores do not care where in the tree they hang
        section = {key: value for key, value in section.items() if key != "base"}
    options = _validated(plugin.options, section, place, document)
    return Directory(plugin, options, str(base)) if options is not None else None


def _sources(document: Document, find: Find) -> tuple[Source, ...]:
    listed = document.values.get("sources")
    if listed is None:
        return ()
    if not isinstance(listed, list):
        document.complain("must be a list: each source begins with `- name: …`", ("sources",))
        return ()
    sources = [_source(document, ("sources", number), item, find) for number, item in enumerate(listed)]
    seen: dict[str, int] = {}
    for number, source in enumerate(sources):
        if source is not None and seen.setdefault(source.name.lower(), number) != number:
            first = document.line(("sources", seen[source.name.lower()], "name"))
            document.complain(f"the source in line {first} has the same name", ("sources", number, "name"))
    return tuple(source for source in sources if source is not None)


def _source(document: Document, place: Place, item: object, find: Find) -> Source | None:
    section = _mapping(document, place, item)
    if section is None:
        return None
    kind = section.get("type")
    if not isinstance(kind, str):
        document.complain("is required: which kind of store this is, for example ldap or sql", (*place, "type"))
        return None
    plugin = _plugin(document, find, SOURCES, kind, (*place, "type"))
    options = _validated(plugin.options, section, place, document) if plugin is not None else None
    return Source(plugin, options) if options is not None else None


def _mapping(document: Document, place: Place, value: object) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return value
    document.complain("must be a mapping of options" if value is not None else "is required", place)
    return None


def _plugin(document: Document, find: Find, group: str, name: str, place: Place) -> Any:
    try:
        return find(group, name)
    except ConfigError as error:
        document.complain(error.text, place)
        return None


def _validated(model: type[Any], section: dict[str, Any], place: Place, document: Document) -> Any:
    try:
        return model.model_validate(section)
    except ValidationError as error:
        note(error, model, place, document)
        return None
