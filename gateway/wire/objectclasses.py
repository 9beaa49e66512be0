"""Object classes (RFC 4512 4.1.1): which there are, and which are above which. The table is in `schemaclasses.py`."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=512)
def superclasses(name: str) -> frozenset[str]:
    return frozenset({name.lower()})
