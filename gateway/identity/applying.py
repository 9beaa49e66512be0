"""Modifications applied to the attributes of an entry, and what must be true of it afterwards: pure.

How values compare and what the schema asks is behind `Rules` (`gateway.wire.valuerules`), as the core knows no syntax.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Protocol

from gateway.identity.changes import ChangeRefused, Fault, Kind, Modification
from gateway.identity.model import Attributes


class Rules(Protocol):
    """What the schema says. Attribute descriptions may have options; all names of a type are one."""

    def name(self, description: str) -> str:
        """The one name, in lower case, of an attribute description."""

    def key(self, description: str, value: bytes) -> Hashable | None:
        """By what values compare; None where this one is not valid for the attribute."""

    def single(self, description: str) -> bool:
        """Whether it has one value at most."""

    def fixed(self, description: str) -> bool:
        """Whether only the directory itself may change it, or it is a password, which is not changed here."""

    def operational(self, description: str) -> bool:
        """Whether it is shown only when asked for."""

    def required(self, classes: Iterable[bytes]) -> Mapping[str, str]:
        """The attributes that these classes and those above them must have: name, and the class that asks for it."""

    def rdn(self, dn: str) -> Sequence[tuple[str, bytes]]:
        """The attributes and values of the leaf of a DN."""


class _Draft:
    """The attributes of an entry while they are changed."""

    def __init__(self, attributes: Attributes, rules: Rules) -> None:
        self._rules = rules
        self._held = {rules.name(name): (name, list(values)) for name, values in attributes.items()}

    def attributes(self) -> Attributes:
        return Attributes([(name, values) for name, values in self._held.values()])

    def apply(self, step: Modification) -> None:
        match step.kind:
            case Kind.ADD:
                self._add(step)
            case Kind.DELETE:
                self._delete(step)
            case Kind.REPLACE:
                self._held_as(step, list(distinct(step, self._rules).values()))
            case Kind.INCREMENT:
                self._increment(step)

    def _held_as(self, step: Modification, values: list[bytes]) -> None:
        name = self._rules.name(step.attribute)
        if values:
            self._held[name] = (self._held[name][0] if name in self._held else step.attribute, values)
        else:
            self._held.pop(name, None)

    def _values(self, step: Modification) -> list[bytes]:
        held = self._held.get(self._rules.name(step.attribute))
        return held[1] if held is not None else []

    def _key(self, step: Modification, value: bytes) -> Hashable:
        key = self._rules.key(step.attribute, value)
        return value if key is None else key

    def _add(self, step: Modification) -> None:
        new = distinct(step, self._rules)
        if not new:
            raise ChangeRefused(Fault.INVALID_ATTRIBUTE_SYNTAX, f"{step.attribute}: nothing to add")
        values = self._values(step)
        if any(self._key(step, value) in new for value in values):
            raise value_exists(step.attribute)
        self._held_as(step, [*values, *new.values()])

    def _delete(self, step: Modification) -> None:
        values = self._values(step)
        gone = {self._key(step, value) for value in step.values}
        left = [value for value in values if self._key(step, value) not in gone] if gone else []
        if not values or len(values) - len(left) < len(gone):
            raise no_such_value(step.attribute)
        self._held_as(step, left)

    def _increment(self, step: Modification) -> None:
        values = self._values(step)
        if not values:
            raise no_such_value(step.attribute)
        try:
            (by,) = map(int, step.values)
            self._held_as(step, [b"%d" % (int(value) + by) for value in values])
        except ValueError:
            raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, f"{step.attribute} cannot be counted up") from None


def no_such_value(attribute: str) -> ChangeRefused:
    return ChangeRefused(Fault.NO_SUCH_ATTRIBUTE, f"{attribute}: the entry has no such value")


def value_exists(attribute: str) -> ChangeRefused:
    return ChangeRefused(Fault.ATTRIBUTE_OR_VALUE_EXISTS, f"{attribute}: a value is there twice")


def distinct(step: Modification, rules: Rules) -> dict[Hashable, bytes]:
    """The values of a step by their keys; refused where two are the same, or one that is to be written is not valid."""
    found: dict[Hashable, bytes] = {}
    for value in step.values:
        key = rules.key(step.attribute, value)
        if key is None and step.kind is Kind.DELETE:
            key = value
        elif key is None:
            raise ChangeRefused(Fault.INVALID_ATTRIBUTE_SYNTAX, f"{step.attribute}: a value is not valid")
        if key in found:
            raise value_exists(step.attribute)
        found[key] = value
    return found


def refuse_fixed(steps: Iterable[Modification], rules: Rules) -> None:
    """See that no step is about what only the directory changes."""
    for step in steps:
        if rules.fixed(step.attribute):
            raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, f"{step.attribute} cannot be changed like this")


def refuse_improper(attributes: Attributes, rules: Rules) -> None:
    """See that a new entry has no attribute that only the directory sets, no value twice, and only valid ones."""
    for name, values in attributes.items():
        if rules.fixed(name):
            raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, f"{name} cannot be set like this")
        distinct(Modification(Kind.ADD, name, values), rules)


def applied(
    attributes: Attributes, operational: Attributes, steps: Iterable[Modification], rules: Rules
) -> tuple[Attributes, Attributes]:
    """User and operational attributes after these steps, one after the other."""
    user, other = _Draft(attributes, rules), _Draft(operational, rules)
    for step in steps:
        (other if rules.operational(step.attribute) else user).apply(step)
    return user.attributes(), other.attributes()


def check(before: Attributes | None, after: Attributes, dn: str, rules: Rules, besides: Iterable[str] = ()) -> None:
    """See that an entry may be like this: `before` None where it is new. `besides` are attributes that it has, too.

    What its source did not keep, a change need not mend: only what this change breaks is refused.
    """
    for name, values in after.items():
        if len(values) > 1 and rules.single(name) and (before is None or before.get(name) != values):
            raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, f"{name} has one value at most")
    _check_rdn(before, after, dn, rules)
    _check_classes(before, after, rules, {*besides})


def _check_rdn(before: Attributes | None, after: Attributes, dn: str, rules: Rules) -> None:
    for name, value in rules.rdn(dn):
        if not has(after, name, value, rules) and (before is None or has(before, name, value, rules)):
            raise ChangeRefused(Fault.NOT_ALLOWED_ON_RDN, f"{name} is part of the entry's name")


def _check_classes(before: Attributes | None, after: Attributes, rules: Rules, besides: set[str]) -> None:
    if not after.get("objectClass") and (before is None or before.get("objectClass")):
        raise ChangeRefused(Fault.OBJECT_CLASS_VIOLATION, "an entry has an object class")
    there = besides | {rules.name(name).partition(";")[0] for name, _ in after.items()}
    missing = {name: one for name, one in rules.required(after.get("objectClass")).items() if name not in there}
    if before is not None and missing:
        had = besides | {rules.name(name).partition(";")[0] for name, _ in before.items()}
        asked = rules.required(before.get("objectClass"))
        missing = {name: one for name, one in missing.items() if name in had or name not in asked}
    for name, one in missing.items():
        raise ChangeRefused(Fault.OBJECT_CLASS_VIOLATION, f"the class {one} asks for {name}")


def has(attributes: Attributes, name: str, value: bytes, rules: Rules) -> bool:
    """Whether an attribute has this value."""
    wanted, own = rules.key(name, value), rules.name(name)
    return any(
        rules.name(held) == own and any(one == value or rules.key(held, one) == wanted for one in values)
        for held, values in attributes.items()
    )


def with_rdn(attributes: Attributes, dn: str, rules: Rules) -> Attributes:
    """The attributes with those values that the DN names."""
    missing = [(name, value) for name, value in rules.rdn(dn) if not has(attributes, name, value, rules)]
    steps = [Modification(Kind.ADD, name, (value,)) for name, value in missing]
    return applied(attributes, Attributes(), steps, rules)[0] if steps else attributes


def without_rdn(attributes: Attributes, old: str, new: str, rules: Rules) -> Attributes:
    """The attributes less those values that the old DN named and the new one does not."""
    kept = {(rules.name(name), rules.key(name, value)) for name, value in rules.rdn(new)}
    steps = [
        Modification(Kind.DELETE, name, (value,))
        for name, value in rules.rdn(old)
        if (rules.name(name), rules.key(name, value)) not in kept and has(attributes, name, value, rules)
    ]
    return applied(attributes, Attributes(), steps, rules)[0] if steps else attributes
