"""From a row to a group: an entry with its members by DN or by login name, as its object classes have it (R18).

Runs in the source's threads; touches no database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from backends.legacy.sqlsource.groupoptions import Groups
from backends.legacy.sqlsource.membership import Shown
from backends.legacy.sqlsource.names import DnTemplate
from backends.legacy.sqlsource.possible import shown_names
from backends.legacy.sqlsource.rows import Record, RowFault, as_is, attribute_reader, filled
from backends.legacy.sqlsource.values import BadValue, text_of, uuid_of
from gateway.identity.model import Attributes, Entry, Origin, derive_id
from gateway.wire.dn import normalise_dn
from gateway.wire.groupclasses import ListName

_GROUP = "group\0"
"""Before a group's key in what its id is derived from: person 5 and group 5 are two."""


class GroupReader:
    """Reads groups out of rows, as one source's options say. `people` is the template of their DNs."""

    def __init__(self, source: str, options: Groups, people: DnTemplate) -> None:
        self._source = source
        self._columns = options.columns
        self._classes = tuple(name.encode() for name in options.object_classes)
        self._rules = [(name, attribute_reader(rule)) for name, rule in options.attributes.items()]
        self._people = people
        self.template = DnTemplate.parse(options.dn or "")
        self.lists = options.listed_in
        names = ["objectClass", "entryUUID", self.template.attribute, *options.attributes, *self.lists]
        classes = Attributes([("objectClass", self._classes)])
        self.shown = Shown(shown_names(names), classes, self.lists, people, self.template)

    def raw_key(self, record: Record) -> object:
        """The key as the database knows it, for the statement `members`."""
        return record.read(self._columns.key or self._columns.name, as_is)

    def entry(self, record: Record, members: Sequence[str] = (), lists: Collection[ListName] = ()) -> Entry:
        """The group with these login names in these lists."""
        name = self._name(record)
        dn = self.template.dn(name)
        items = [("objectClass", self._classes), (self.template.attribute, (name.encode(),))]
        items += [(attribute, values) for attribute, rule in self._rules if (values := rule(record))]
        items += [(one, self._values(one, members)) for one in self.lists if members and one in lists]
        operational = Attributes([("entryUUID", (self._id(record).encode(),))])
        return Entry(dn, normalise_dn(dn), Attributes(items), operational)

    def key_of_name(self, name: object) -> str:
        """The normalised DN of the group that the statement about one person names; "" for a blank."""
        try:
            text = text_of(name).strip()
        except BadValue as why:
            raise RowFault(f"the groups' statement: {why}") from None
        return normalise_dn(self.template.dn(text)) if text else ""

    def _values(self, attribute: ListName, members: Iterable[str]) -> tuple[bytes, ...]:
        if attribute == "memberUid":
            return tuple(name.encode() for name in members)
        return tuple(self._people.dn(name).encode() for name in members)

    def _name(self, record: Record) -> str:
        return filled(record, self._columns.name, "no group is nameless").strip()

    def _id(self, record: Record) -> str:
        named = record.read(self._columns.uuid, uuid_of) if self._columns.uuid is not None else None
        key = filled(record, self._columns.key or self._columns.name, "a group is known by it")
        return str(named or derive_id(Origin(self._source, _GROUP + key)))


def login_names(rows: Iterable[Record]) -> list[str]:
    """Members as the statement `members` names them: by its first column, each once."""
    try:
        names = (text_of(row.values[0]).strip() for row in rows)
        return list(dict.fromkeys(name for name in names if name))
    except BadValue as why:
        raise RowFault(f"the statement `members`: {why}") from None
