"""`ldapclient.facts`: attribute type descriptions of real servers."""

from __future__ import annotations

from backends.legacy.ldapclient.facts import Facts, usages

OPENLDAP = b"( 1.3.6.1.1.16.4 NAME 'entryUUID' DESC 'UUID' NO-USER-MODIFICATION USAGE directoryOperation )"
ALIASED = b"( 2.5.4.3 NAME ( 'cn' 'commonName' ) DESC 'USAGE directoryOperation, it says' SUP name )"
VENDOR = b"( nsUniqueId-oid NAME 'nsUniqueId' DESC '389' X-ORIGIN ( 'a' 'USAGE no' ) USAGE dSAOperation )"


def test_names_oids_and_usages_are_read() -> None:
    assert dict(usages([OPENLDAP, ALIASED, VENDOR, b"garbage \xff"])) == {
        "1.3.6.1.1.16.4": True,
        "entryuuid": True,
        "2.5.4.3": False,
        "cn": False,
        "commonname": False,
        "nsuniqueid-oid": True,
        "nsuniqueid": True,
    }


def test_the_servers_word_counts_and_ours_where_it_keeps_silent() -> None:
    facts = Facts(operational={"entryuuid": False})
    assert not facts.is_operational("entryUUID")
    assert facts.is_operational("createTimestamp;x-y")
    assert not facts.is_operational("unheardOf")
