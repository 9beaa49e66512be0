"""From a row to a person: columns by their configured meaning.

Runs in the source's threads; touches no database. A fault names the column and never the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from backends.legacy.sqlsource.fields import AttributeRule, Flag, template_columns
from backends.legacy.sqlsource.names import DnTemplate
from backends.legacy.sqlsource.options import SqlOptions
from backends.legacy.sqlsource.possible import shown_names
from backends.legacy.sqlsource.values import (
    BadValue,
    attribute_values,
    is_one_of,
    moment,
    stored_hash,
    text_of,
    truth,
    uuid_of,
)
from gateway.identity.model import AccountState, Attributes, Identity, Origin, derive_id
from gateway.identity.ports import Account
from gateway.wire.dn import normalise_dn

T = TypeVar("T")


class RowFault(Exception):
    """A row that cannot be used; the text names the column."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row. `index` has the place of each column by its name in lower case, -1 where two have that name."""

    index: Mapping[str, int] = field(repr=False)
    values: Sequence[object] = field(repr=False)

    def read(self, column: str, reader: Callable[[object], T]) -> T:
        """The column's value through `reader`; `RowFault` if there is no such column or the reader refuses."""
        place = self.index.get(column.lower())
        if place is None:
            raise RowFault(f"the statement returns no column {column!r}")
        if place < 0:
            raise RowFault(f"the statement returns the column {column!r} twice: name one of them with AS")
        try:
            return reader(self.values[place])
        except BadValue as why:
            raise RowFault(f"column {column!r}: {why}") from None


def index_columns(names: Iterable[str]) -> dict[str, int]:
    """Places of columns by lower-case name: databases differ in the case that they give back."""
    index: dict[str, int] = {}
    for place, name in enumerate(names):
        index[name.lower()] = -1 if name.lower() in index else place
    return index


def as_is(value: object) -> object:
    """The reader that leaves a value alone."""
    return value


