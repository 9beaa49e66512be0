"""The codec against bytes worked out by hand from RFC 4511, against itself, and against noise."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ldap_messages import messages

from gateway.errors import ProtocolError
from gateway.wire import messages as m
from gateway.wire.filter import (
    And,
    Approx,
    Equal,
    Extensible,
    Filter,
    GreaterOrEqual,
    LessOrEqual,
    Not,
    Or,
    Present,
    Substrings,
)
from gateway.wire.filter_codec import MAX_DEPTH
from gateway.wire.ldap import (
    UnusableRequest,
    decode_message,
    encode_encoded,
    encode_entry,
    encode_message,
    encode_operation,
)

OK = m.LdapResult(m.ResultCode.SUCCESS)
REFERRED = m.LdapResult(m.ResultCode.NO_SUCH_OBJECT, "dc=x", "gone", ("ldap://a/", "ldap://b/"))
CN_A = (("cn", (b"a",)),)
REPLACE_CN = m.Change(m.ModifyOperation.REPLACE, "cn", (b"a",))
DELETE_CN = m.Change(m.ModifyOperation.DELETE, "cn", ())

OPERATIONS: list[tuple[str, m.Operation]] = [
    ("60 0f 020103 0404636e3d61 800470617373", m.BindRequest(3, "cn=a", m.SimpleAuthentication(b"pass"))),
    ("60 07 020103 0400 8000", m.BindRequest(3, "", m.SimpleAuthentication(b""))),
    ("60 0e 020103 0400 a307 0405504c41494e", m.BindRequest(3, "", m.SaslAuthentication("PLAIN"))),
    ("60 10 020103 0400 a309 0405504c41494e 0400", m.BindRequest(3, "", m.SaslAuthentication("PLAIN", b""))),
    ("61 07 0a0100 0400 0400", m.BindResponse(OK)),
    ("61 0a 0a010e 0400 0400 870178", m.BindResponse(m.LdapResult(14), b"x")),
    ("42 00", m.UnbindRequest()),
    (
        "63 23 040464633d78 0a0102 0a0103 020164 02013c 0101ff 8702636e 3008 0402736e 0402636e",
        m.SearchRequest("dc=x", m.Scope.SUBTREE, Present("cn"), ("sn", "cn"), 3, 100, 60, True),
    ),
    ("64 08 040464633d78 3000", m.SearchResultEntry("dc=x", ())),
    ("64 13 040464633d78 300b 3009 0402636e 3103 040161", m.SearchResultEntry("dc=x", CN_A)),
    (
        "64 15 040464633d78 300d 300b 0402636e 3105 040161 0400",
        m.SearchResultEntry("dc=x", (("cn", (b"a", b"")),)),
    ),
    ("65 07 0a0100 0400 0400", m.SearchResultDone(OK)),
    (
        "65 27 0a0120 040464633d78 0404676f6e65 a316 04096c6461703a2f2f612f 04096c6461703a2f2f622f",
        m.SearchResultDone(REFERRED),
    ),
    ("73 0b 04096c6461703a2f2f612f", m.SearchResultReference(("ldap://a/",))),
    ("66 18 040464633d78 3010 300e 0a0102 3009 0402636e 3103 040161", m.ModifyRequest("dc=x", (REPLACE_CN,))),
    ("66 15 040464633d78 300d 300b 0a0101 3006 0402636e 3100", m.ModifyRequest("dc=x", (DELETE_CN,))),
    ("67 07 0a0135 0400 0400", m.ModifyResponse(m.LdapResult(m.ResultCode.UNWILLING_TO_PERFORM))),
    ("68 13 040464633d78 300b 3009 0402636e 3103 040161", m.AddRequest("dc=x", CN_A)),
    ("69 07 0a0144 0400 0400", m.AddResponse(m.LdapResult(m.ResultCode.ENTRY_ALREADY_EXISTS))),
    ("4a 04 64633d78", m.DelRequest("dc=x")),
    ("6b 07 0a0100 0400 0400", m.DelResponse(OK)),
    ("6c 0f 040464633d78 0404636e3d62 0101ff", m.ModifyDnRequest("dc=x", "cn=b", True)),
    ("6c 15 040464633d78 0404636e3d62 010100 800464633d79", m.ModifyDnRequest("dc=x", "cn=b", False, "dc=y")),
    ("6d 07 0a0100 0400 0400", m.ModifyDnResponse(OK)),
    ("6e 0f 040464633d78 3007 0402636e 040161", m.CompareRequest("dc=x", "cn", b"a")),
    ("6f 07 0a0106 0400 0400", m.CompareResponse(m.LdapResult(m.ResultCode.COMPARE_TRUE))),
    ("50 01 05", m.AbandonRequest(5)),
    ("50 02 0100", m.AbandonRequest(256)),
    ("77 05 8003312e32", m.ExtendedRequest("1.2")),
    ("77 07 8003312e32 8100", m.ExtendedRequest("1.2", b"")),
    ("78 07 0a0100 0400 0400", m.ExtendedResponse(OK)),
    ("78 0f 0a0100 0400 0400 8a03312e32 8b0178", m.ExtendedResponse(OK, "1.2", b"x")),
    ("78 0a 0a0100 0400 0400 8b0178", m.ExtendedResponse(OK, None, b"x")),
    ("79 00", m.IntermediateResponse()),
    ("79 08 8003312e32 810178", m.IntermediateResponse("1.2", b"x")),
]

FILTERS: list[tuple[str, Filter]] = [
    ("a0 0f a307 0402636e 040161 a204 8702636e", And((Equal("cn", b"a"), Not(Present("cn"))))),
    ("a1 04 8702636e", Or((Present("cn"),))),
    ("a0 00", And(())),
    ("a1 00", Or(())),
    ("a4 0f 0402636e 3009 800161 810162 820163", Substrings("cn", b"a", (b"b",), b"c")),
    ("a4 09 0402636e 3003 810162", Substrings("cn", None, (b"b",), None)),
    ("a5 07 0402636e 040161", GreaterOrEqual("cn", b"a")),
    ("a6 07 0402636e 040161", LessOrEqual("cn", b"a")),
    ("a8 07 0402636e 040161", Approx("cn", b"a")),
    ("a9 0f 8103312e32 8202636e 830161 8401ff", Extensible("1.2", "cn", b"a", True)),
    ("a9 07 8202636e 830161", Extensible(None, "cn", b"a", False)),
    ("a9 08 8103312e32 830161", Extensible("1.2", None, b"a", False)),
]


def enveloped(operation: str, controls: str = "") -> bytes:
    body = bytes.fromhex("020105" + operation + controls)
    return bytes([0x30, 0x81, len(body)]) + body


def search(item: str) -> bytes:
    """A whole search for a filter of less than 100 octets."""
    contents = bytes.fromhex("0400 0a0100 0a0100 020100 020100 010100" + item + "3000")
    return enveloped(f"63 81{len(contents):02x}" + contents.hex())


def searched(data: bytes) -> Filter:
    operation = decode_message(data).operation
    assert isinstance(operation, m.SearchRequest)
    return operation.filter


@pytest.mark.parametrize(("encoded", "operation"), OPERATIONS)
def test_every_operation_is_read_and_written_as_the_rfc_has_it(encoded: str, operation: m.Operation) -> None:
    assert encode_operation(operation) == bytes.fromhex(encoded)
    assert decode_message(enveloped(encoded)) == m.LdapMessage(5, operation)


@pytest.mark.parametrize(("encoded", "item"), FILTERS)
def test_every_filter_is_read_and_written_as_the_rfc_has_it(encoded: str, item: Filter) -> None:
    assert searched(search(encoded)) == item
    assert bytes.fromhex(encoded) in encode_operation(m.SearchRequest("", 0, item))


@settings(max_examples=300)
@given(messages)
def test_what_we_write_we_read(message: m.LdapMessage) -> None:
    assert decode_message(encode_message(message)) == message


def test_a_whole_message_with_controls() -> None:
    data = bytes.fromhex("30 1a 020105 4200 a013 300a 0403312e32 0101ff 0400 3005 0403312e33")
    controls = (m.Control("1.2", True, b""), m.Control("1.3"))
    message = m.LdapMessage(5, m.UnbindRequest(), controls)
    assert decode_message(data) == message
    assert encode_message(message) == data


def test_codes_that_are_known_have_their_name_and_others_stay_integers() -> None:
    def code(octet: str) -> int:
        operation = decode_message(enveloped(f"65 07 0a01{octet} 0400 0400")).operation
        assert isinstance(operation, m.SearchResultDone)
        return operation.result.code

    assert code("31") is m.ResultCode.INVALID_CREDENTIALS
    assert type(code("7e")) is int


def test_an_entry_is_encoded_once_and_sent_often() -> None:
    kept = encode_entry("dc=x", [("cn", [b"a"])])
    entry = m.SearchResultEntry("dc=x", CN_A)
    assert encode_encoded(300, kept) == encode_message(m.LdapMessage(300, entry))
    controls = (m.Control("1.2"),)
    assert decode_message(encode_encoded(7, kept, controls)) == m.LdapMessage(7, entry, controls)


@pytest.mark.parametrize(
    "encoded",
    [
        "30 84 00000010 02 01 05 60 84 00000007 020103 0400 8000",
        "30 0e 02020005 6008 020103 048100 8000",
    ],
)
def test_lengths_and_integers_longer_than_needed_are_accepted(encoded: str) -> None:
    """Active Directory and its clients send every length in four octets."""
    bind = m.BindRequest(3, "", m.SimpleAuthentication(b""))
    assert decode_message(bytes.fromhex(encoded)) == m.LdapMessage(5, bind)


@pytest.mark.parametrize(
    ("encoded", "item"),
    [
        ("a9 0a 8202636e 830161 840100", Extensible(None, "cn", b"a", False)),
        ("a9 0a 8202636e 830161 840101", Extensible(None, "cn", b"a", True)),
        ("a3 0a 0402636e 040161 850178", Equal("cn", b"a")),
    ],
)
def test_filters_in_other_words(encoded: str, item: Filter) -> None:
    assert searched(search(encoded)) == item


@pytest.mark.parametrize(
    ("operation", "controls"),
    [
        ("42 00", "a1020500"),
        ("42 00", "a009 3007 0403312e32 8500"),
        ("60 0a 020103 0400 8000 850178", ""),
        ("60 11 020103 0400 a307 0405504c41494e 850178", ""),
        ("65 0a 0a0100 0400 0400 850178", ""),
        ("61 0a 0a0100 0400 0400 850178", ""),
        ("77 08 8003312e32 850178", ""),
        ("78 0a 0a0100 0400 0400 850178", ""),
        ("79 03 850178", ""),
        ("6c 12 040464633d78 0404636e3d62 0101ff 850178", ""),
        ("6e 12 040464633d78 3007 0402636e 040161 850178", ""),
        ("6e 12 040464633d78 300a 0402636e 040161 850178", ""),
        ("64 0b 040464633d78 3000 850178", ""),
        ("68 0b 040464633d78 3000 850178", ""),
        ("66 0b 040464633d78 3000 850178", ""),
    ],
)
def test_components_of_a_later_ldap_are_ignored(operation: str, controls: str) -> None:
    """RFC 4511 section 4: trailing components of a SEQUENCE with an unknown tag MUST be ignored."""
    assert decode_message(enveloped(operation, controls)).id == 5


@pytest.mark.parametrize(
    "operation",
    [
        "42 01 00",  # NULL with contents
        "62 00",  # Unbind, constructed
        "7f 24 00",  # a tag of more than one octet
        "5e 00",  # no operation of this number
        "30 00",
        "60 00",
        "60 0a 020103 0400 8000 040178",  # garbage behind the password
        "60 09 020103 0400 8000 8000",  # a second password
        "60 08 020103 0400 8000 00",
        "60 07 020103 0400 8001",  # a password beyond its request
        "60 08 020103 0400 8001",  # and beyond its message
        "60 07 020103 2400 8000",  # a string in pieces
        "60 09 020103 0480 0000 8000",  # indefinite
        "60 05 020103 0400",  # no authentication
        "60 07 0201ff 0400 8000",  # version -1
        "61 09 0a0100 0400 0400 a300",  # no referral in the referral
        "65 0a 0a0100 0400 0400 870178 00",
        "65 04 0a0100 0400",
        "65 07 020100 0400 0400",  # INTEGER for ENUMERATED
        "73 00",  # a reference to nowhere
        "64 08 040464633d78 3100",  # SET for SEQUENCE
        "64 0c 040464633d78 3004 30020400",  # an attribute without values
        "66 0d 040464633d78 3005 3003 0a0102",
        "50 00",
        "50 05 0100000000",
        "77 00",
        "77 0a 8003312e32 8003312e32",
    ],
)
def test_malformed_operations_are_refused(operation: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode_message(enveloped(operation))
    assert not isinstance(caught.value, UnusableRequest)


@pytest.mark.parametrize(
    "controls",
    [
        "0400",  # universal element behind the operation
        "00",
        "a0020400",  # no control in the controls
        "a000 a000",  # twice
        "a005 3003 0101ff",  # no type
        "a009 3007 0403312e32 0500",
        "a00b 3009 0403312e32 0102ffff",
        "a00b 3009 0403312e32 0400 0400",  # two values
        "a00c 300a 0403312e32 0400 0101ff",  # out of order
    ],
)
def test_malformed_controls_are_refused(controls: str) -> None:
    with pytest.raises(ProtocolError):
        decode_message(enveloped("42 00", controls))


@pytest.mark.parametrize(
    "data",
    [
        "",
        "30",
        "3000",
        "3003 020105",
        "3005 020105 4200 00",  # more than one message
        "3006 020105 4200",  # less than one
        "3105 020105 4200",
        "3080 020105 4200 0000",
        "3005 0201ff 4200",
        "3009 02050080000000 4200",
        "3005 0a0105 4200",
        "3004 0200 4200",
    ],
)
def test_malformed_envelopes_are_refused(data: str) -> None:
    with pytest.raises(ProtocolError):
        decode_message(bytes.fromhex(data))


@pytest.mark.parametrize(
    "item",
    [
        "a200",  # Not of nothing
        "a208 8702636e 8702636e",  # Not of two
        "a4 06 0402636e 3000",  # no substrings
        "a4 0c 0402636e 3006 820161 810162",  # final before any
        "a4 0c 0402636e 3006 800161 800162",  # two initials
        "a4 0c 0402636e 3006 820161 820162",  # two finals
        "a4 09 0402636e 3003 830161",
        "a3 04 0402636e",  # no value
        "a3 09 0402636e 040161 0400",
        "a9 04 8202636e",  # no value
        "a0 05 8702636e 00",
        "a0 04 8703636e",
    ],
)
def test_malformed_filters_are_refused(item: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode_message(search(item))
    assert not isinstance(caught.value, UnusableRequest)


@pytest.mark.parametrize("item", ["aa00", "8a0178", "a9 03 830161", "a702636e"])
def test_filters_that_ldap_does_not_know_can_be_answered(item: str) -> None:
    """RFC 4511 4.1.1: not a reason to hang up."""
    with pytest.raises(UnusableRequest) as caught:
        decode_message(search(item))
    answer = caught.value.answer
    assert answer is not None
    assert answer.id == 5
    assert isinstance(answer.operation, m.SearchResultDone)
    assert answer.operation.result.code is m.ResultCode.PROTOCOL_ERROR


@pytest.mark.parametrize("field", ["0a0104 0a0100", "0a0102 0a0104"])
def test_an_unknown_scope_or_alias_rule_can_be_answered(field: str) -> None:
    with pytest.raises(UnusableRequest, match="scope or alias"):
        decode_message(enveloped("63 17 0400" + field + "020100 020100 010100 8702636e 3000"))


def test_an_unknown_authentication_choice_is_answered_with_its_own_code() -> None:
    """Microsoft's Sicily is [9] to [11]. RFC 4511 4.2: authMethodNotSupported."""
    with pytest.raises(UnusableRequest) as caught:
        decode_message(enveloped("60 07 020103 0400 8900"))
    assert caught.value.answer == m.LdapMessage(
        5, m.BindResponse(m.LdapResult(m.ResultCode.AUTH_METHOD_NOT_SUPPORTED, diagnostic=str(caught.value)))
    )


