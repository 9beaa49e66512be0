"""What the schema says about changes of entries: how values compare, what has one value, what a class asks for.

It is what the core's `gateway.identity.applying.Rules` asks for; how filters compare is in `assertion.py`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache

from gateway.wire.attributetypes import attribute_type, canonical, is_operational, is_secret
from gateway.wire.dn import parse_dn
from gateway.wire.matching import FAMILIES, TEXT
from gateway.wire.objectclasses import object_class, superclasses


class ValueRules:
    """The rules of the schema that ships. An attribute that it lacks is text with any number of values; one that it has
    without an equality rule compares by its bytes."""

    @staticmethod
    @lru_cache(maxsize=1024)
    def name(description: str) -> str:
        base, *options = description.lower().split(";")
        return ";".join((canonical(base.strip()), *sorted(set(options))))

    @staticmethod
    def key(description: str, value: bytes) -> Hashable | None:
        known = attribute_type(description.partition(";")[0])
        family = TEXT if known is None else FAMILIES.get(known.kind.equality)
        if family is None:
            return value
        key = family.prepare(value)
        return value if key is None and known is None else key  # whatever it is, an unknown type may hold it

    @staticmethod
    def single(description: str) -> bool:
        known = attribute_type(description.partition(";")[0])
        return known is not None and known.single

    @staticmethod
    def fixed(description: str) -> bool:
        base = description.partition(";")[0]
        known = attribute_type(base)
        return is_secret(base) or (known is not None and known.fixed)

    @staticmethod
    def operational(description: str) -> bool:
        return is_operational(description)

    @staticmethod
    def required(classes: Iterable[bytes]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for value in classes:
            for name in superclasses(value.decode("utf-8", "replace")):
                known = object_class(name)
                if known is not None:
                    found.update((canonical(must), known.name) for must in known.must if not is_secret(must))
        return found

    @staticmethod
    def rdn(dn: str) -> Sequence[tuple[str, bytes]]:
        rdns = parse_dn(dn).rdns
        return rdns[0] if rdns else ()


RULES = ValueRules()
