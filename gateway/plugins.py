"""The contract between the daemon and its back ends, and how they are found: by entry point, a stranger's like ours.

A source plug-in is an object `SourcePlugin(options=Model, build=function)` registered under `bindferry.sources`; a
native directory is a `DirectoryPlugin` under `bindferry.directories`, by the scheme of its URL.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.errors import ConfigError
from gateway.options import Options, Seconds

if TYPE_CHECKING:
    from gateway.identity.hashing import PasswordHasher
    from gateway.identity.ports import LegacySource, NativeDirectory

SOURCES = "bindferry.sources"
DIRECTORIES = "bindferry.directories"


def _source_name(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,62}", value):
        raise ValueError("a source's name is letters, digits, - and _, up to 63, and begins with a letter")
    return value


def _charset(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(f"there is no charset {name!r}") from None
    return name


class Lockout(Options):
    """The source's own lockout: so many wrong passwords within `window` seconds lock an account there. The gateway
    forwards one less (R20)."""

    threshold: Annotated[int, Field(ge=2)] = 5
    window: Annotated[Seconds, Field(gt=0)] = 1800.0


class Breaker(Options):
    """After so many failures in a row the source is left alone for `pause` seconds, and then tried once."""

    failures: Annotated[int, Field(ge=1)] = 5
    pause: Annotated[Seconds, Field(gt=0)] = 10.0


class AttributeMap(Options):
    """How the source's attributes are called from now on: `rename` old: new, `drop` [old], `add` {new: [values]}.
    It holds for searches before the migration and for what the migration writes alike (R17)."""

    rename: dict[str, str] = {}
    drop: list[str] = []
    add: dict[str, list[str]] = {}


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


class Names(Options):
    """Which names this source is asked for at all; every name where nothing is written. `suffixes` are for DNs,
    `domains` for `DOMAIN\\user`, `user@domain` and mail addresses, `pattern` is a regular expression for bare names."""

    suffixes: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    domains: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    pattern: Annotated[str, AfterValidator(_pattern)] | None = None


class SourceOptions(Options):
    """What every source has, whatever its type. A plug-in derives its own model from this."""

    totals: ClassVar[tuple[str, ...]] = ("concurrency",)

    name: Annotated[str, BeforeValidator(_source_name)]
    type: str
    timeout: Annotated[Seconds, Field(gt=0, le=300)] = 5.0
    search_timeout: Annotated[Seconds, Field(gt=0, le=3600)] = 60.0
    concurrency: Annotated[int, Field(ge=1, le=10_000)] = 20
    charset: Annotated[str, AfterValidator(_charset)] = "latin-1"
    lockout: Lockout | None = None
    breaker: Breaker = Breaker()
    map: AttributeMap = AttributeMap()
    names: Names = Names()


@dataclass(frozen=True, slots=True)
class Context:
    """What the daemon lends to a plug-in. `reactor` is never imported by one."""

    reactor: Any  # IReactorCore & IReactorTCP & IReactorTime & IReactorThreads: no name for the intersection
    hasher: PasswordHasher
    base: str = ""  # the native directory's base DN, as configured
    may_create: bool = True  # False for commands that look at a directory: they neither make nor upgrade one


OptionsT = TypeVar("OptionsT", bound=Options)


@dataclass(frozen=True, slots=True)
class SourcePlugin(Generic[OptionsT]):
    """`options` validates the source's part of the configuration; `build` makes the source and opens nothing yet."""

    options: type[OptionsT]
    build: Callable[[OptionsT, Context], LegacySource]


@dataclass(frozen=True, slots=True)
class DirectoryPlugin(Generic[OptionsT]):
    """`options` validates the `directory` section; `build` makes the directory: it may open files and, where
    `context.may_create`, make them and upgrade a schema. It raises `ConfigError` for what an administrator must mend,
    and `DirectoryMissing` for a directory that is not there and may not be made."""

    options: type[OptionsT]
    build: Callable[[OptionsT, Context], NativeDirectory]


def find(group: str, name: str) -> Any:
    """The plug-in registered as `name`; `ConfigError` names what there is, or which driver is missing."""
    found: dict[str, EntryPoint] = {point.name: point for point in entry_points(group=group)}
    if name not in found:
        raise ConfigError(f"there is no {name!r} here; known are: {', '.join(sorted(found)) or 'none'}")
    try:
        return found[name].load()
    except ImportError as error:
        raise ConfigError(f"{name!r} cannot be loaded: {error}") from error