def nested(levels: int) -> Filter:
    item: Filter = Present("cn")
    for _ in range(levels):
        item = Not(item)
    return item


def test_filters_may_be_nested_up_to_a_limit() -> None:
    message = m.LdapMessage(1, m.SearchRequest("", 0, nested(MAX_DEPTH)))
    assert decode_message(encode_message(message)) == message


def test_a_filter_nested_more_deeply_is_neither_written_nor_read() -> None:
    """A thousand and more levels are no RecursionError, and can be answered."""
    with pytest.raises(UnusableRequest, match="deep"):
        encode_message(m.LdapMessage(1, m.SearchRequest("", 0, nested(MAX_DEPTH + 1))))
    item = bytes.fromhex("8702636e")
    for _ in range(20_000):
        item = b"\xa0\x84" + len(item).to_bytes(4, "big") + item
    body = bytes.fromhex("0400 0a0100 0a0100 020100 020100 010100") + item + b"\x30\x00"
    with pytest.raises(UnusableRequest, match="deep") as caught:
        decode_message(encode_encoded(1, b"\x63\x84" + len(body).to_bytes(4, "big") + body))
    assert caught.value.answer is not None


def test_names_that_are_not_utf8_come_back_as_they_came() -> None:
    data = enveloped("4a 04 63 6e 3d ff")
    operation = decode_message(data).operation
    assert operation == m.DelRequest("cn=\udcff")
    assert encode_operation(operation) == data[6:]


