"""`personas.ad_values`: values as Active Directory writes them."""

from __future__ import annotations

import uuid

import pytest

from gateway.frontends.ldap.personas.ad_values import (
    canonical_name,
    extended_dn,
    filetime,
    guid,
    id_in,
    sid_bytes,
    sid_of,
    sid_text,
    when,
)

NUMBER = uuid.UUID("fd81f81b-ad95-43bf-a513-9fcd4b6875af")
GUID = bytes.fromhex("1bf881fd95adbf43a5139fcd4b6875af")
SID = bytes.fromhex("01050000000000051500000098daa94eaeacbff314a7f0924f040000")


def test_a_guid_is_read_as_text_and_as_digits_of_its_bytes() -> None:
    """As Samba showed them for one person."""
    assert guid(str(NUMBER)) == guid(GUID.hex()) == NUMBER.bytes_le == GUID


@pytest.mark.parametrize("text", ["", "fd81f81b", "{fd81f81b-ad95-43bf-a513-9fcd4b6875af}", "x" * 32, "y" * 36])
def test_what_is_no_guid_is_none(text: str) -> None:
    assert guid(text) is None


def test_a_sid_is_read_and_written_as_text_and_as_digits() -> None:
    text = "S-1-5-21-1319754392-4089425070-2465244948-1103"
    assert sid_bytes(text) == sid_bytes(text.lower()) == sid_bytes(SID.hex()) == SID
    assert sid_text(SID) == text


@pytest.mark.parametrize("text", ["", "S-", "S-1", "S-1-5-x", "S-1-5-4294967296", "zz" * 20])
def test_what_is_no_sid_is_none(text: str) -> None:
    assert sid_bytes(text) is None


@pytest.mark.parametrize("binary", [b"", SID[:-1], SID + b"\0", b"\x02" + SID[1:]])
def test_bytes_that_are_no_sid_have_no_text(binary: bytes) -> None:
    assert sid_text(binary) is None


def test_the_sid_of_an_id_holds_all_of_it() -> None:
    """R3: no two people can have one."""
    assert sid_text(sid_of(NUMBER)) == "S-1-12-1-4253153307-1136635285-3449754533-2943707211"
    assert id_in(sid_of(NUMBER)) == NUMBER
    assert id_in(SID) is None


def test_times_are_those_of_1601() -> None:
    assert filetime(0) == 116444736000000000
    assert when(b"20261128031707Z") == b"20261128031707.0Z"
    assert when(b"202611280417+0100") == b"20261128031700.0Z"
    assert when(b"yesterday") is None


@pytest.mark.parametrize(
    ("dn", "name"),
    [
        ("CN=Anna Arndt,OU=Berlin,OU=People,DC=ad,DC=example", "ad.example/People/Berlin/Anna Arndt"),
        ("CN=a/b\\,c,DC=ad,DC=example", "ad.example/a\\/b\\,c"),
        ("CN=Carl \\#1, OU=München ,dc=ad , DC=example", "ad.example/München/Carl \\#1"),
        ("DC=ad,DC=example", "ad.example/"),
        ("uid=anna,o=corp", None),
        ("cn=x,dc=ad,o=corp", None),
        ("no dn", None),
    ],
)
def test_a_canonical_name_goes_from_the_domain_down(dn: str, name: str | None) -> None:
    assert canonical_name(dn) == name


def test_an_extended_dn_names_guid_and_sid_before_the_dn() -> None:
    assert extended_dn("CN=x", GUID, SID, as_text=False) == f"<GUID={GUID.hex()}>;<SID={SID.hex()}>;CN=x"
    assert extended_dn("CN=x", GUID, None, as_text=True) == f"<GUID={NUMBER}>;CN=x"
