"""Object classes (RFC 4512 4.1.1): which there are, and which are above which. The table is in `schemaclasses.py`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from gateway.wire.schemaclasses import CLASSES


@dataclass(frozen=True, slots=True)
class ObjectClass:
    """One object class; `kind` is ABSTRACT, STRUCTURAL or AUXILIARY."""

    oid: str
    name: str
    kind: str
    superiors: tuple[str, ...]
    must: tuple[str, ...]
    may: tuple[str, ...]


_KINDS = {"A": "ABSTRACT", "S": "STRUCTURAL", "X": "AUXILIARY"}


def _names(text: str) -> tuple[str, ...]:
    return () if text == "-" else tuple(dict.fromkeys(text.split(",")))


def _class(line: str) -> ObjectClass:
    oid, name, kind, superiors, must, may = line.split()
    return ObjectClass(oid, name, _KINDS[kind], _names(superiors), _names(must), _names(may))


OBJECT_CLASSES = tuple(map(_class, CLASSES.split("\n")[1:-1]))
_BY_NAME = {name.lower(): class_ for class_ in OBJECT_CLASSES for name in (class_.oid, class_.name)}


def object_class(name: str) -> ObjectClass | None:
    """The class of this name or OID, in any case."""
    return _BY_NAME.get(name.lower().removeprefix("oid."))


def superclasses(name: str) -> frozenset[str]:
    """Names and OIDs, in lower case, of a class and of all above it; of an unknown class only its own name."""
    known = object_class(name)
    return frozenset({name.lower()}) if known is None else _superclasses(known.oid)


@cache  # only ever asked about classes of our own table
def _superclasses(oid: str) -> frozenset[str]:
    class_ = _BY_NAME[oid]
    return frozenset({class_.name.lower(), oid}).union(*map(superclasses, class_.superiors))


def attributes_of(name: str) -> frozenset[str]:
    """The attribute types that a class and those above it name, as spelled; none of an unknown class."""
    known = object_class(name)
    if known is None:
        return frozenset()
    return frozenset({*known.must, *known.may}).union(*map(attributes_of, known.superiors))
