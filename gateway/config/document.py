"""A YAML file as plain values that remember their lines; stricter than YAML 1.1, and bounded.

Only what means the same in every YAML is taken: `no` and `off` are words, `022` and `12:30` must be quoted, a key is
written once. No text here ever quotes a value: it may be a secret (R15).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from gateway.errors import ConfigError, ConfigErrors

MOST_BYTES = 1 << 20
_MOST_DEPTH = 32
_MOST_VALUES = 50_000

Place = tuple[str | int, ...]


class Document:
    """The values, and on which line (from 1) each stands: of a mapping's value, the line of its key."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[str, Any] = {}
        self.lines: dict[Place, int] = {}
        self.errors: list[ConfigError] = []

    def line(self, place: Place) -> int:
        """The line of `place`, or of the nearest thing around it that was written down."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 0)

    def complain(self, text: str, place: Place, line: int = 0) -> None:
        """Note one fault at `place`."""
        where = ".".join(map(str, place))
        self.errors.append(ConfigError(text, where=where, file=self.file, line=line or self.line(place)))


def read_document(path: Path, text: str | None = None) -> Document:
    """The file's contents, or `text` as if it stood there; `ConfigErrors` where it cannot be read as YAML at all.
    Lesser faults (a key given twice, an ambiguous number) are in `errors` of the result, so that they are reported
    together with the rest."""
    document = Document(str(path))
    text = read_text(path) if text is None else text
    try:
        root = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _fatal(path, _sentence(error.problem or error.context or ""), mark.line + 1 if mark else 0) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _fatal(path, "there is a character that YAML does not allow", line) from None
    except RecursionError:
        raise _fatal(path, "nested too deeply") from None
    if root is None:
        raise _fatal(path, "the file is empty")
    if not isinstance(root, yaml.MappingNode):
        raise _fatal(path, "must be a mapping: `name: value` lines", root.start_mark.line + 1)
    document.values = _Reading(document).plain(root, ())
    return document


def read_text(path: Path) -> str:
    """What stands in the file, which may hold secrets; `ConfigErrors` where it cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _fatal(path, f"cannot be read: {error.strerror}") from None
    if len(raw) > MOST_BYTES:
        raise _fatal(path, f"is larger than {MOST_BYTES >> 20} MiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _fatal(path, "is not UTF-8", raw.count(b"\n", 0, error.start) + 1) from None


def _fatal(path: Path, text: str, line: int = 0) -> ConfigErrors:
    return ConfigErrors([ConfigError(text, file=str(path), line=line)])


def _sentence(problem: str) -> str:
    """PyYAML's own words, without what they quote of the file: a secret may be in it."""
    if "'\\t'" in problem:
        return "not YAML: a tab where only blanks may stand"
    quoted_words = re.sub(r"(['\"]).*\w.*\1", "…", problem, flags=re.DOTALL)
    return f"not YAML: {quoted_words} (values with special characters need quotes)"


class _Loader(yaml.SafeLoader):
    """Composes nodes; knows YAML 1.2's plain values only."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise RecursionError
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


for _tag, _pattern, _first in (
    ("ambiguous", r"[-+]?0[0-9]+|[-+]?[0-9]+(:[0-9]+)+", "-+0123456789"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]+", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


class _Reading:
    """One walk over the node tree. Aliases are followed, so what they expand to is counted."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._left = _MOST_VALUES

    def plain(self, node: yaml.Node, place: Place) -> Any:
        self._left -= 1
        if self._left < 0 or len(place) > _MOST_DEPTH:
            raise _fatal(Path(self._document.file), "aliases expand to too much", node.start_mark.line + 1)
        self._document.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        if node.tag not in {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}:
            self._document.complain(_NO_TAGS, place)
        if isinstance(node, yaml.MappingNode):
            return {key: self.plain(value, (*place, key)) for key, value in self._pairs(node, place)}
        return [self.plain(item, (*place, number)) for number, item in enumerate(node.value)]

    def _pairs(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, yaml.Node]]:
        seen: set[str] = set()
        for key_node, value in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._document.complain("a key must be a word", place, line)
                continue
            key = key_node.value
            if key == "<<":
                self._document.complain("merge keys (<<) are not supported: write the options out", place, line)
            elif key in seen:
                self._document.complain("is given twice", (*place, key), line)
            else:
                seen.add(key)
                self._document.lines[*place, key] = line
                yield key, value

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Any:
        kind, text = node.tag.removeprefix("tag:yaml.org,2002:"), str(node.value)
        if kind == "str":
            return text
        if kind == "ambiguous" or len(text) > 20:
            self._document.complain("a number that can be read in two ways: put it in quotes", place)
            return text
        try:
            return _PLAIN[kind](text)
        except (KeyError, ValueError):  # !!int, !!python/name:… written out
            self._document.complain(_NO_TAGS, place)
            return None


_NO_TAGS = "YAML tags (!) are not supported"
_PLAIN: dict[str, Callable[[str], Any]] = {
    "null": lambda _: None,
    "bool": lambda text: ("false", "true").index(text.lower()) == 1,
    "int": int,
    "float": float,
}
