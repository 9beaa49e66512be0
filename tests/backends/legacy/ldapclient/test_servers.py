"""`ldapclient.servers`: URLs, and which server to try."""

from __future__ import annotations

import pytest

from backends.legacy.ldapclient.servers import Server, Servers

A, B = Server.parse("ldap://a"), Server.parse("ldaps://b:1636")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ldap://old.example", "ldap://old.example:389"),
        ("ldaps://old.example/", "ldaps://old.example:636"),
        ("LDAP://[::1]:1389", "ldap://[::1]:1389"),
    ],
)
def test_a_url_has_the_ports_of_its_scheme(url: str, shown: str) -> None:
    assert str(Server.parse(url)) == shown


@pytest.mark.parametrize(
    "url", ["", "old.example", "http://x", "ldap://", "ldap://x/o=corp", "ldap://x:99999", "ldap://u@x"]
)
def test_what_is_no_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"ldap|host|port"):
        Server.parse(url)


def test_servers_are_tried_in_order_and_one_that_failed_last() -> None:
    servers = Servers([A, B])
    assert servers.candidates(0) == [A, B]
    servers.failed(str(A), 10, "refused")
    assert servers.candidates(10.5) == [B], "not at all for a moment"
    assert servers.candidates(11.5) == [B, A]
    assert servers.candidates(40) == [A, B], "as if nothing had been"


def test_when_all_failed_the_one_whose_failure_is_oldest_is_first() -> None:
    servers = Servers([A, B])
    servers.failed(str(A), 10, "one")
    servers.failed(str(B), 5, "two")
    assert servers.candidates(10) == [B]
    assert servers.candidates(12) == [B, A]
    assert servers.reasons() == "one; two"
    servers.worked(str(A))
    assert servers.candidates(10) == [A, B]


def test_a_clock_that_is_set_back_keeps_no_server_away() -> None:
    servers = Servers([A])
    servers.failed(str(A), 5000, "refused")
    assert servers.candidates(5000.5) == []
    assert servers.candidates(1000) == [A]
