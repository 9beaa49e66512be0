"""What one item of a filter asks of an entry: made once, then put to one entry after the other.

RFC 4511 4.5.1.7: an item is Undefined (None) where its attribute type is unknown, has no such rule, or the
assertion value is not valid. A type that our schema lacks is compared as text where the entry has it. An attribute that
leads to a password is always Undefined (R15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Protocol

from gateway.errors import ProtocolError
from gateway.wire import rules
from gateway.wire.attributetypes import attribute_type, canonical, is_secret, subtypes
from gateway.wire.dn import parse_dn
from gateway.wire.matching import FAMILIES, SPECIAL, TEXT, Family, Key, contains, padded, part
from gateway.wire.objectclasses import superclasses


class Values(Protocol):
    """The attributes of an entry, as `gateway.identity.model.Attributes` holds them."""

    def items(self) -> Iterable[tuple[str, Sequence[bytes]]]: ...


Test = Callable[[Values], bool | None]
Predicate = Callable[[bytes], bool]


def _undefined(_values: Values) -> None:
    return None


def equal(attribute: str, value: bytes) -> Test:
    return _over(attribute, _equality(attribute, value))


def approximate(attribute: str, value: bytes) -> Test:
    family = _family(attribute)
    if family is None or family.shape not in {"text", "ia5"}:
        return equal(attribute, value)
    prepare = family.prepare
    wanted = _loose(family.assertion(value))
    return _over(attribute, None if wanted is None else lambda held: _loose(prepare(held)) == wanted)


def _loose(key: Key | None) -> str | None:
    """Letters and digits only; all of it where there is none."""
    if not isinstance(key, bytes):
        return None
    text = key.decode("utf-8")
    return "".join(filter(str.isalnum, text.lower())) or text


def ordered(attribute: str, value: bytes, *, greater: bool) -> Test:
    family = _family(attribute)
    wanted = family.assertion(value) if family is not None and family.ordered else None
    if family is None or wanted is None:
        return _undefined
    return _over(attribute, rules.at_least(family, wanted) if greater else rules.at_most(family, wanted))


def present(attribute: str) -> Test:
    return _over(attribute, lambda _held: True)


def substrings(attribute: str, initial: bytes | None, inner: tuple[bytes, ...], final: bytes | None) -> Test:
    family = _family(attribute)
    if family is None or family.parts is None:
        return _undefined
    prepare, blanks = family.prepare, family.parts
    if blanks:
        pieces = [
            part(prepare, initial, first=True) if initial else b"",
            *(part(prepare, piece) for piece in inner),
            part(prepare, final, last=True) if final else b"",
        ]
    else:
        pieces = [
            key if isinstance(key := prepare(piece or b""), bytes) else None for piece in (initial, *inner, final)
        ]
    known = [piece for piece in pieces if piece is not None]
    if len(known) != len(pieces):
        return _undefined
    first, middle, last = known[0], tuple(known[1:-1]), known[-1]

    def predicate(held: bytes) -> bool:
        key = prepare(held)
        return isinstance(key, bytes) and contains(padded(key) if blanks else key, first, middle, last)

    return _over(attribute, predicate)


def extensible(rule: str | None, attribute: str | None, value: bytes, dn_attributes: bool) -> Test:
    if rule is None:
        predicate = None if attribute is None else _equality(attribute, value)
        shape = None
    else:
        known = rules.find(rule)
        predicate = None if known is None else known.predicate(value)
        shape = None if known is None else known.shape
    if predicate is None or (attribute is not None and not _applies(shape, attribute)):
        return _undefined
    test = _over_all(shape, predicate) if attribute is None else _over(attribute, predicate)
    if not dn_attributes or ";" in (attribute or ""):  # what a DN names has no options
        return test
    return _with_dn(test, shape, attribute, predicate)


def _applies(shape: str | None, attribute: str) -> bool:
    """Whether a rule for values of this shape can be asked of an attribute; of an unknown one, any can. A telephone
    number is a text, too, as for OpenLDAP."""
    base = attribute.partition(";")[0]
    if is_secret(base):
        return False
    if shape is None or attribute_type(base) is None:
        return True
    family = _family(base)
    return family is not None and (family.shape == shape or (shape == "text" and family.shape == "phone"))


def _over_all(shape: str | None, predicate: Predicate) -> Test:
    def test(values: Values) -> bool:
        return any(
            attribute_type(name.partition(";")[0]) is not None and _applies(shape, name) and any(map(predicate, held))
            for name, held in values.items()
        )

    return test


def _with_dn(test: Test, shape: str | None, attribute: str | None, predicate: Predicate) -> Test:
    accepted = None if attribute is None else subtypes(attribute)

    def with_dn(values: Values) -> bool | None:
        result = test(values)
        if result:
            return True
        for name, value in _dn_parts(values):
            if (_applies(shape, name) if accepted is None else canonical(name) in accepted) and predicate(value):
                return True
        return result

    return with_dn


def _dn_parts(values: Values) -> Iterable[tuple[str, bytes]]:
    for name, held in values.items():
        if canonical(name) == "entrydn":
            for dn in held:
                try:
                    rdns = parse_dn(dn.decode("utf-8", "surrogateescape")).rdns
                except ProtocolError:
                    continue
                for rdn in rdns:
                    yield from rdn


def _family(attribute: str) -> Family | None:
    """How an attribute compares; None where it has no rule, or is a secret."""
    base = attribute.partition(";")[0]
    if is_secret(base):
        return None
    known = attribute_type(base)
    if known is None:
        return TEXT
    return SPECIAL.get(known.kind.name) or FAMILIES.get(known.kind.equality)


def _equality(attribute: str, value: bytes) -> Predicate | None:
    family = _family(attribute)
    wanted = None if family is None else family.assertion(value)
    if family is None or wanted is None:
        return None
    if canonical(attribute) == "objectclass":
        return _class_predicate(value)
    return rules.same(family, wanted)


def _class_predicate(wanted: bytes) -> Predicate:
    """A class is meant by itself and by its subclasses (RFC 4512 2.4.1)."""
    name = wanted.decode("ascii").lower().removeprefix("oid.")
    return lambda held: name in _classes_of(held)


@lru_cache(maxsize=256)
def _classes_of(held: bytes) -> frozenset[str]:
    """A directory has few classes, and every entry repeats them."""
    return superclasses(held.decode("utf-8", "replace"))


def _over(description: str, predicate: Predicate | None) -> Test:
    """Whether one value of the attribute satisfies: subtypes count, and so do more options (RFC 4512 2.5)."""
    base, *options = description.lower().split(";")
    if predicate is None or is_secret(base):
        return _undefined
    satisfied, accepted, required = predicate, subtypes(base), frozenset(options)
    absent = False if attribute_type(base) is not None else None
    asked: dict[str, bool] = {}

    def test(values: Values) -> bool | None:
        result = absent
        for name, held in values.items():
            wanted = asked.get(name)
            if wanted is None:
                wanted = asked[name] = _covered(name, accepted, required)
            if wanted:
                for value in held:
                    if satisfied(value):
                        return True
                    result = False
        return result

    return test


def _covered(name: str, accepted: frozenset[str], required: frozenset[str]) -> bool:
    base, *options = name.lower().split(";")
    return canonical(base) in accepted and required.issubset(options)