class PersonReader:
    """Reads people out of rows, as one source's options say."""

    def __init__(self, options: SqlOptions) -> None:
        self.template = DnTemplate.parse(options.dn)
        self._source = options.name
        self._columns = options.columns
        self._aliases = options.aliases
        self._classes = tuple(name.encode() for name in options.object_classes)
        leaf, rules = self.template.attribute.lower(), options.attributes.items()
        self._leaf_rules = [attribute_reader(rule) for name, rule in rules if name.lower() == leaf]
        self._rules = [(name, attribute_reader(rule)) for name, rule in rules if name.lower() != leaf]
        self._shows_groups = "memberof" not in {name.lower() for name, _ in self._rules}
        names = ["objectClass", "entryUUID", "memberOf", self.template.attribute, *options.attributes]
        self.shown = shown_names(names)
        self.classes = Attributes([("objectClass", self._classes)])
        group_dn = options.groups.dn if options.groups is not None else None
        self._group = DnTemplate.parse(group_dn) if group_dn is not None else None

    def account(self, record: Record) -> Account:
        """Who this row is."""
        key, name = self._key(record), self._name(record)
        dn_key = normalise_dn(self._dn(name))
        return Account(key, name, Origin(self._source, key), self._read_aliases(record), dn_key)

    def identity(self, record: Record, groups: Sequence[object] = ()) -> Identity:
        """The person of this row. `groups` are the values of the groups' statement."""
        name = self._name(record)
        dn = self._dn(name)
        origin = Origin(self._source, self._key(record))
        named = record.read(self._columns.uuid, uuid_of) if self._columns.uuid is not None else None
        person = named or derive_id(origin)
        shown = self._groups(groups)
        return Identity(
            dn=dn,
            dn_key=normalise_dn(dn),
            attributes=self._attributes(record, name, shown if self._group is not None and self._shows_groups else ()),
            operational=Attributes([("entryUUID", (str(person).encode(),))]),
            id=person,
            name=name,
            origin=origin,
            aliases=self._read_aliases(record),
            groups=shown,
            state=self.state(record),
        )

    def state(self, record: Record) -> AccountState:
        """What the row says besides the password (R7)."""
        columns = self._columns
        return AccountState(
            disabled=_flag(record, columns.disabled),
            locked=_flag(record, columns.locked),
            must_change=_flag(record, columns.must_change),
            expires_at=record.read(columns.expires, moment) if columns.expires is not None else None,
        )

    def stored(self, record: Record) -> tuple[str, str | None]:
        """The stored hash ("" is none) and the salt, where there is a column for it."""
        password, salt = self._columns.password, self._columns.salt
        held = record.read(password, stored_hash) if password is not None else ""
        return held, record.read(salt, stored_hash) if salt is not None else None

    def raw_key(self, record: Record) -> object:
        """The key as the database knows it, for the groups' statement and the next batch of a list."""
        return record.read(self._columns.key, as_is)

    def raw_name(self, record: Record) -> object:
        """The name as the database knows it, for a statement that verifies (R2)."""
        return record.read(self._columns.name, as_is)

    def told(self, record: Record) -> str:
        """Who this row is, in words for an administrator: two rows of one name have one DN, and two keys."""
        try:
            return f"{self._dn(self._name(record))} (key {self._key(record)})"
        except RowFault as fault:
            return f"a row of which {fault}"

    def missing(self, record: Record) -> list[str]:
        """What is wrong with the columns of a row, all of it, for an administrator."""
        faults = []
        readings = [self._key, self._name, self._read_aliases, self.stored, self.state, self.identity]
        for reading in readings:
            try:
                reading(record)
            except RowFault as fault:
                faults.append(str(fault))
        return list(dict.fromkeys(faults))

    def _key(self, record: Record) -> str:
        return filled(record, self._columns.key)

    def _name(self, record: Record) -> str:
        """CHAR columns come padded, and outer blanks never tell two names apart (R1)."""
        return filled(record, self._columns.name).strip()

    def _dn(self, name: str) -> str:
        return self.template.dn(name)

    def _read_aliases(self, record: Record) -> tuple[str, ...]:
        read = (record.read(column, text_of).strip() for column in self._aliases)
        return tuple(dict.fromkeys(alias for alias in read if alias))

    def _groups(self, values: Sequence[object]) -> tuple[str, ...]:
        try:
            names = [name for name in map(text_of, values) if name.strip()]
        except BadValue as why:
            raise RowFault(f"the groups' statement: {why}") from None
        if self._group is not None:
            names = [self._group.dn(name.strip()) for name in names]
        return tuple(dict.fromkeys(names))

    def _attributes(self, record: Record, name: str, groups: Sequence[str]) -> Attributes:
        """The leaf's attribute comes first and always holds the name (RFC 4512 2.3)."""
        own = name.encode()
        further = tuple(value for rule in self._leaf_rules for value in rule(record) if value != own)
        items = [("objectClass", self._classes), (self.template.attribute, (own, *further))]
        items += [(attribute, values) for attribute, rule in self._rules if (values := rule(record))]
        if groups:
            items.append(("memberOf", tuple(group.encode() for group in groups)))
        return Attributes(items)


def filled(record: Record, column: str, nobody: str = "nobody is nameless") -> str:
    """A column that must hold something, as text."""
    found = record.read(column, text_of)
    if not found.strip():
        raise RowFault(f"column {column!r} is empty, and {nobody}")
    return found


def _flag(record: Record, flag: Flag | None) -> bool:
    if flag is None:
        return False
    values = flag.values
    reader = truth if values is None else (lambda value: is_one_of(value, values))
    return record.read(flag.column, reader) is not flag.inverted


def attribute_reader(rule: AttributeRule) -> Callable[[Record], tuple[bytes, ...]]:
    """How one attribute is read, decided once."""
    if rule.constant is not None:
        constant = tuple(value.encode() for value in rule.constant)
        return lambda _: constant
    if rule.template is not None:
        pairs = template_columns(rule.template)
        return lambda record: _filled_in(record, pairs)
    column, split = rule.column or "", rule.split
    if split is None:
        return lambda record: record.read(column, attribute_values)
    divider = split.encode()
    return lambda record: tuple(
        part.strip() for value in record.read(column, attribute_values) for part in value.split(divider) if part.strip()
    )


def _filled_in(record: Record, pairs: Sequence[tuple[str, str]]) -> tuple[bytes, ...]:
    """The template with its columns. Where one is empty there is no value, unless the rest of it is only blanks:
    `{first} {last}` needs one of the two, `{name}@example.com` its name."""
    parts, empty, full = [], False, False
    for fixed, column in pairs:
        parts.append(fixed)
        if column:
            values = record.read(column, attribute_values)
            parts.append(b" ".join(values).decode("utf-8", "replace"))
            empty, full = empty or not values, full or bool(values)
    if empty and (not full or any(fixed.strip() for fixed, _ in pairs)):
        return ()
    text = " ".join("".join(parts).split()) if empty else "".join(parts)
    return (text.encode(),) if text else ()
