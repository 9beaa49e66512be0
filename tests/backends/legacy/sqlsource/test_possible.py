"""Whether a filter can select anybody of whom only some attributes are shown."""

from __future__ import annotations

import pytest

from backends.legacy.sqlsource.possible import can_select, shown_names
from gateway.identity.model import Attributes
from gateway.identity.search import EVERYTHING
from gateway.wire.filter import parse_filter

SHOWN = shown_names(["objectClass", "uid", "commonName", "mail;lang-de"])


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("(uid=a)", True),
        ("(cn=a)", True),
        ("(name=a)", True),
        ("(rfc822Mailbox=*)", True),
        ("(member=a)", False),
        ("(&(uid=a)(member=a))", False),
        ("(|(uid=a)(member=a))", True),
        ("(&(|(member=a)(uniqueMember=a)(memberUid=a))(objectClass=*))", False),
        ("(!(member=a))", True),
        ("(!(!(member=a)))", False),
        ("(!(|(uid=a)(!(member=a))))", False),
        ("(!(&(uid=a)(member=a)))", True),
        ("(:caseIgnoreMatch:=a)", True),
        ("(ou:dn:=people)", True),
        ("(member:distinguishedNameMatch:=cn=a)", False),
        ("(&)", True),
        ("(|)", False),
    ],
)
def test_a_filter_can_select_somebody(text: str, possible: bool) -> None:
    assert can_select(parse_filter(text), SHOWN) is possible


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("(objectClass=posixGroup)", False),
        ("(objectClass=PERSON)", True),
        ("(objectClass=*)", True),
        ("(!(objectClass=person))", False),
        ("(!(objectClass=posixGroup))", True),
        ("(&(objectClass=posixGroup)(uid=a))", False),
        ("(|(objectClass=posixGroup)(uid=a))", True),
    ],
)
def test_everybody_is_of_the_same_classes(text: str, possible: bool) -> None:
    classes = Attributes({"objectClass": [b"top", b"person"]})
    assert can_select(parse_filter(text), SHOWN, classes) is possible


def test_a_filter_of_another_make_is_asked() -> None:
    assert can_select(EVERYTHING, SHOWN)
