"""What a store or the gateway answers to a password: yes, no, not mine, cannot tell (R6)."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.identity.model import Identity


class Reason(enum.Enum):
    """Why an account that is known says no. The value is the word that audit records use."""

    EMPTY_PASSWORD = "empty-password"
    WRONG_PASSWORD = "wrong-password"
    NO_PASSWORD = "no-password"  # the account holds no hash: absence of a hash is a refusal
    DISABLED = "disabled"
    LOCKED = "locked"
    EXPIRED = "expired"
    MUST_CHANGE = "must-change"
    HOURS = "hours"  # a right password, and not at this time
    WORKSTATION = "workstation"  # a right password, and not from there
    AMBIGUOUS = "ambiguous-name"  # one name, more than one person (R2, R4)
    ANOTHER_IDENTITY = "another-identity"  # proved to be one person, and asked to act as another
    REMOVED = "removed"  # a right password in the source, of somebody whom an administrator removed here (R10)
    NAME_MISMATCH = "name-mismatch"  # the source's canonical name is not what was asked (R2)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a source says of a right password besides yes: seconds until it expires, logins that are left although it
    has. The native directory knows of neither."""

    seconds: int | None = None
    grace_logins: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The password is right for this person. From a source it says nothing yet of `identity.state` (R7).

    `significant` is how many bytes of the password the source looked at, where its scheme looks at the first ones only
    (DES crypt 8, bcrypt 72); None is all. The native directory goes on accepting what the source accepted (R14).
    `notice` is passed on to the application.
    """

    identity: Identity
    significant: int | None = None
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The account is known here and says no."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such account here. The only outcome after which the next source is asked (R8)."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Cannot tell: `source` is the store that could not answer; `busy` means over budget, try again soon (R6).

    `untried` is True where the source certainly has not seen the password, so that it cannot have counted it (R20).
    `refused` is True where it has said no, and cannot tell whether to somebody whom it knows: a wrong password, unless
    the name may mean somebody else.
    """

    source: str
    busy: bool = False
    untried: bool = field(default=False, compare=False)
    refused: bool = field(default=False, compare=False)


Outcome = Accepted | Rejected | Unknown | Unavailable
