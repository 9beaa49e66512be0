"""Facts about the system's crypt(3), on a system that has libxcrypt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from gateway.passwords.libcrypt import crypt

# SHA-crypt.txt (U. Drepper)
STORED = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"


def test_it_hashes_as_the_specification_says() -> None:
    assert crypt(b"Hello world!", STORED) == STORED


def test_what_it_does_not_know_or_refuses_is_none() -> None:
    for setting in ("", "*0", "$nope$salt$", "$6$rounds=999$salt$", "::"):
        assert crypt(b"secret", setting) is None


def test_threads_do_not_disturb_each_other() -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda n: crypt(b"Hello world!" if n % 2 else b"other", STORED), range(40)))
    assert {value == STORED for value in made[1::2]} == {True}
    assert STORED not in made[::2]
