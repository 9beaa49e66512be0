"""The matching rules by name and OID (RFC 4517 section 4, RFC 4530, and Active Directory's two for bits and
one for chains of DNs)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.wire.matching import FAMILIES, Family, Key
from gateway.wire.syntaxes import integer

Predicate = Callable[[bytes], bool]

_SYNTAX = "1.3.6.1.4.1.1466.115.121.1."
_SUBSTRINGS = _SYNTAX + "58"

_TABLE = f"""
2.5.13.0 objectIdentifierMatch = {_SYNTAX}38
2.5.13.1 distinguishedNameMatch = {_SYNTAX}12
2.5.13.2 caseIgnoreMatch = {_SYNTAX}15
2.5.13.3 caseIgnoreOrderingMatch < {_SYNTAX}15
2.5.13.4 caseIgnoreSubstringsMatch * {_SUBSTRINGS}
2.5.13.5 caseExactMatch = {_SYNTAX}15
2.5.13.6 caseExactOrderingMatch < {_SYNTAX}15
2.5.13.7 caseExactSubstringsMatch * {_SUBSTRINGS}
2.5.13.8 numericStringMatch = {_SYNTAX}36
2.5.13.9 numericStringOrderingMatch < {_SYNTAX}36
2.5.13.10 numericStringSubstringsMatch * {_SUBSTRINGS}
2.5.13.11 caseIgnoreListMatch = {_SYNTAX}41
2.5.13.12 caseIgnoreListSubstringsMatch * {_SUBSTRINGS}
2.5.13.13 booleanMatch = {_SYNTAX}7
2.5.13.14 integerMatch = {_SYNTAX}27
2.5.13.15 integerOrderingMatch < {_SYNTAX}27
2.5.13.16 bitStringMatch = {_SYNTAX}6
2.5.13.17 octetStringMatch = {_SYNTAX}40
2.5.13.18 octetStringOrderingMatch < {_SYNTAX}40
2.5.13.20 telephoneNumberMatch = {_SYNTAX}50
2.5.13.21 telephoneNumberSubstringsMatch * {_SUBSTRINGS}
2.5.13.23 uniqueMemberMatch = {_SYNTAX}34
2.5.13.27 generalizedTimeMatch = {_SYNTAX}24
2.5.13.28 generalizedTimeOrderingMatch < {_SYNTAX}24
2.5.13.30 objectIdentifierFirstComponentMatch = {_SYNTAX}38
1.3.6.1.4.1.1466.109.114.1 caseExactIA5Match = {_SYNTAX}26
1.3.6.1.4.1.1466.109.114.2 caseIgnoreIA5Match = {_SYNTAX}26
1.3.6.1.4.1.1466.109.114.3 caseIgnoreIA5SubstringsMatch * {_SUBSTRINGS}
1.3.6.1.1.16.2 uuidMatch = 1.3.6.1.1.16.1
1.3.6.1.1.16.3 uuidOrderingMatch < 1.3.6.1.1.16.1
1.2.840.113556.1.4.803 integerBitAndMatch & {_SYNTAX}27
1.2.840.113556.1.4.804 integerBitOrMatch | {_SYNTAX}27
1.2.840.113556.1.4.1941 distinguishedNameChainMatch > {_SYNTAX}12
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One matching rule. `use` is `=` equality, `<` ordering, `*` substrings, `&` and `|` bits, `>` from entry to
    entry: that one cannot be asked of a value, and whoever knows the entries has to take it out of a filter first."""

    oid: str
    name: str
    use: str
    syntax: str
    family: Family

    @property
    def shape(self) -> str:
        return self.family.shape

    def predicate(self, value: bytes) -> Predicate | None:
        """What an extensible match by this rule asks of one value; None where the assertion is not valid for it, or the
        rule is one that no value answers alone.

        An ordering rule asks for values *before* the assertion (RFC 4517 4.2.3). Substrings have their own filter.
        """
        wanted = None if self.use in "*>" else self.family.assertion(value)
        if wanted is None:
            return None
        if isinstance(wanted, int) and self.use in "&|":
            return _all_bits(wanted) if self.use == "&" else _any_bit(wanted)
        return before(self.family, wanted) if self.use == "<" else same(self.family, wanted)


def _all_bits(mask: int) -> Predicate:
    return lambda held: (number := integer(held)) is not None and number & mask == mask


def _any_bit(mask: int) -> Predicate:
    return lambda held: (number := integer(held)) is not None and number & mask != 0


def same(family: Family, wanted: Key) -> Predicate:
    """Values equal to `wanted`."""
    prepare = family.prepare
    return lambda held: prepare(held) == wanted


def before(family: Family, wanted: Key) -> Predicate:
    """Values that sort before `wanted`."""
    return _compared(family, wanted, lambda order: order < 0)


def at_least(family: Family, wanted: Key) -> Predicate:
    """Values that are `wanted` or sort behind it."""
    return _compared(family, wanted, lambda order: order >= 0)


def at_most(family: Family, wanted: Key) -> Predicate:
    """Values that are `wanted` or sort before it."""
    return _compared(family, wanted, lambda order: order <= 0)


def _compared(family: Family, wanted: Key, accept: Callable[[int], bool]) -> Predicate:
    def predicate(held: bytes) -> bool:
        key = family.prepare(held)
        if isinstance(key, int) and isinstance(wanted, int):
            return accept(key - wanted)
        if isinstance(key, bytes) and isinstance(wanted, bytes):
            return accept((key > wanted) - (key < wanted))
        return False

    return predicate


def _family_of(name: str) -> Family:
    if name.startswith("integerBit"):
        return FAMILIES["integerMatch"]
    if name == "distinguishedNameChainMatch":
        return FAMILIES["distinguishedNameMatch"]
    return FAMILIES[name.replace("OrderingMatch", "Match").replace("SubstringsMatch", "Match")]


def _rule(line: str) -> Rule:
    oid, name, use, syntax = line.split()
    return Rule(oid, name, use, syntax, _family_of(name))


RULES = tuple(map(_rule, _TABLE.split("\n")[1:-1]))
_BY_NAME = {name.lower(): rule for rule in RULES for name in (rule.oid, rule.name)}


def find(name: str) -> Rule | None:
    """The rule of this name or OID, in any case."""
    return _BY_NAME.get(name.lower())
