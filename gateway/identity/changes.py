"""What administrators and owners change in the directory, and why it may be refused: values, free of any protocol.

How modifications are applied to an entry is in `applying.py`; who may do what is decided by the front end.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from gateway.errors import DirectoryError
from gateway.identity.model import Entry
from gateway.identity.search import Filter


class Kind(enum.Enum):
    """What is done with the values of an attribute (RFC 4511 4.6, RFC 4525)."""

    ADD = 0
    DELETE = 1
    REPLACE = 2
    INCREMENT = 3


@dataclass(frozen=True, slots=True)
class Modification:
    """One step of a change. Deleting without values deletes the attribute, replacing by none as well (and where there
    is no such attribute, that is no fault)."""

    kind: Kind
    attribute: str
    values: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """The circumstances of a change: `at` is seconds since the epoch, `by` the DN of who does it ("" unknown).

    `assertion` is asked in the same transaction (RFC 4528): if it is not True, nothing is done. `whole`: the entries
    are handed back have the values of all their members; else of none. `revision`: the one that a person must still
    have; `Superseded` where somebody has changed it since.
    """

    at: float
    by: str = ""
    assertion: Filter | None = None
    whole: bool = False
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Password:
    """A stored hash, and how it was made; never shown. `charset` and `significant` are as in `Adoption`."""

    stored: str = field(repr=False)
    charset: str = "latin-1"
    significant: int | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry before and after."""

    before: Entry
    after: Entry


class Fault(enum.Enum):
    """Why a change was refused, each the name of an LDAP result (RFC 4511 appendix A, RFC 4528)."""

    ASSERTION_FAILED = "assertionFailed"
    ENTRY_ALREADY_EXISTS = "entryAlreadyExists"
    ATTRIBUTE_OR_VALUE_EXISTS = "attributeOrValueExists"
    NO_SUCH_ATTRIBUTE = "noSuchAttribute"
    NOT_ALLOWED_ON_RDN = "notAllowedOnRDN"
    NOT_ALLOWED_ON_NON_LEAF = "notAllowedOnNonLeaf"
    CONSTRAINT_VIOLATION = "constraintViolation"
    INVALID_ATTRIBUTE_SYNTAX = "invalidAttributeSyntax"
    OBJECT_CLASS_VIOLATION = "objectClassViolation"
    NAMING_VIOLATION = "namingViolation"


class ChangeRefused(DirectoryError):
    """A change that cannot be: nothing was written. Its text names attributes and DNs, and no value of an attribute."""

    def __init__(self, fault: Fault, text: str) -> None:
        super().__init__(text)
        self.fault = fault
        self.text = text
