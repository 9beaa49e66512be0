"""Which attributes of an entry an application may see; to its filters the others do not exist."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from gateway.wire.attributetypes import canonical, is_secret, subtypes
from gateway.wire.filter import And, Filter, Not, Or, has_rule, rename, strict

_USUAL_LENGTH = 64
_CACHED_NAMES = 1024


class View:
    """`shown` are the attributes that may be seen, None is all; `hidden` those that may not, even so. A type's subtypes
    are meant with it. `objectClass` is always shown unless it is hidden: hardly a filter goes without. Passwords are
    never shown, whatever is listed. Compared by `is`.

    To a `flat` view attribute types have no subtypes, and long attributes can be asked for in parts
    (`member;range=0-99`), as Active Directory has it; texts are ordered and have substrings whether or not the schema
    names a rule for it. To any other view an item without its rule is Undefined, as in OpenLDAP.
    """

    __slots__ = ("_hidden", "_is_hidden", "_shown", "is_flat", "is_whole")

    def __init__(
        self, shown: Collection[str] | None = None, hidden: Collection[str] = (), *, flat: bool = False
    ) -> None:
        self.is_flat = flat
        self._shown = None if shown is None else _all_subtypes([*shown, "objectClass"])
        self._hidden = _all_subtypes(hidden)
        self.is_whole = shown is None and not hidden
        self._is_hidden = lru_cache(maxsize=_CACHED_NAMES)(self._looks_hidden)

    def hides(self, attribute: str) -> bool:
        """Whether this attribute (any of its names, with or without options) must not be returned, compared, sorted by
        or looked at in a filter. One that would look at a hidden subtype as well is hidden, too."""
        if len(attribute) > _USUAL_LENGTH:
            return self._looks_hidden(attribute)
        return self._is_hidden(attribute)

    def _looks_hidden(self, attribute: str) -> bool:
        if is_secret(attribute):
            return True
        if self.is_whole:
            return False
        kinds = subtypes(attribute.partition(";")[0].strip())
        return bool(kinds & self._hidden) or (self._shown is not None and not kinds <= self._shown)

    def shows(self, kind: str) -> bool:
        """Whether values of just this type (its canonical name) may be returned; a secret is not asked about here."""
        return kind not in self._hidden and (self._shown is None or kind in self._shown)

    def visible(self, wanted: Filter) -> Filter:
        """The filter, with every item Undefined that is about something hidden, or for which its attribute has no rule:
        neither it nor its negation selects anybody."""
        if self._is_harmless(wanted):
            return wanted
        seen = rename(wanted, self._or_nothing)
        return seen if self.is_flat else strict(seen)

    def _or_nothing(self, attribute: str) -> str | None:
        if attribute == "*":
            return attribute if self.is_whole else None
        return None if self.hides(attribute) else attribute

    def _is_harmless(self, wanted: Filter) -> bool:
        """Whether no item is to be made Undefined: true of nearly all filters, and cheaper than making them anew."""
        if isinstance(wanted, And | Or):
            return all(map(self._is_harmless, wanted.items))
        if isinstance(wanted, Not):
            return self._is_harmless(wanted.item)
        attribute = getattr(wanted, "attribute", None)
        if attribute is None or len(attribute) > _USUAL_LENGTH or self._is_hidden(attribute):
            return False
        return self.is_flat or has_rule(wanted)


def _all_subtypes(names: Collection[str]) -> frozenset[str]:
    return frozenset[str]().union(*(subtypes(canonical(name.strip())) for name in names))


EVERYTHING = View()
