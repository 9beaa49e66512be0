from __future__ import annotations

from dataclasses import replace

import pytest
from conversation import person

from gateway.frontends.ldap.personas.flavours import FLAVOURS
from gateway.identity.model import AccountState, Attributes, Entry
from gateway.identity.search import all_attributes
from gateway.wire.filter import Equal, parse_filter

TEAM = Entry(
    "cn=team,o=corp",
    "cn=team,o=corp",
    Attributes({"objectClass": [b"groupOfNames"], "cn": [b"team"], "member": [b"uid=jdoe,o=corp", b"uid=ann,o=corp"]}),
)
JDOE = replace(person(memberOf="cn=team,o=corp"), state=AccountState(disabled=True))


@pytest.mark.parametrize(("flavour", "entry", "wanted"), [
    ("openldap", TEAM, "(member=uid=ann,o=corp)"),
    ("rfc2307", TEAM, "(&(objectClass=posixGroup)(memberUid=jdoe))"),
    ("rfc2307bis", TEAM, "(&(objectClass=posixGroup)(member=uid=ann,o=corp))"),
    ("vcenter", TEAM, "(&(objectClass=groupOfUniqueNames)(uniqueMember=uid=ann,o=corp))"),
    ("edirectory", JDOE, "(&(groupMembership=cn=team,o=corp)(loginDisabled=TRUE))"),
    ("389ds", JDOE, "(&(nsAccountLock=true)(nsUniqueId=*))"),
])  # fmt: skip
def test_what_a_flavour_shows_is_found_by_it_and_its_narrowed_items_select_it(
    flavour: str, entry: Entry, wanted: str
) -> None:
    shown = FLAVOURS[flavour].outward(entry)
    assert parse_filter(wanted).matches(all_attributes(shown)) is True
    for item in getattr(parse_filter(wanted), "items", (parse_filter(wanted),)):
        assert FLAVOURS[flavour].narrow(item).matches(all_attributes(entry)) is True


def test_ids_are_asked_for_by_the_stored_uuid() -> None:
    guid = FLAVOURS["edirectory"].outward(JDOE).attributes.get("GUID")[0]
    assert len(guid) == 16
    assert FLAVOURS["edirectory"].narrow(Equal("GUID", guid)).matches(all_attributes(JDOE)) is True
    unique = FLAVOURS["389ds"].outward(JDOE).operational.get("nsUniqueId")[0]
    assert [len(part) for part in unique.split(b"-")] == [8] * 4
    assert FLAVOURS["389ds"].narrow(Equal("nsUniqueId", unique)).matches(all_attributes(JDOE)) is True


def test_rfc2307_has_no_dns_of_members() -> None:
    assert "member" not in FLAVOURS["rfc2307"].outward(TEAM).attributes
