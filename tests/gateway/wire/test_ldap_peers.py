"""The codec against two that we did not write: what they write we read, what we write they read, to the same meaning.

All three write the shortest form, so a peer that has understood our bytes writes them again just as they were.
"""

from __future__ import annotations

import ldap3_messages
import ldaptor_messages
from hypothesis import given, settings
from ldap3.protocol.rfc4511 import LDAPMessage
from ldap_messages import messages
from pyasn1.codec.ber import decoder

from gateway.wire import messages as m
from gateway.wire.ldap import decode_message, encode_message


@settings(max_examples=300, deadline=None)
@given(messages)
def test_what_ldap3_writes_we_read(message: m.LdapMessage) -> None:
    theirs = ldap3_messages.written(ldap3_messages.message_of(message))
    assert decode_message(theirs) == message
    assert encode_message(message) == theirs


@settings(max_examples=200, deadline=None)
@given(messages.filter(ldap3_messages.readable))
def test_what_we_write_ldap3_reads(message: m.LdapMessage) -> None:
    ours = encode_message(message)
    theirs, rest = decoder.decode(ours, asn1Spec=LDAPMessage())
    assert rest == b""
    assert ldap3_messages.written(theirs) == ours


@settings(max_examples=300, deadline=None)
@given(messages.filter(ldaptor_messages.known))
def test_what_ldaptor_writes_we_read(message: m.LdapMessage) -> None:
    theirs = ldaptor_messages.message_of(message).toWire()
    assert decode_message(theirs) == message
    assert encode_message(message) == theirs


@settings(max_examples=200, deadline=None)
@given(messages.filter(ldaptor_messages.known))
def test_what_we_write_ldaptor_reads(message: m.LdapMessage) -> None:
    ours = encode_message(message)
    assert ldaptor_messages.read(ours).toWire() == ours
