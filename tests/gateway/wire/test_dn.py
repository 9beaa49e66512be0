"""Distinguished names: one key for all spellings of one name, different keys for different names."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ldap3.utils.dn import parse_dn as ldap3_parse_dn
from ldaptor.protocols.ldap.distinguishedname import DistinguishedName, InvalidRelativeDistinguishedName

from gateway.errors import ProtocolError
from gateway.identity.model import normalise
from gateway.wire.dn import (
    MAX_LENGTH,
    MAX_RDNS,
    BerValue,
    Dn,
    InvalidDn,
    escape_value,
    format_dn,
    leaf,
    normalise_dn,
    parse_dn,
    spelled_leaf,
)

ONE_NAME = [
    [
        r"cn=a\2Cb",
        r"cn=a\,b",
        'CN="a,b"',
        "2.5.4.3=a\\,b",
        "OID.2.5.4.3=a\\2cb",
        "commonName = A\\,B ",
        "oid.2.5.4.3=#0c03612c62",
    ],
    [r"cn=\C3\A9", "cn=é", "cn=É", "cn=e\u0301", r"cn=E\CC\81", "cn=#0c02c3a9", "cn=#1401e9", "cn=#1e0200e9"],
    [
        "uid=A , dc=c",
        "uid=a,dc=c",
        "UID=a;DC=c",
        " uid = a ; domainComponent = C ",
        "userid=a,\n dc=c",
        "uid=a\r\n,dc=c",
    ],
    ["cn=a  b", "cn=a b", r"cn=\ a b\ ", 'cn=" a  b "', "cn=a\u00a0b", r"cn=a\20\20b"],
    ["cn=x+uid=y,o=z", "uid=Y+cn=X,o=z", "userid=y + commonName=x, organizationName=z", "cn=x+uid=y+cn=X,o=z"],
    ["cn=", 'cn=""', "cn= ", r"cn=\20", "cn=#0c00"],
    [r"cn=a\=b", "cn=a=b", r"cn=a\3db"],
    [r"cn=\#a", r"cn=\23a", 'cn="#a"'],
    [r"cn=a\/b", "cn=a/b"],
    ["x-corp=1", "X-Corp=1"],
    ["1.2.3.4=#04024869", "1.2.3.4=Hi", "OID.1.2.3.4=hi"],
    ["cn=#0101FF", "CN=#0101ff"],
]


@pytest.mark.parametrize("spellings", ONE_NAME, ids=lambda spellings: spellings[0])
def test_spellings_of_one_name_have_one_key(spellings: list[str]) -> None:
    """R1."""
    assert {normalise_dn(spelling) for spelling in spellings} == {normalise_dn(spellings[0])}


def test_different_names_have_different_keys() -> None:
    """R2."""
    names = [
        "cn=straße",
        "cn=strasse",
        "cn=a,b=c",
        "cn=a\\,b\\=c",
        "cn=a+b=c",
        "cn=a\\+b\\=c",
        "cn=\\#0101ff",
        "cn=#0101ff",
    ]
    names += ["cn=a\\00b", "cn=ab", "cn=\\ff", "cn=ÿ", "cn=\\\\ff", "cn=a;b=c\\;", "cn=\\5cff\\ff"]
    assert len({normalise_dn(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", ""),
        ("UID=JDoe,OU=People,DC=Example,DC=Com", "uid=jdoe,ou=people,dc=example,dc=com"),
        ("cn=Doe\\, John,ou=x", r"cn=doe\2c john,ou=x"),
        ('cn=a\\+b\\\\c\\"d\\<e\\>f\\;g\\#h=i', r"cn=a\2bb\5cc\22d\3ce\3ef\3bg\23h\3di"),
        ("cn=a\\0Ab\\7f\\C2\\80", r"cn=a b\7f\c2\80"),
        ("cn=\\00", r"cn=\00"),
        ("cn=\\FF", r"cn=\ff"),
        ("cn=，", r"cn=\2c"),
        ("uid=y+cn=x", "cn=x+uid=y"),
        ("GN=A,rfc822Mailbox=a@b,streetAddress=1,surname=x,S=1", "givenname=a,mail=a@b,street=1,sn=x,s=1"),
    ],
)
def test_the_key_is_as_agreed(text: str, key: str) -> None:
    assert normalise_dn(text) == key


@pytest.mark.parametrize(
    "text",
    [
        *(
            " ",
            ",",
            "cn",
            "cn=a,",
            ",cn=a",
            "cn=a,,dc=b",
            "=a",
            "cn=a\\",
            "cn=a\\g",
            "cn=a\\c",
            'cn="a',
            'cn="a"b',
            'cn=a"b',
        ),
        *(
            "cn=#",
            "cn=#0",
            "cn=#0g",
            "cn=#zz",
            "cn=a+",
            "cn=<a>",
            "cn=a\0b",
            "c n=a",
            "é=a",
            "cn=\udce9",
            "cn=a\\é",
            "1.=a",
        ),
        *("1..2=a", ".1=a", "-a=b", "jdoe", "CORP\\jdoe", "jdoe@corp.example", "ſn=a", "cn;lang-de=a"),
    ],
    ids=ascii,
)
def test_what_is_no_dn_is_refused(text: str) -> None:
    with pytest.raises(InvalidDn) as caught:
        normalise_dn(text)
    assert isinstance(caught.value, ProtocolError)


def test_a_refusal_does_not_repeat_the_text() -> None:
    """R15: people type passwords into name fields."""
    with pytest.raises(InvalidDn) as caught:
        normalise_dn("my secret password")
    assert "secret" not in str(caught.value)


def test_length_and_number_of_parts_are_bounded() -> None:
    assert len(parse_dn(",".join(["dc=a"] * MAX_RDNS)).rdns) == MAX_RDNS
    for text in (
        "cn=" + "a" * MAX_LENGTH,
        ",".join(["dc=a"] * (MAX_RDNS + 1)),
        "+".join(["cn=a"] * 17),
        "+".join(["cn=é"] * 999),
    ):
        with pytest.raises(InvalidDn):
            normalise_dn(text)


@pytest.mark.parametrize("tail", ['"', "\\", "#", "+", "<", "=" * 50])
def test_a_long_hostile_text_is_refused_at_once(tail: str) -> None:
    with pytest.raises(InvalidDn):
        normalise_dn("cn=" + " \\ " * 2000 + tail + "\0")


def test_types_and_values_are_kept_as_spelled() -> None:
    dn = parse_dn("CN=Doe\\, J + UserID = x , OID.2.5.4.10=\\C3\\A9")
    assert dn == Dn(((("CN", b"Doe, J"), ("UserID", b"x")), (("OID.2.5.4.10", "é".encode()),)))
    assert format_dn(dn) == "CN=Doe\\, J+UserID=x,OID.2.5.4.10=é"
    assert str(dn) == format_dn(dn)


def test_a_ber_value_that_is_no_string_stays_apart_from_text() -> None:
    value = parse_dn("cn=#0101FF").rdns[0][0][1]
    assert isinstance(value, BerValue)
    assert format_dn(parse_dn("cn=#0101FF")) == "cn=#0101ff"


@pytest.mark.parametrize("ber", ["0c", "0c02c3", "0c0261", "0c80610000", "0cff61", "1301e9", "1e0161", "2403040161"])
def test_broken_ber_is_kept_as_hex(ber: str) -> None:
    assert normalise_dn(f"cn=#{ber}") == f"cn=#{ber}"


def test_a_ber_length_may_be_long() -> None:
    assert normalise_dn("cn=#0c82000161") == "cn=a"


def test_the_leaf_is_normalised_like_a_bare_name() -> None:
    """R1: `uid=JDoe,…` and `JDoe` lead to one person."""
    assert leaf("UserID=JDoe , ou=x") == ("uid", "jdoe")
    assert leaf("cn=Doe\\, John,ou=x") == ("cn", "doe, john")
    assert leaf("uid=y+cn=X,o=z") == leaf("cn=x+uid=y,o=z") == ("cn", "x")
    assert spelled_leaf("UserID=JDoe\\+1 , ou=x") == ("UserID", "JDoe+1")


def test_the_leaf_of_a_value_that_is_not_text_is_its_escaped_form() -> None:
    assert leaf("cn=\\FF") == ("cn", "\\ff")
    assert leaf("cn=#0101FF") == ("cn", "#0101ff")
    assert spelled_leaf("cn=A\\FF") == ("cn", "A\\ff")


def test_the_empty_dn_has_no_leaf() -> None:
    with pytest.raises(InvalidDn):
        leaf("")


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("Doe, John", "Doe\\, John"),
        (" a ", "\\ a\\ "),
        (" ", "\\ "),
        ("#a#", "\\#a#"),
        ("a\0b\n", "a\\00b\\0a"),
        ('+"\\<>;=', '\\+\\"\\\\\\<\\>\\;\\='),
        ("é", "é"),
        (b"\xff", "\\ff"),
        ("", ""),
    ],
)
def test_values_are_escaped_for_templates(value: str | bytes, escaped: str) -> None:
    assert escape_value(value) == escaped


def test_lone_surrogates_cannot_be_escaped() -> None:
    with pytest.raises(InvalidDn):
        escape_value("\ud800")


@given(st.one_of(st.text(), st.binary()))
def test_an_escaped_value_is_read_back(value: str | bytes) -> None:
    plain = value if isinstance(value, bytes) else value.encode()
    assert parse_dn(f"uid={escape_value(value)},dc=x").rdns == ((("uid", plain),), (("dc", b"x"),))


@given(st.text())
def test_an_escaped_name_has_the_leaf_of_the_name(name: str) -> None:
    assert leaf(f"uid={escape_value(name)},dc=x") == ("uid", normalise(name))


_TYPES = st.sampled_from(["cn", "UID", "2.5.4.10", "OID.2.5.4.11", "x-y", "commonName"])
_AVAS = st.tuples(_TYPES, st.one_of(st.text().map(str.encode), st.binary()))
_DNS = st.lists(st.lists(_AVAS, min_size=1, max_size=3).map(tuple), max_size=4).map(lambda rdns: Dn(tuple(rdns)))


@given(_DNS)
def test_a_formatted_dn_is_read_back(dn: Dn) -> None:
    assert parse_dn(format_dn(dn)) == dn


@given(_DNS)
def test_a_key_is_its_own_key_and_commas_separate(dn: Dn) -> None:
    assert normalise_dn(dn.key) == dn.key
    assert dn.key.count(",") == max(len(dn.rdns) - 1, 0)
    parent = Dn(dn.rdns[1:])
    assert not parent.rdns or dn.key.endswith("," + parent.key)


_NOISE = st.text(alphabet=st.sampled_from('cn=uid,;+"\\#0aF <>\té\0\udce9'), max_size=40)


@given(st.one_of(st.text(), _NOISE))
def test_random_text_raises_nothing_but_invalid_dn(text: str) -> None:
    try:
        key = normalise_dn(text)
    except InvalidDn:
        return
    assert normalise_dn(key) == key


@given(st.from_regex(r"(?:cn|uid|OU|Dc)=[A-Za-z0-9._@-]+(?: [a-z]+)?(?:,(?:dc|O)=[a-zA-Z0-9]+)*", fullmatch=True))
def test_the_fast_path_gives_what_the_parser_gives(text: str) -> None:
    assert normalise_dn(text) == parse_dn(text).key


_PLAIN = st.text(alphabet=st.sampled_from('aZé,+;<>"\\'), min_size=1, max_size=8)


@given(st.lists(st.tuples(st.sampled_from(["cn", "O", "organizationalUnitName"]), _PLAIN), min_size=1, max_size=4))
def test_ldap3_reads_the_same_parts_in_what_we_write(parts: list[tuple[str, str]]) -> None:
    """Its values stay escaped (LIBRARIES.md), so they are compared as escaped; it refuses a type that is a number."""
    dn = Dn(tuple(((name, value.encode()),) for name, value in parts))
    theirs = ldap3_parse_dn(format_dn(dn))
    assert [(name, value) for name, value, _ in theirs] == [(name, escape_value(value)) for name, value in parts]


@given(st.text(alphabet=st.sampled_from('abZ ,+=#;<>.é\\"'), max_size=20))
def test_ldaptor_reads_what_we_write(value: str) -> None:
    """ASCII escapes only: ldaptor reads hex escapes of UTF-8 wrongly (LIBRARIES.md)."""
    written = f"cn={escape_value(value)},dc=x"
    try:
        theirs = DistinguishedName(written)
    except InvalidRelativeDistinguishedName:
        assume(False)
    assert theirs.split()[0].split()[0].value == value
