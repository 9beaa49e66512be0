"""Section `groups`: how who is in which group is shown, and how groups come along when their members move."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gateway.options import Options, Seconds
from gateway.wire.groupclasses import GROUP_CLASSES, LISTS, ListName

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")]


class Groups(Options):
    """Groups hold while their members move (R18)."""

    member_of: Literal["computed", "stored"] = "computed"
    """Computed from the groups that list an entry, or what the source showed when the person moved."""
    nested: bool = False
    """Whether memberOf names groups of groups, too, as 389 Directory Server's plug-in can."""
    object_classes: Annotated[tuple[Name, ...], Field(min_length=1)] = GROUP_CLASSES
    """What entries that list members are called."""
    lists: Annotated[tuple[ListName, ...], Field(min_length=1)] = LISTS
    """The attributes that make somebody a member: those that the old store's own memberOf goes by."""
    patience: Annotated[Seconds, Field(gt=0, le=60)] = 5.0
    """Seconds that the stores have for one question about groups."""
    carry: bool = True
    """Whether groups are copied into the directory when one of their members moves."""
    refresh: Annotated[Seconds, Field(gt=0)] = 3600.0
    """Seconds after which a group that was copied is copied again."""
