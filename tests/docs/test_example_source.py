"""The example of docs/writing-a-source.rst: it keeps every promise of a source, and the text shows what is in it."""

from __future__ import annotations

import importlib.util
import sys
from configparser import ConfigParser
from importlib.metadata import EntryPoint
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest
from documents import DOCS, section, tree
from docutils import nodes

from gateway.config import load
from gateway.errors import ConfigErrors
from gateway.plugins import SOURCES, SourcePlugin, find

EXAMPLE = DOCS / "examples" / "passwdfile"
PACKAGE = "bindferry_example_source"
FILES = sorted(path for path in EXAMPLE.rglob("*") if path.suffix in {".py", ".cfg", ".toml"})


def _module(name: str, path: Path) -> ModuleType:
    """As if it were installed."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


for part in ("__init__", "lines", "source"):
    _module(PACKAGE if part == "__init__" else f"{PACKAGE}.{part}", EXAMPLE / PACKAGE / f"{part}.py")

TestPasswdFile = _module("test_passwdfile", EXAMPLE / "test_passwdfile.py").TestPasswdFile
"""The author's own run of the suite, collected here, too."""


def points() -> dict[str, EntryPoint]:
    """The entry points that its setup.cfg registers."""
    setup = ConfigParser()
    setup.read(EXAMPLE / "setup.cfg")
    lines = setup["options.entry_points"][SOURCES].split("\n")
    pairs = (line.split(" = ") for line in lines if line)
    return {name: EntryPoint(name, value, SOURCES) for name, value in pairs}


def found(group: str, name: str) -> Any:
    """As `gateway.plugins.find`, with the example installed."""
    return points()[name].load() if group == SOURCES else find(group, name)


def blocks(heading: str) -> list[str]:
    """The literal blocks below a heading of the document."""
    below = section(tree("writing-a-source.rst"), heading)
    return [block.astext() for block in below.findall(nodes.literal_block)]


def configured(path: Path, entry: str) -> Path:
    """The configuration of the document, with whatever else a configuration needs."""
    directory = "directory: {url: 'sqlite:////nowhere/directory.db', base: 'dc=example,dc=com'}\n"
    path.write_text(f"{directory}listen: {{ldap: {{starttls: 'off'}}}}\n{entry}")
    return path


def test_its_entry_point_names_a_source_plug_in() -> None:
    plugin = points()["passwdfile"].load()
    assert isinstance(plugin, SourcePlugin)
    assert set(plugin.options.model_fields) >= {"name", "type", "timeout", "path", "base"}


def test_the_configuration_of_the_document_is_accepted(tmp_path: Path) -> None:
    (entry,) = blocks("Options")[-1:]
    settings = load(configured(tmp_path / "bindferry.yaml", entry), find=found)
    (source,) = settings.sources
    assert (source.name, source.options.type) == ("shell", "passwdfile")


def test_a_fault_of_its_options_is_told_with_the_line(tmp_path: Path) -> None:
    (entry,) = blocks("Options")[-1:]
    wrong = configured(tmp_path / "bindferry.yaml", entry.replace("base: ou=shell", "base: shell"))
    with pytest.raises(ConfigErrors, match=r":\d+: sources\.0\.base: .*not a DN"):
        load(wrong, find=found)


def test_every_excerpt_in_the_document_is_in_the_example() -> None:
    """Blocks that begin with a word of Python or of setup.cfg; the others are commands and configuration."""
    texts = [dedent(path.read_text("utf-8")) for path in FILES]
    flat = ["\n".join(line.strip() for line in text.splitlines()) for text in texts]
    excerpts = [
        block.astext()
        for block in tree("writing-a-source.rst").findall(nodes.literal_block)
        if block.astext().startswith(("class ", "async def ", "def ", "PLUGIN", "[", "import ", "from ", "try:"))
    ]
    assert len(excerpts) >= 5
    for excerpt in excerpts:
        shown = "\n".join(line.strip() for line in excerpt.splitlines())
        assert any(shown in text for text in flat), excerpt
