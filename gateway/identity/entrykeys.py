"""What stays the same about an entry that is no person, when it is renamed in its source: the key of its copy here."""

from __future__ import annotations

from gateway.identity.model import Entry
from gateway.identity.search import all_attributes

_KEYS = ("entryUUID", "nsUniqueId", "objectGUID", "GUID", "ipaUniqueID", "ibm-entryUUID")


def key_of(entry: Entry) -> str:
    """The value of the first such attribute as text, else the normalised DN."""
    attributes = all_attributes(entry)
    for name in _KEYS:
        for value in attributes.get(name)[:1]:
            text = value.decode("ascii", "replace")
            return text.lower() if value.isascii() and text.isprintable() else value.hex()
    return entry.dn_key
