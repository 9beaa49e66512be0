"""Sections `directory` and `sources`: each is read by the options of the plug-in that it names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretBytes, TypeAdapter, ValidationError

from gateway.config.document import Document, Place
from gateway.config.faults import note
from gateway.errors import ConfigError
from gateway.options import Options, SecretValue
from gateway.plugins import DIRECTORIES, SOURCES, DirectoryPlugin, SourceOptions, SourcePlugin

Find = Callable[[str, str], Any]

_SECRET: TypeAdapter[SecretBytes] = TypeAdapter(SecretValue)
_RDN = r"\s*[A-Za-z0-9][A-Za-z0-9.-]*\s*=(?:[^,\\]|\\.)+"
DN_SHAPE = re.compile(rf"{_RDN}(?:,{_RDN})*")  # the shape only; who builds the core reads it whole


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


def read_directory(document: Document, find: Find) -> Directory | None:
    """The section `directory`; None, and complaints in the document, where it cannot be used."""
    place: Place = ("directory",)
    section = _mapping(document, place, document.values.get("directory"))
    if section is None:
        return None
    base = section.get("base")
    if not isinstance(base, str) or not DN_SHAPE.fullmatch(base):
        document.complain("must be a DN: write for example dc=example,dc=com", (*place, "base"))
    scheme = _scheme(document, (*place, "url"), section.get("url", ""))
    if scheme is None:
        return None
    plugin = _plugin(document, find, DIRECTORIES, scheme, (*place, "url"))
    if plugin is None:
        return None
    if "base" not in plugin.options.model_fields:  # most stores do not care where in the tree they hang
        section = {key: value for key, value in section.items() if key != "base"}
    options = _validated(plugin.options, section, place, document)
    return Directory(plugin, options, str(base)) if options is not None else None


def _scheme(document: Document, place: Place, url: object) -> str | None:
    """`sqlite` of `sqlite+driver://…`; the URL may also stand in a file or a variable."""
    try:
        text = _SECRET.validate_python(url).get_secret_value()
    except ValidationError as error:
        note(error, Options, place, document)
        return None
    match = re.match(rb"([a-z][a-z0-9]*)(\+[a-z0-9_]+)?:", text)
    if match is None:
        document.complain("must be a URL: write for example sqlite:////var/lib/bindferry/directory.db", place)
        return None
    return match[1].decode()


def read_sources(document: Document, find: Find) -> tuple[Source, ...]:
    """The section `sources`; complaints are in the document."""
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
    except ConfigError as error:  # a plug-in may say so in its own way
        document.complain(error.text, (*place, *error.where.split(".")) if error.where else place)
    return None
