from __future__ import annotations

from gateway.config.applications import Application
from gateway.config.doubts import doubts_about, outside


def made(**options: object) -> Application:
    return Application.model_validate({"name": "a", **options})


def test_bases_where_no_store_has_anything_are_told() -> None:
    listed = [made(bases=["ou=people,o=corp", "o=typo", "o=c"])]
    assert [error.where for error in outside(listed, ["o=corp"])] == ["applications.0.bases"] * 2
    assert outside([made(bases="o=corp"), made(bases="all"), made()], ["ou=people,O=Corp"]) == []


def test_one_name_for_two_that_connect_elsewhere_is_no_doubt() -> None:
    """The smaller network wins, and so does the port that is named: neither is the first of equals."""
    ways = [made(name="a", bind_dn="x"), made(name="b", bind_dn="x", networks="10.0.0.0/8")]
    ways.append(made(name="c", bind_dn="x", listener="ldap"))
    assert list(doubts_about(ways)) == []
    assert list(doubts_about([made(bind_dn=["x", "y"]), made(bind_dn=["x", "z"])])) == [], "one application, two ways"
