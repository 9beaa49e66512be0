"""What one item of a filter says of an entry: True, False, or None for Undefined (RFC 4511 4.5.1.7)."""

from __future__ import annotations

import uuid

import pytest

from gateway.identity.model import Attributes
from gateway.wire.filter import Equal, parse_filter

UUID = uuid.UUID("597ae2f6-16a6-1027-98f4-d28b5365dc14")

JOHN = Attributes(
    {
        "objectClass": [b"top", b"person", b"inetOrgPerson", b"corpPerson"],
        "uid": [b"JDoe", b"john"],
        "commonName": [b"John  Doe"],
        "cn;lang-de": ["Jörg Döe".encode()],
        "sn": [b"Doe"],
        "mail": ["jdoe@exämple.com".encode()],
        "telephoneNumber": [b"+49 30 12-34"],
        "uidNumber": [b"1001"],
        "homeDirectory": [b"/home/JDoe"],
        "memberOf": [b"CN=Staff, OU=Groups,DC=x"],
        "userAccountControl": [b"514"],
        "pwdLastSet": [b"0"],
        "objectGUID": [UUID.bytes_le],
        "objectSid": [bytes.fromhex("010400000000000515000000010000000200000003000000")],
        "objectCategory": [b"CN=Person,CN=Schema,CN=Configuration,DC=x"],
        "userCertificate;binary": [b"\x30\x82"],
        "jpegPhoto": [b"\xff\xd8"],
        "corpBadge": [b"Blue 7"],
        "description": [b"J\xf6rg", b"hello"],
        "createTimestamp": [b"20240101120000Z"],
        "entryUUID": [str(UUID).encode()],
        "entryDN": [b"uid=JDoe,ou=People+l=Berlin,dc=x"],
        "userPassword": [b"secret"],
    }
)


TRUE = """
(uid=jdoe) (uid=JOHN) (userid=jdoe) (0.9.2342.19200300.100.1.1=jdoe) (UID=jdoe) (cn=john doe) (2.5.4.3=john doe)
(cn=j\\c3\\b6rg D\\c3\\96e) (commonName=JOHN DOE) (cn;lang-de=jörg döe) (cn;LANG-DE=*) (name=doe) (name=*)
(objectClass=*) (objectClass=PERSON) (objectClass=2.5.6.6) (objectClass=organizationalPerson) (objectClass=corpperson)
(mail=JDOE@EXÄMPLE.com) (telephoneNumber=+49301234) (telephoneNumber=*301*) (telephoneNumber=+49-30*) (uidNumber=1001)
(uidNumber=01001) (uidNumber>=1001) (uidNumber<=1001) (uidNumber>=-5) (uidNumber<=20000) (homeDirectory=/home/JDoe)
(homeDirectory=/home/*) (memberOf=cn=staff,ou=groups,dc=x) (memberOf=commonName=STAFF , OU=Groups;dc=x)
(objectGUID=\\f6\\e2\\7a\\59\\a6\\16\\27\\10\\98\\f4\\d2\\8b\\53\\65\\dc\\14) (objectSid=S-1-5-21-1-2-3)
(objectCategory=person) (objectCategory=user) (userCertificate;binary=\\30\\82) (userCertificate=\\30\\82)
(corpBadge=BLUE 7) (corpBadge=b*) (corpBadge=*) (description=hello) (createTimestamp=20240101130000+0100)
(createTimestamp>=20240101120000.0Z) (createTimestamp<=2024010112Z) (entryUUID=597AE2F6-16a6-1027-98f4-d28b5365dc14)
(entryUUID=\\59\\7a\\e2\\f6\\16\\a6\\10\\27\\98\\f4\\d2\\8b\\53\\65\\dc\\14) (cn~=johndoe) (cn~=John-Doe.)
(uidNumber~=1001) (sn>=d) (sn<=E) (uid=j*) (uid=*doe) (uid=j*e) (cn=*hn d*) (cn=j*o*e) (cn=*ör*) (jpegPhoto=*)
(pwdLastSet=0) (uid:caseExactMatch:=JDoe) (uid:2.5.13.2:=jdoe) (uid:=jdoe) (corpBadge:caseExactMatch:=Blue 7)
(userAccountControl:1.2.840.113556.1.4.803:=2) (userAccountControl:1.2.840.113556.1.4.804:=3)
(uidNumber:integerOrderingMatch:=2000) (:caseExactMatch:=JDoe) (:caseIgnoreMatch:=DOE) (:integerMatch:=1001)
(:distinguishedNameMatch:=cn=staff,ou=groups,dc=x) (ou:dn:=people) (l:dn:=BERLIN) (ou:dn:caseExactMatch:=People)
(:dn:caseIgnoreMatch:=berlin) (uid:dn:=john)
"""

FALSE = """
(uid=jd) (mail=) (uid=jdoe@x) (cn;lang-fr=*) (cn;lang-de=John Doe) (l=*) (l=Berlin) (objectClass=posixAccount)
(objectClass=nosuch) (homeDirectory=/home/jdoe) (memberOf=cn=staff) (memberOf=cn=staff\\5c,ou=groups,dc=x)
(uidNumber>=1002) (createTimestamp<=2024010111Z) (sn>=e) (sn<=d) (uid=*x*) (uid=jdoe*jdoe) (objectCategory=group)
(corpBadge=red) (description=J) (cn~=johnny) (uid:caseExactMatch:=jdoe) (ou:=people) (ou:dn:caseExactMatch:=people)
(userAccountControl:1.2.840.113556.1.4.803:=3) (:caseExactMatch:=jdoe) (:caseIgnoreMatch:=secret)
(:caseIgnoreMatch:=Blue 7) (objectSid=S-1-5-21-1-2-4) (street=*)
"""

