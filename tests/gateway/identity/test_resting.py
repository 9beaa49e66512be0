from __future__ import annotations

from collections.abc import AsyncGenerator

from waiting import now

from gateway.identity.model import Attributes, Entry
from gateway.identity.resting import BATCH, Lot, Pause, Reader, searches_of
from gateway.identity.search import EVERYTHING, Query, Scope
from gateway.testing.memory_source import MemorySource

QUERY = Query("", Scope.SUBTREE, EVERYTHING)


class Store:
    """So many entries, and how many searches are open."""

    name = "store"

    def __init__(self, count: int, searches: int = 2) -> None:
        self.searches = searches
        self.open = self.begun = 0
        self._entries = [Entry(f"cn={number}", f"cn={number}", Attributes()) for number in range(count)]

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        self.open += 1
        self.begun += 1
        try:
            for entry in self._entries:
                yield entry
        finally:
            self.open -= 1


def resting(store: Store, lot: Lot, at: float) -> tuple[Reader, Pause]:
    """A reader that has read one batch and rests."""
    reader, pause = Reader(store, QUERY, lot), Pause()
    pause.reader = reader
    now(reader.batch())
    now(pause.begin(at))
    return reader, pause


def test_entries_come_in_batches_and_the_last_one_is_short() -> None:
    reader = Reader(Store(BATCH + 5), QUERY, Lot(Store(0)))
    assert [len(now(reader.batch())), len(now(reader.batch()))] == [BATCH, 5]
    assert not reader.again


def test_half_of_a_source_s_searches_may_rest_and_a_newcomer_lets_go() -> None:
    store = Store(200)
    lot = Lot(store)
    first, _ = resting(store, lot, 10.0)
    second, _ = resting(store, lot, 10.5)
    assert store.open == 1
    assert len(now(second.batch())) == BATCH
    assert (first.again, second.again) == (False, True)


def test_who_has_rested_long_enough_lets_go_for_a_newcomer() -> None:
    store = Store(200)
    lot = Lot(store)
    first, _ = resting(store, lot, 10.0)
    second, _ = resting(store, lot, 11.0)
    assert store.open == 1
    now(second.batch())
    now(first.batch())
    assert (first.again, second.again) == (True, False)


def test_who_goes_on_no_longer_rests() -> None:
    store = Store(200)
    lot = Lot(store)
    _, pause = resting(store, lot, 10.0)
    pause.end()
    resting(store, lot, 10.0)
    assert store.open == 2


def test_a_search_that_reads_no_source_rests_all_the_same() -> None:
    pause = Pause()
    now(pause.begin(1.0))
    pause.end()


def test_a_source_that_does_not_say_holds_any_number() -> None:
    assert searches_of(MemorySource()) == 0
    assert Lot(MemorySource()).most is None
    assert Lot(Store(0, searches=1)).most == 0
