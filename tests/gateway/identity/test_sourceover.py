from __future__ import annotations

from waiting import now

from gateway.identity.model import LoginName, Secret
from gateway.identity.outcome import Accepted, Rejected
from gateway.identity.search import Query, Scope
from gateway.identity.sourceover import SourceOver
from gateway.testing.memory_source import MemorySource
from gateway.wire.filter import Present


def test_everything_is_passed_on() -> None:
    source = MemorySource("staff")
    source.add("jdoe", b"right")
    over = SourceOver(source)
    assert (over.name, over.bases, over.charset) == (source.name, source.bases, source.charset)
    account = now(over.lookup(LoginName.of("jdoe")))
    assert account is not None
    assert isinstance(now(over.verify(account, Secret(b"right"))), Accepted)
    assert isinstance(now(over.verify(account, Secret(b"wrong"))), Rejected)
    person = now(over.read(account))
    assert person is not None
    assert person.name == "jdoe"
    assert now(over.count()) == 1
    assert now(over.inspect()) == now(source.inspect())

    async def found() -> list[str]:
        query = Query(source.bases[0], Scope.SUBTREE, Present("uid"))
        return [entry.dn async for entry in over.search(query)]

    assert now(found()) == [person.dn]
    now(over.close())
