"""What a filter asks about groups and their members."""

from __future__ import annotations

import pytest
from usertable import BASE, group_options

from backends.legacy.sqlsource.groupentries import GroupReader
from backends.legacy.sqlsource.groupoptions import Groups
from backends.legacy.sqlsource.membership import MOST_ASKED, asked, named, pinned
from backends.legacy.sqlsource.names import DnTemplate
from gateway.wire.filtertext import parse_filter

ADA, BOB = (f"uid={name},{BASE}" for name in ("Ada", "bob"))
PEOPLE = DnTemplate.parse(f"uid={{name}},{BASE}")
SHOWN = GroupReader("x", Groups.model_validate(group_options(attributes={"description": "about"})), PEOPLE).shown


@pytest.mark.parametrize(
    ("text", "people", "present", "everything"),
    [
        ("(cn=staff)", [], False, False),
        (f"(member={ADA})", ["ada"], False, False),
        (f"(!(|(member={ADA})(member={BOB})))", ["ada", "bob"], False, False),
        (f"(uniqueMember={ADA})", [], False, False),
        ("(memberUid=ada)", [], False, False),
        ("(member=uid=ada,ou=elsewhere)", [], False, False),
        ("(member=no dn)", [], False, False),
        ("(member=*)", [], True, False),
        ("(&(cn=x)(!(member=*)))", [], True, False),
        ("(member=uid=a*)", [], False, True),
        (f"(member:distinguishedNameMatch:={ADA})", [], False, True),
        (f"(:distinguishedNameMatch:={ADA})", [], False, True),
        (f"(distinguishedName={ADA})", ["ada"], False, False),
    ],
)
def test_what_a_filter_must_see(text: str, people: list[str], present: bool, everything: bool) -> None:
    found = asked(parse_filter(text), SHOWN)
    assert (sorted(found.people), found.present, found.everything) == (people, present, everything)


def test_a_filter_about_very_many_sees_all() -> None:
    text = "".join(f"(member=uid=u{number},{BASE})" for number in range(MOST_ASKED + 1))
    assert asked(parse_filter(f"(|{text})"), SHOWN).everything


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (f"(member={ADA})", {"ada"}),
        (f"(&(objectClass=groupOfNames)(|(member={ADA})(member={BOB})))", {"ada", "bob"}),
        (f"(|(member={ADA})(uniqueMember={BOB})(memberUid=cyn))", {"ada"}),
        (f"(&(|(member={ADA})(member={BOB}))(member={BOB}))", {"bob"}),
        ("(memberUid=ada)", set()),
        ("(objectClass=person)", set()),
        ("(member=uid=x,ou=elsewhere)", set()),
        (f"(|(member={ADA})(cn=x))", None),
        (f"(!(member={ADA}))", None),
        ("(member=*)", None),
        ("(cn=x)", None),
        ("(objectClass=groupOfNames)", None),
        ("(&)", None),
    ],
)
def test_of_whom_one_must_be_in_the_group(text: str, people: set[str] | None) -> None:
    assert pinned(parse_filter(text), SHOWN) == people


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("(cn=Staff)", {"staff"}),
        ("(commonName=Staff)", {"staff"}),
        (f"(&(member={ADA})(cn=a)(cn=b))", {"a"}),
        ("(|(cn=a)(&(cn=b)(member=*)))", {"a", "b"}),
        ("(|(cn=a)(description=b))", None),
        ("(!(cn=a))", None),
        ("(cn=a*)", None),
        ("(name=a)", None),
    ],
)
def test_which_groups_are_named(text: str, groups: set[str] | None) -> None:
    found = named(parse_filter(text), SHOWN)
    assert (None if found is None else set(found)) == groups
