"""What a model refuses, as sentences with file, line and dotted path. Nothing here shows a value (R15)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args
from urllib.parse import unquote

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from gateway.config.document import Document, Place
from gateway.errors import ConfigError

_SECRET_KEY = re.compile(r"password|passwd|secret|token|pwd", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"://[^/@\s]*?:(.+)@")  # to the last @: a password may hold an unescaped one


def note(error: ValidationError, model: type[BaseModel], prefix: Place, document: Document) -> None:
    """Add every fault that `model` found below `prefix` to the document's."""
    for item in error.errors(include_url=False, include_context=False):
        place = _place(item["loc"], item["type"], prefix, document)
        text = _sentence(item["type"], item["msg"], item["input"])
        if item["type"] == "extra_forbidden":
            text += _hint(str(place[-1]), _options(model, place[len(prefix) : -1]))
        document.complain(text, place)


def _place(loc: Place, kind: str, prefix: Place, document: Document) -> Place:
    """Where the fault stands in the file: pydantic's path without the names of types and validators in it."""
    place = prefix
    for part in loc:
        if (*place, part) in document.lines:
            place = (*place, part)
    return (*place, loc[-1]) if kind == "missing" else place


def _sentence(kind: str, message: str, value: object) -> str:
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        return "there is no such option"
    if kind in {"model_type", "model_attributes_type", "dict_type"}:
        return "must be a mapping of options"
    if kind == "string_type" and isinstance(value, (int, float)):
        return "must be a text: put it in quotes"
    return message.removeprefix("Value error, ").replace("Input should", "must", 1)


def _hint(word: str, known: set[str]) -> str:
    near = difflib.get_close_matches(word.lower(), sorted(known), 1, 0.6)
    return f"; did you mean {near[0]}?" if near else ""


def _options(model: type[BaseModel], path: Place) -> set[str]:
    """The options that exist at `path` below `model`, by its annotations."""
    models = [model]
    for part in path:
        if isinstance(part, str):
            fields = [field for found in models for name, field in _fields(found) if name == part]
            models = [inner for field in fields for inner in _models(field.annotation)]
    return {name for found in models for name, _ in _fields(found)}


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """The fields by the names that a file gives them."""
    for name, field in model.model_fields.items():
        yield field.alias or name, field


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def without_secrets(errors: list[ConfigError], values: Mapping[str, Any]) -> list[ConfigError]:
    """The same faults, with anything that the file holds as a secret struck out of their texts: a plug-in's own
    validator may have quoted a URL."""
    secrets = sorted({secret for secret in _secrets(values, "") if len(secret) >= 3}, key=len, reverse=True)
    if not secrets:
        return errors
    pattern = re.compile("|".join(map(re.escape, secrets)))
    return [
        ConfigError(pattern.sub("…", error.text), where=error.where, file=error.file, line=error.line)
        for error in errors
    ]


def _secrets(value: object, key: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _secrets(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner, key)
    elif isinstance(value, str):
        for match in _URL_PASSWORD.finditer(value):
            yield from (match[1], unquote(match[1]))
        if _SECRET_KEY.search(key):
            yield value