def test_no_password_is_in_a_fault() -> None:
    """R15: texts of faults go to the peer and into the log."""
    with pytest.raises(ProtocolError) as caught:
        decode_message(enveloped("60 0e 020103 0400 8006736563726574 00"))
    assert "secret" not in str(caught.value)


@given(st.binary(max_size=60), st.booleans())
def test_noise_raises_nothing_but_protocol_errors(noise: bytes, wrapped: bool) -> None:
    data = encode_encoded(1, noise) if wrapped else noise
    with contextlib.suppress(ProtocolError):
        decode_message(data)


@settings(max_examples=400)
@given(messages, st.data())
def test_damaged_messages_raise_nothing_but_protocol_errors(message: m.LdapMessage, data: st.DataObject) -> None:
    damaged = bytearray(encode_message(message))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(damaged) - 1)))
        length = data.draw(st.integers(0, 6))
        match data.draw(st.sampled_from(["change", "cut", "insert", "remove", "repeat"])):
            case "change":
                damaged[at : at + 1] = data.draw(st.binary(min_size=1, max_size=1))
            case "cut":
                del damaged[at:]
            case "insert":
                damaged[at:at] = data.draw(st.binary(max_size=6))
            case "remove":
                del damaged[at : at + length]
            case "repeat":
                damaged[at:at] = damaged[at : at + length]
    with contextlib.suppress(ProtocolError):
        decode_message(bytes(damaged))
