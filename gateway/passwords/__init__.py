"""Stored passwords: verified in whatever scheme they came in, hashed anew in one (R14).

`verify`, `identify` and `significant` work on a stored hash; `schemes.get` gives a scheme by its configured name;
`pool` is the `PasswordHasher` of the daemon. What is not here: who a person is, and what a wrong password leads to.
"""

from __future__ import annotations

from gateway.passwords.schemes import get, identify, refusal, significant, verify

__all__ = ["get", "identify", "refusal", "significant", "verify"]
