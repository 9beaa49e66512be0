"""The schema as a subschema entry tells it to clients (RFC 4512 4.2): every description as text, made once.

The facts are in `attributetypes.py`, `objectclasses.py` and `rules.py`; their usual questions are re-exported here.
"""

from __future__ import annotations

from gateway.wire.attributetypes import (
    SECRET_ATTRIBUTES,
    AttributeType,
    attribute_type,
    canonical,
    is_operational,
    is_secret,
)

__all__ = [
    "SECRET_ATTRIBUTES",
    "AttributeType",
    "attribute_type",
    "canonical",
    "is_operational",
    "is_secret",
]
