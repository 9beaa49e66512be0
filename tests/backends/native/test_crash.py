"""R11: a crash at any point leaves either nothing of a person or the whole, and the next bind simply tries again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from backends.native.engine import open_store
from backends.native.reading import find
from backends.native.tables import change, identity, lookup, membership, origin
from backends.native.writing import adopt
from gateway.identity.model import LoginName
from gateway.testing.directory_hooks import adoption, person

_SCRIPT = Path(__file__).with_name("crashing.py")


def test_a_process_killed_while_it_adopts_leaves_whole_people_only(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    command = [sys.executable, str(_SCRIPT), url, "20261122"]
    reported = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    store = open_store(url, busy_timeout=2, readers=1)
    with store.reading() as connection:
        everybody = set(connection.execute(select(identity.c.id)).scalars())
        for table in (origin, lookup, membership, change):
            assert set(connection.execute(select(table.c.identity)).scalars()) == everybody, table.name
        keys = select(func.count()).select_from(lookup).group_by(lookup.c.identity)
        assert set(connection.execute(keys).scalars()) == {4}  # uid, cn, class, alias
        hashes = set(connection.execute(select(identity.c.password_hash)).scalars())
        assert hashes == {adoption(person("x")).password_hash}
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    assert len(reported) >= 12
    for name in reported:
        assert find(store, LoginName.of(name)) is not None, name
    assert len(reported) <= len(everybody) <= len(reported) + 12
    number = max(int(name.removeprefix("user")) for name in reported)
    for following in range(number, number + 3):
        adopt(store, adoption(person(f"user{following}", aliases=(f"user{following}@example.com",))))
        assert find(store, LoginName.of(f"user{following}@example.com")) is not None
    store.close()
