"""What memory keeps, and what makes it forget: never anything that could be older than what was learnt since."""

from __future__ import annotations

from backends.native.cache import Cache, Changes
from backends.native.record import Record
from gateway.identity.model import LoginName, Origin
from gateway.testing.directory_hooks import BASE, dn_login, person


def record(row: int, name: str, revision: int = 1, aliases: tuple[str, ...] = ()) -> Record:
    return Record(row, person(name, revision=revision, aliases=aliases), "hash", "latin-1")


def kept(cache: Cache, name: str) -> int | None:
    found = cache.find(LoginName.of(name))
    return None if found is None else found.identity.revision


def test_a_person_is_found_by_name_dn_and_origin() -> None:
    cache = Cache(10)
    jdoe = record(1, "JDoe")
    cache.keep(jdoe, cache.now())
    assert cache.find(LoginName.of("jdoe")) is jdoe
    assert cache.find(dn_login(f"uid=JDOE,ou=people,{BASE}")) is jdoe
    assert cache.of_origin(Origin("staff", "JDoe")) is jdoe
    assert cache.same(jdoe.identity) is jdoe
    assert cache.same(person("jdoe", origin=Origin("customers", "1"))) is None


def test_an_alias_is_known_once_it_was_asked_for() -> None:
    """That it leads to one person only is what the database said then."""
    cache = Cache(10)
    jdoe = record(1, "jdoe", aliases=("jd",))
    cache.keep(jdoe, cache.now())
    assert kept(cache, "jd") is None
    cache.keep(jdoe, cache.now(), "jd")
    assert kept(cache, "jd") == 1


def test_the_least_recently_used_go_first() -> None:
    cache = Cache(2)
    for row, name in enumerate(("a", "b")):
        cache.keep(record(row, name), cache.now())
    assert kept(cache, "a") == 1
    cache.keep(record(2, "c", aliases=("see",)), cache.now(), "see")
    assert [kept(cache, name) for name in ("a", "b", "c", "see")] == [1, None, 1, 1]
    for row in range(3, 5):
        cache.keep(record(row, str(row)), cache.now())
    assert kept(cache, "see") is None
    assert len(cache) == 2
    assert cache.of_origin(Origin("staff", "c")) is None


def test_a_memory_of_none_keeps_none() -> None:
    cache = Cache(0)
    cache.keep(record(1, "jdoe"), cache.now(), "jd")
    cache.written(record(1, "jdoe"), cache.now())
    assert len(cache) == 0
    assert kept(cache, "jd") is None


def test_our_own_write_is_seen_at_once() -> None:
    cache = Cache(10)
    cache.keep(record(1, "jdoe"), cache.now())
    cache.written(record(1, "jdoe", 2), cache.now())
    assert kept(cache, "jdoe") == 2


def test_a_read_that_began_before_our_write_is_not_kept() -> None:
    """R9: nothing would correct it."""
    cache = Cache(1)
    began = cache.now()
    cache.written(record(1, "jdoe", 2), cache.now())
    cache.keep(record(2, "other"), cache.now())
    cache.keep(record(1, "jdoe", 1), began)
    assert kept(cache, "jdoe") is None


def test_a_read_or_write_that_began_before_the_feed_spoke_is_not_kept() -> None:
    """R9: it may be older than what the feed told."""
    cache = Cache(10)
    began = cache.now()
    cache.apply(Changes({1: 3}, frozenset()))
    cache.keep(record(1, "jdoe", 2), began)
    assert kept(cache, "jdoe") is None
    cache.written(record(1, "jdoe", 2), began)
    assert kept(cache, "jdoe") is None


def test_the_feed_drops_whoever_is_older_than_it_says() -> None:
    cache = Cache(10)
    for row, name in enumerate(("a", "b", "c")):
        cache.keep(record(row, name, 2), cache.now())
    cache.apply(Changes({0: 3, 1: 2, 9: 9}, frozenset()))
    assert [kept(cache, name) for name in ("a", "b", "c")] == [None, 2, 2]


def test_a_quiet_feed_changes_nothing() -> None:
    cache = Cache(10)
    began = cache.now()
    cache.apply(Changes({}, frozenset()))
    assert began == cache.now()


def test_a_name_that_a_new_person_answers_to_is_asked_for_again() -> None:
    """R4: by adoption here or elsewhere."""
    cache = Cache(10)
    cache.keep(record(1, "one", aliases=("info", "sales")), cache.now(), "info")
    cache.keep(record(1, "one", aliases=("info", "sales")), cache.now(), "sales")
    cache.written(record(2, "two", aliases=("Info",)), cache.now())
    assert kept(cache, "info") is None
    assert kept(cache, "sales") == 1
    cache.apply(Changes({}, frozenset({"sales"})))
    assert kept(cache, "sales") is None
    assert kept(cache, "one") == 1


def test_after_too_many_adoptions_all_aliases_are_asked_for_again() -> None:
    cache = Cache(10)
    cache.keep(record(1, "one", aliases=("info",)), cache.now(), "info")
    cache.apply(Changes({}, None))
    assert kept(cache, "info") is None
    assert kept(cache, "one") == 1


def test_after_too_many_changes_all_is_forgotten() -> None:
    cache = Cache(10)
    cache.keep(record(1, "one"), cache.now())
    cache.apply(None)
    assert len(cache) == 0
