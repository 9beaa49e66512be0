from __future__ import annotations

from conversation import Client, People, person, search_request, services


def test_entries_are_read_only_through_tls_where_that_is_required() -> None:
    settings = services(People(person()), starttls="required", tls=object(), anonymous_search=True)
    assert Client(settings).result(search_request("dc=example,dc=com")).code == 13
    assert Client(settings, tls=True).result(search_request("dc=example,dc=com")).code == 0
