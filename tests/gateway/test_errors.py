"""`errors`: texts that are made here."""

from __future__ import annotations

from gateway.errors import IdentityConflict


def test_a_conflict_names_a_few_people_in_order_and_says_how_many_more_there_are() -> None:
    """R4: an administrator must see whom a name means, and no old store can make the audit endless."""
    dns = [f"uid=p{number},o=corp" for number in range(50)]
    assert str(IdentityConflict.between("x", dns[1::-1])) == (
        "the name 'x' leads to more than one person: 'uid=p0,o=corp' and 'uid=p1,o=corp'"
    )
    text = str(IdentityConflict.between("x", dns, "source old"))
    assert text.startswith("source old: the name 'x' leads to more than one person: 'uid=p0,o=corp'")
    assert text.endswith("and 47 more")
    assert text.count("uid=") == 3