UNDEFINED = """
(nosuch=1) (nosuch=*) (nosuch>=1) (nosuch~=1) (nosuch=a*) (nosuch:=1) (nosuch:caseExactMatch:=1) (1.2.3.4=1)
(uid=) (cn:caseExactMatch:=) (sn>=) (mail:caseIgnoreMatch:=x) (cn:caseIgnoreIA5Match:=x)
(nosuch;x=*) (uidNumber=x) (uidNumber>=x) (uidNumber=10*) (createTimestamp=yesterday) (createTimestamp>=2024)
(memberOf=staff) (memberOf=cn=*) (objectClass=a b) (objectClass>=a) (entryUUID=x) (cn=J\\f6rg) (cn=J\\f6*)
(jpegPhoto=x) (jpegPhoto=x*) (jpegPhoto>=x) (memberOf>=cn=a) (uid:nosuchRule:=jdoe) (:nosuchRule:=jdoe)
(uid:integerMatch:=1) (uidNumber:caseIgnoreMatch:=1001) (uidNumber:integerMatch:=x)
(memberOf:1.2.840.113556.1.4.1941:=cn=staff,ou=groups,dc=x) (uid:caseIgnoreSubstringsMatch:=j) (jpegPhoto:=x)
(userPassword=secret) (userPassword=*) (userPassword=s*) (userPassword>=a) (userPassword<=z) (userPassword~=secret)
(userPassword;x-y=secret) (USERPASSWORD=*) (2.5.4.35=*) (userPassword:=secret) (userPassword:octetStringMatch:=secret)
(userPassword:dn:=secret) (unicodePwd=*) (sambaNTPassword=*)
"""


def _cases(text: str) -> list[str]:
    return [f"({item}" for line in text.strip().splitlines() for item in (" " + line).split(" (")[1:]]


def _read(item: str) -> bool | None:
    return parse_filter(item).matches(JOHN)


@pytest.mark.parametrize("item", _cases(TRUE))
def test_it_is_true(item: str) -> None:
    assert _read(item) is True


@pytest.mark.parametrize("item", _cases(FALSE))
def test_it_is_false(item: str) -> None:
    assert _read(item) is False


@pytest.mark.parametrize("item", _cases(UNDEFINED))
def test_it_is_undefined_and_so_is_its_opposite(item: str) -> None:
    """R15 for passwords: neither an answer nor its absence tells anything."""
    assert _read(item) is None
    assert _read(f"(!{item})") is None


def test_an_oid_may_carry_its_old_prefix() -> None:
    """RFC 1779; a codec hands descriptions on as they came."""
    assert Equal("OID.0.9.2342.19200300.100.1.1", b"jdoe").matches(JOHN) is True
    assert Equal("OID.2.5.4.35", b"secret").matches(JOHN) is None


def test_a_filter_can_be_put_to_many_entries() -> None:
    item = Equal("uid", b"jdoe")
    entries = [Attributes({"uid": [b"x"]}), JOHN, Attributes({"userid": [b"JDOE"]}), Attributes()]
    assert [item.matches(entry) for entry in entries] == [False, True, True, False]


def test_an_own_attribute_of_the_source_is_undefined_only_where_it_is_absent() -> None:
    assert parse_filter("(!(corpBadge=red))").matches(JOHN) is True
    assert parse_filter("(!(corpBadge=red))").matches(Attributes({"uid": [b"x"]})) is None


def test_an_attribute_without_values_is_absent() -> None:
    assert parse_filter("(uid=*)").matches(Attributes({"uid": []})) is False


def test_the_filters_of_real_applications_select() -> None:
    person = Attributes(
        {
            "objectClass": [b"user"],
            "sAMAccountName": [b"jdoe"],
            "mail": [b"j@x"],
            "sAMAccountType": [b"805306368"],
            "userAccountControl": [b"512"],
            "pwdLastSet": [b"133500000000000000"],
            "accountExpires": [b"9223372036854775807"],
            "objectCategory": [b"CN=Person,CN=Schema,DC=x"],
        }
    )
    authelia = (
        "(&(|(sAMAccountName=jdoe)(mail=jdoe))(sAMAccountType=805306368)"
        "(!(userAccountControl:1.2.840.113556.1.4.803:=2))(!(pwdLastSet=0))"
        "(|(!(accountExpires=*))(accountExpires=0)(accountExpires>=133600000000000000)))"
    )
    assert parse_filter(authelia).matches(person) is True
    assert parse_filter("(&(objectCategory=person)(objectClass=user))").matches(person) is True
    group = Attributes({"objectClass": [b"groupOfNames"], "cn": [b"staff"], "member": [b"uid=a,dc=x"]})
    jenkins = "(& (cn=staff) (| (objectclass=groupOfNames) (objectclass=groupOfUniqueNames) (objectclass=posixGroup)))"
    assert parse_filter(jenkins).matches(group) is True
    nextcloud = "(&(|(objectclass=posixGroup)(objectclass=zimbraDistributionList)(objectclass=groupOfNames))(cn=*))"
    assert parse_filter(nextcloud).matches(group) is True
    assert parse_filter("(&(objectclass=groupOfNames)(member=UID=A, DC=X))").matches(group) is True
