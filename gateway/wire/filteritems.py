"""The parts of a search filter as values (RFC 4511 4.5.1.7). What an item asks of an entry is in `assertion.py`.

Import them from `gateway.wire.filter`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

from gateway.wire import assertion
from gateway.wire.assertion import Test, Values
from gateway.wire.attributetypes import canonical


class Filter(Protocol):
    """Any filter. Frozen, hashable, and compared by value."""

    def matches(self, attributes: Values) -> bool | None:
        """True, False, or None for Undefined: only True selects an entry."""
        ...

    def names(self) -> frozenset[str]:
        """The attribute types that it looks at: as spelled and by their canonical name, in lower case, no options."""
        ...

    def renamed(self, names: Callable[[str], str]) -> Filter:
        """The same question about attributes of other names; options stay."""
        ...


@dataclass(frozen=True, slots=True)
class And:
    """All of them; of nothing: True (RFC 4526)."""

    items: tuple[Filter, ...]

    def matches(self, attributes: Values) -> bool | None:
        result: bool | None = True
        for item in self.items:
            one = item.matches(attributes)
            if one is False:
                return False
            if one is None:
                result = None
        return result

    def names(self) -> frozenset[str]:
        return _names(self.items)

    def renamed(self, names: Callable[[str], str]) -> And:
        return And(tuple(item.renamed(names) for item in self.items))


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them; of nothing: False (RFC 4526)."""

    items: tuple[Filter, ...]

    def matches(self, attributes: Values) -> bool | None:
        result: bool | None = False
        for item in self.items:
            one = item.matches(attributes)
            if one:
                return True
            if one is None:
                result = None
        return result

    def names(self) -> frozenset[str]:
        return _names(self.items)

    def renamed(self, names: Callable[[str], str]) -> Or:
        return Or(tuple(item.renamed(names) for item in self.items))


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; of Undefined: Undefined."""

    item: Filter

    def matches(self, attributes: Values) -> bool | None:
        one = self.item.matches(attributes)
        return None if one is None else not one

    def names(self) -> frozenset[str]:
        return self.item.names()

    def renamed(self, names: Callable[[str], str]) -> Not:
        return Not(self.item.renamed(names))


def _names(items: Iterable[Filter]) -> frozenset[str]:
    return frozenset().union(*(item.names() for item in items))


def _base_names(description: str) -> frozenset[str]:
    base = description.partition(";")[0].lower()
    return frozenset({base, canonical(base)})


def _renamed(description: str, names: Callable[[str], str]) -> str:
    base, semicolon, options = description.partition(";")
    return names(base) + semicolon + options


@dataclass(frozen=True, slots=True)
class _Item:
    """One question about one attribute. What it asks is prepared at the first entry and kept for the next ones.

    No `ABC`: whoever takes a filter apart asks which kind an item is, and of an `ABC` that is asked in Python.
    """

    attribute: str
    _test: Test | None = field(default=None, init=False, repr=False, compare=False)

    def matches(self, attributes: Values) -> bool | None:
        test = self._test
        if test is None:
            test = self._prepare()
            object.__setattr__(self, "_test", test)
        return test(attributes)

    def names(self) -> frozenset[str]:
        return _base_names(self.attribute)

    def renamed(self, names: Callable[[str], str]) -> Self:
        return replace(self, attribute=_renamed(self.attribute, names))

    def _prepare(self) -> Test:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Equal(_Item):
    """One of the values is this, by the attribute's equality rule."""

    value: bytes

    def _prepare(self) -> Test:
        return assertion.equal(self.attribute, self.value)


@dataclass(frozen=True, slots=True)
class GreaterOrEqual(_Item):
    """One of the values is this or behind it, by the attribute's ordering rule."""

    value: bytes

    def _prepare(self) -> Test:
        return assertion.ordered(self.attribute, self.value, greater=True)


@dataclass(frozen=True, slots=True)
class LessOrEqual(_Item):
    """One of the values is this or before it, by the attribute's ordering rule."""

    value: bytes

    def _prepare(self) -> Test:
        return assertion.ordered(self.attribute, self.value, greater=False)


@dataclass(frozen=True, slots=True)
class Approx(_Item):
    """Like `Equal`, and for texts without regard to blanks and punctuation."""

    value: bytes

    def _prepare(self) -> Test:
        return assertion.approximate(self.attribute, self.value)


@dataclass(frozen=True, slots=True)
class Present(_Item):
    """There is a value."""

    def _prepare(self) -> Test:
        return assertion.present(self.attribute)


@dataclass(frozen=True, slots=True)
class Substrings(_Item):
    """One of the values begins with `initial`, ends with `final`, and has all of `any` between, in this order."""

    initial: bytes | None
    any: tuple[bytes, ...]
    final: bytes | None

    def _prepare(self) -> Test:
        return assertion.substrings(self.attribute, self.initial, self.any, self.final)


@dataclass(frozen=True, slots=True)
class Extensible:
    """By the named `rule`, or by that of `attribute`; without an attribute, of any that the rule applies to.

    With `dn_attributes`, the parts of the entry's DN count as values, too; it is read from `entryDN`.
    """

    rule: str | None
    attribute: str | None
    value: bytes
    dn_attributes: bool
    _test: Test | None = field(default=None, init=False, repr=False, compare=False)

    def matches(self, attributes: Values) -> bool | None:
        test = self._test
        if test is None:
            test = assertion.extensible(self.rule, self.attribute, self.value, self.dn_attributes)
            object.__setattr__(self, "_test", test)
        return test(attributes)

    def names(self) -> frozenset[str]:
        return frozenset({"*"}) if self.attribute is None else _base_names(self.attribute)

    def renamed(self, names: Callable[[str], str]) -> Extensible:
        return self if self.attribute is None else replace(self, attribute=_renamed(self.attribute, names))
