"""The system's crypt(3) through ctypes: in C, without the GIL, with its own buffer for each call.

What is not here: which hashes are given to it, and what serves where it is missing (`gateway.passwords.unixcrypt`).
The standard library's `crypt` is gone in Python 3.13, is not thread safe, and holds the GIL.
"""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Callable

from gateway.errors import BusyError

_LIBRARIES = ("libcrypt.so.1", "libcrypt.so.2", "libc.so")
_ROOM = 256 * 1024
"""Bytes of `struct crypt_data`: 32 KiB in libxcrypt, 128 KiB in old glibc, 260 in musl."""


def _find() -> Callable[[bytes, bytes], bytes | None] | None:
    for name in _LIBRARIES:
        try:
            function = ctypes.CDLL(name, use_errno=True).crypt_r
        except (OSError, AttributeError):
            continue
        function.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p]
        function.restype = ctypes.c_char_p

        def call(phrase: bytes, setting: bytes, crypt_r: Callable[..., bytes | None] = function) -> bytes | None:
            return crypt_r(phrase, setting, ctypes.create_string_buffer(_ROOM))

        return call
    return None


_crypt = _find()


def crypt(password: bytes, setting: str) -> str | None:
    """The hash of the password under the setting (a whole stored hash will do); None where this system's library is
    missing, does not know the scheme or refuses the setting. `BusyError` where memory for the work is missing.

    `password` holds no NUL: C would end there. `setting` is ASCII.
    """
    if _crypt is None:
        return None
    ctypes.set_errno(0)
    made = _crypt(password, setting.encode("ascii"))
    if made is not None and not made.startswith(b"*"):  # "*0" and "*1" are crypt(3)'s words for "no"
        return made.decode("ascii", "replace")
    if ctypes.get_errno() == errno.ENOMEM:
        raise BusyError("crypt(3) cannot work now: out of memory")
    return None
