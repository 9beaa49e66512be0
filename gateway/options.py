"""What every section of the configuration is made of: strict immutable models, durations, sizes, secrets."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretBytes


def _seconds(value: object) -> object:
    """`250ms`, `5s`, `10m`, `2h`, `30d` or a number of seconds."""
    if isinstance(value, str):
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)", value.strip())
        if match is None:
            raise ValueError("not a duration: write for example 250ms, 5s, 10m, 2h or 30d")
        return float(match[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
    return value


def _bytes(value: object) -> object:
    """`256KiB`, `16MiB`, `1GiB` or a number of bytes."""
    if isinstance(value, str):
        match = re.fullmatch(r"(\d+)\s*(B|KiB|MiB|GiB)", value.strip())
        if match is None:
            raise ValueError("not a size: write for example 65536, 256KiB or 16MiB")
        return int(match[1]) * {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}[match[2]]
    return value


def _secret(value: object) -> object:
    """`{file: path}`, `{env: NAME}`, or the secret itself; one trailing newline of a file is not part of it."""
    if isinstance(value, str):
        return SecretBytes(value.encode())
    if isinstance(value, dict) and len(value) == 1:
        kind, place = next(iter(value.items()))
        if kind == "env" and isinstance(place, str):
            if place not in os.environ:
                raise ValueError(f"the environment has no variable {place}")
            return SecretBytes(os.environb[place.encode()])
        if kind == "file" and isinstance(place, str):
            try:
                return SecretBytes(Path(place).read_bytes().removesuffix(b"\n"))
            except OSError as error:
                raise ValueError(f"the secret file {place} cannot be read: {error.strerror}") from None
    if isinstance(value, SecretBytes):
        return value
    raise ValueError("a secret is a text, {file: path} or {env: NAME}")


Seconds = Annotated[float, BeforeValidator(_seconds)]
Bytes = Annotated[int, BeforeValidator(_bytes)]
SecretValue = Annotated[SecretBytes, BeforeValidator(_secret)]


class Options(BaseModel):
    """Base of every section of the configuration: immutable, and an unknown key is a fault.

    `totals` names options that bound the whole daemon: several worker processes share each of them out."""

    totals: ClassVar[tuple[str, ...]] = ()

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, strict=False)
