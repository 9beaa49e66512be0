"""`config/bindferry.yaml` is the manual: it loads, it is complete, and what it says of defaults is true."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from configuring import NOW, write_keypair
from live.certificates import Authority
from pydantic import BaseModel

from gateway.config import Settings, load
from gateway.config.settings import Sections
from gateway.plugins import SourceOptions

ROOT = Path(__file__).parents[3]
MANUAL = (ROOT / "config/bindferry.yaml").read_text()
WITH_EVERYTHING = re.sub(r"(?m)^( *)#(?=[^ #\n])", r"\1", MANUAL)
"""Every option that is commented out, written out."""


def installed(tmp_path: Path, text: str) -> Settings:
    """The settings as on a machine where the files that the text names exist."""
    write_keypair(tmp_path / "tls.pem")
    (tmp_path / "tls.key").write_bytes((tmp_path / "tls.pem").read_bytes())
    (tmp_path / "tls.key").chmod(0o600)
    (tmp_path / "clients-ca.pem").write_bytes((tmp_path / "tls.pem").read_bytes())
    Authority(tmp_path).revoke().rename(tmp_path / "clients.crl")
    (tmp_path / "old-ca.pem").write_bytes((tmp_path / "tls.pem").read_bytes())
    (tmp_path / "staff").write_text("secret\n")
    for name in ("customers", "shop"):
        (tmp_path / name).write_text("postgresql://reader:secret@db.example.com/shop\n")
    (tmp_path / "portal").write_text("odbc:Driver={ODBC Driver 18 for SQL Server};Server=db;UID=a;PWD=secret\n")
    for place in ("/etc/bindferry", "/run/credentials/bindferry.service"):
        text = text.replace(place, str(tmp_path))
    path = tmp_path / "bindferry.yaml"
    path.write_text(text)
    return load(path, now=lambda: NOW)


@pytest.mark.parametrize("example", sorted((ROOT / "config/examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_loads_without_a_warning(example: Path, tmp_path: Path) -> None:
    assert installed(tmp_path, example.read_text()).warnings == ()


@pytest.mark.parametrize(
    "recipe", sorted((ROOT / "config/applications").glob("*/bindferry.yaml")), ids=lambda path: path.parent.name
)
def test_our_side_of_every_recipe_loads_beside_an_example(recipe: Path, tmp_path: Path) -> None:
    """And is about the application that its folder is named after, whose side is there, too."""
    example, _, _ = (ROOT / "config/examples/openldap.yaml").read_text().partition("applications:")
    both = example + recipe.read_text()
    settings = installed(tmp_path, both)
    assert settings.warnings == ()
    assert [application.name for application in settings.applications] == [recipe.parent.name]
    assert [path for path in recipe.parent.iterdir() if path != recipe]


def test_the_manual_loads_as_it_is_and_with_every_option_written_out(tmp_path: Path) -> None:
    assert [source.name for source in installed(tmp_path, MANUAL).sources] == ["staff", "customers"]
    everything = installed(tmp_path, WITH_EVERYTHING)
    assert [source.name for source in everything.sources] == ["staff", "corp", "customers", "shop"]
    assert everything.warnings == ()


def test_what_is_commented_out_shows_the_default(tmp_path: Path) -> None:
    """Unless the default is nothing at all: then an example is shown."""
    bare, full = installed(tmp_path, MANUAL), installed(tmp_path, WITH_EVERYTHING)
    wrong = list(differences(bare.directory.options, full.directory.options, "directory"))
    for name in Sections.model_fields:
        wrong += differences(getattr(bare, name), getattr(full, name), name)
    by_name = {source.name: source.options for source in full.sources}
    for source in bare.sources:
        wrong += differences(source.options, by_name[source.name], source.name)
    assert [place for place in wrong if place != "passwords.threads"] == []  # that is as many as there are cores


def differences(bare: Any, full: Any, place: str) -> Iterator[str]:
    if isinstance(bare, BaseModel) and isinstance(full, BaseModel):
        for name in type(bare).model_fields:
            yield from differences(getattr(bare, name), getattr(full, name), f"{place}.{name}")
    elif isinstance(bare, Mapping):
        for name in bare:
            yield from differences(bare[name], full[name], f"{place}.{name}")
    elif bare not in (None, (), []) and bare != full:
        yield place


def test_every_option_is_in_the_manual(tmp_path: Path) -> None:
    settings, written = installed(tmp_path, WITH_EVERYTHING), yaml.safe_load(WITH_EVERYTHING)
    found: dict[type[BaseModel], list[dict[str, Any]]] = {}
    collect(Sections, [written], found)
    collect(type(settings.directory.options), [written["directory"]], found)
    collect(SourceOptions, written["sources"], found)
    for source, part in zip(settings.sources, written["sources"], strict=True):
        collect(type(source.options), [part], found)
    absent = []
    for model, examples in found.items():
        known = SourceOptions.model_fields if issubclass(model, SourceOptions) and model is not SourceOptions else {}
        names = {field.alias or name for name, field in model.model_fields.items() if name not in known}
        absent += [f"{model.__name__}.{name}" for name in sorted(names - {key for one in examples for key in one})]
    assert absent == []


def collect(
    model: type[BaseModel], examples: list[dict[str, Any]], found: dict[type[BaseModel], list[dict[str, Any]]]
) -> None:
    """What the manual writes for this model, and for every model in it."""
    found.setdefault(model, []).extend(examples)
    for name, field in model.model_fields.items():
        values = [example[key] for example in examples if (key := field.alias or name) in example]
        for inner in models(field.annotation):
            collect(inner, list(parts(values, inner)), found)


def models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models(inner)


def parts(values: list[Any], model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    """The mappings among these values, or one level deeper, that are written for this model."""
    keys = {field.alias or name for name, field in model.model_fields.items()}
    for value in values:
        if isinstance(value, list):
            yield from parts(value, model)
        elif isinstance(value, dict):
            if keys & value.keys():
                yield value
            else:
                yield from (inner for inner in value.values() if isinstance(inner, dict))
