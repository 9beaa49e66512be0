"""Which names one source is asked for at all (R1, R4): by suffix, domain and pattern. Pure.

A source that is not asked for a name is out of the question for it: its outage is none (R6), and it owns nothing (R8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from gateway.identity.model import LoginName, normalise
from gateway.identity.search import within

SourceT = TypeVar("SourceT")


@dataclass(frozen=True, slots=True)
class SourceNames:
    """The administrator's rules; each holds for its own kind of name, and None lets every name of that kind through.

    `suffixes`: normalised DNs, for DNs. `domains`: normalised, for what stands before a backslash or behind an @.
    `pattern`: for bare names, whole and as they are compared.
    """

    suffixes: tuple[str, ...] | None = None
    domains: frozenset[str] | None = None
    pattern: re.Pattern[str] | None = None

    def asked(self, readings: Sequence[LoginName]) -> tuple[LoginName, ...]:
        """Those of the readings that the source is asked for."""
        return tuple(reading for reading in readings if self.refusal(reading) is None)

    def refusal(self, reading: LoginName) -> str | None:
        """Why the source is not asked for this reading, in words for an administrator; None where it is."""
        if reading.dn is not None:
            if self.suffixes is None or any(within(reading.dn, suffix) for suffix in self.suffixes):
                return None
            return "the DN is below none of its suffixes"
        domain = domain_of(reading)
        if domain is not None:
            if self.domains is None or domain in self.domains:
                return None
            return f"{domain!r} is none of its domains"
        if self.pattern is None or self.pattern.fullmatch(reading.key):
            return None
        return "the name does not match its pattern"


EVERY_NAME = SourceNames()


def names_of(source: object) -> SourceNames:
    """The rules of a source, whoever has built it: its `name_rules`, where it has any."""
    rules: SourceNames = getattr(source, "name_rules", EVERY_NAME)
    return rules


def asked_among(sources: Iterable[SourceT], readings: Sequence[LoginName]) -> list[SourceT]:
    """The sources that are asked for any of these readings, in their order."""
    return [source for source in sources if names_of(source).asked(readings)]


def domain_of(reading: LoginName) -> str | None:
    """The domain that came with a name, normalised, even where a reading has left it off; None for a bare name."""
    for text in (reading.key, "" if "=" in reading.typed else normalise(reading.typed)):
        domain, backslash, user = text.partition("\\")
        if backslash and domain and user:
            return domain.strip()
        user, at, domain = text.rpartition("@")
        if at and user and domain:
            return domain.strip()
    return None
