"""Searches read page by page and find everybody once, through the index or by place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backends.native import writing
from backends.native.engine import Store, open_store
from backends.native.narrow import people_found
from backends.native.search import begin, proceed
from backends.native.stages import PAGE
from gateway.errors import LimitError
from gateway.identity.model import Entry, Identity
from gateway.identity.search import Query, Scope
from gateway.testing.directory_hooks import BASE, adoption, person
from gateway.wire.filter import parse_filter

PEOPLE = 2 * PAGE + 50


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('search')}/x.db", busy_timeout=1, readers=1)
    with store.writing() as connection:
        for number in range(PEOPLE):
            writing.insert_person(connection, adoption(person(f"user{number}")))
    yield store
    store.close()


def names(page: list[Entry]) -> list[str]:
    return [entry.name for entry in page if isinstance(entry, Identity)]


def pages(store: Store, text: str, scope: Scope = Scope.SUBTREE) -> list[list[str]]:
    """The names on each page."""
    page, search = begin(store, Query(f"ou=people,{BASE}", scope, parse_filter(text)), BASE)
    found = [names(page)]
    while not search.ended:
        found.append(names(proceed(store, search)))
    return found


@pytest.mark.parametrize("text", ["(objectClass=person)", "(uid=*)", "(uid=user*)", "(cn=the user*)"])
@pytest.mark.parametrize("scope", [Scope.ONE, Scope.SUBTREE])
def test_everybody_is_found_once_in_pages(store: Store, text: str, scope: Scope) -> None:
    found = pages(store, text, scope)
    assert [len(page) for page in found] == [PAGE, PAGE, 50]
    assert {name for page in found for name in page} == {f"user{number}" for number in range(PEOPLE)}


def test_more_people_than_are_worth_listing_are_not_listed(store: Store) -> None:
    with store.reading() as connection:
        assert people_found(connection, parse_filter("(uid=*)"), PEOPLE) is not None
        assert people_found(connection, parse_filter("(uid=*)"), PEOPLE - 1) is None
        assert people_found(connection, parse_filter("(|(uid=user1)(cn=the user1))"), 1) is not None


def test_a_page_may_be_empty_without_being_the_last(store: Store) -> None:
    found = pages(store, "(&(objectClass=person)(!(uid=user1*)))")
    assert len(found) == 3
    assert sum(map(len, found)) == PEOPLE - 111


def test_one_person_is_found_on_one_page(store: Store) -> None:
    assert pages(store, "(uid=user7)") == [["user7"]]
    assert pages(store, "(uid=nobody)") == [[]]


def test_people_adopted_meanwhile_do_no_harm(store: Store) -> None:
    page, search = begin(store, Query("", Scope.SUBTREE, parse_filter("(objectClass=person)")), BASE)
    seen = names(page)
    writing.adopt(store, adoption(person("aaa", dn=f"uid=aaa,ou=a,{BASE}")))
    while not search.ended:
        seen.extend(names(proceed(store, search)))
    assert len(seen) == len(set(seen)) == PEOPLE


def test_a_search_that_reads_too_many_in_vain_is_ended(store: Store) -> None:
    """A filter that no index knows is bounded; what it selects does not count, nor what an index named."""

    def run(text: str, most: int) -> bool:
        _, search = begin(store, Query(f"ou=people,{BASE}", Scope.SUBTREE, parse_filter(text)), BASE, most)
        while not search.ended:
            proceed(store, search)
        return search.scanned

    assert run("(title=x)", 0)
    assert run("(title=x)", 1000)
    with pytest.raises(LimitError):
        run("(title=x)", PEOPLE - 1)
    assert run("(objectClass=*)", 1)
    assert not run("(&(uid=user*)(title=x))", 1)
    assert not run("(uid=nobody)", 1)
