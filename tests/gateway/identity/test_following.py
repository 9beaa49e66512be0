"""Names, times and DNs that follow a change of attributes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conversation import person

from gateway.identity.changes import ChangeRefused, Deed
from gateway.identity.following import changed, made, moved, named_anew, stamp
from gateway.identity.model import Attributes, Identity
from gateway.wire.valuerules import RULES


def jdoe(**attributes: list[bytes]) -> Identity:
    shown = Attributes({"uid": [b"JDoe"], "cn": [b"John Doe"], "mail": [b"j@x"], **attributes})
    return replace(person("jdoe"), attributes=shown, name="JDoe", aliases=("j@x", "John.Doe"))


def after(name: str, *values: bytes, who: Identity | None = None) -> Identity:
    who = who or jdoe()
    shown = Attributes([*who.attributes.without([name]).items(), *([(name, values)] if values else [])])
    return named_anew(who, shown, RULES)


def test_the_login_name_follows_the_attribute_that_held_it() -> None:
    assert after("uid", b"doe").name == "doe"
    assert after("uid", b"doe", b"jdoe").name == "JDoe"
    assert after("cn", b"Somebody").name == "JDoe"
    assert after("uid", b"doe").name_key == "doe"


def test_of_several_that_hold_it_uid_is_where_it_comes_from() -> None:
    both = jdoe(cn=[b"jdoe"])
    both = replace(both, attributes=Attributes(reversed(list(both.attributes.items()))))
    assert after("cn", b"other", who=both).name == "JDoe"
    assert after("uid", b"other", who=both).name == "other"


def test_nobody_is_left_without_a_login_name() -> None:
    with pytest.raises(ChangeRefused):
        after("uid")
    with pytest.raises(ChangeRefused):
        after("uid", b"\xff")


def test_further_names_follow_theirs_and_those_that_no_attribute_held_stay() -> None:
    assert set(after("mail", b"k@x").aliases) == {"k@x", "John.Doe"}
    assert set(after("mail", b"j@x", b"k@x").aliases) == {"j@x", "k@x", "John.Doe"}
    assert after("mail").aliases == ("John.Doe",)


def test_a_further_name_that_became_the_login_name_is_none_any_more() -> None:
    assert "john.doe" not in {alias.lower() for alias in after("uid", b"john.doe").aliases}


def test_times_and_authors_are_written_and_those_of_before_go() -> None:
    new = made(Attributes({"modifiersName": [b"old"]}), "id-1", Deed(0.0, "cn=a"))
    assert dict(new.items()) == {
        "entryUUID": (b"id-1",),
        "createTimestamp": (b"19700101000000Z",),
        "creatorsName": (b"cn=a",),
        "modifyTimestamp": (b"19700101000000Z",),
        "modifiersName": (b"cn=a",),
    }
    later = changed(new, Deed(1.0))
    assert later.get("modifyTimestamp") == (stamp(1.0),) == (b"19700101000001Z",)
    assert later.get("modifiersName") == ()
    assert later.get("createTimestamp") == (b"19700101000000Z",)


def test_a_new_dn_is_shown_where_the_old_one_was() -> None:
    shown = moved(Attributes({"entryDN": [b"cn=old"], "seeAlso": [b"cn=old"]}), "cn=new")
    assert dict(shown.items()) == {"entryDN": (b"cn=new",), "seeAlso": (b"cn=old",)}
