"""Section `changes`: what a new password must be like, and who may set it how."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.options import Options, Seconds


class Changes(Options):
    """Changes of passwords through the gateway (R19). Who is an administrator stands in section `access`."""

    minimum_length: Annotated[int, Field(ge=1, le=256)] = 8
    """Characters of a new password."""
    refuse_login_name: bool = True
    """Whether a password that is one of the person's login names is refused."""
    require_old: bool = False
    """Whether people must send the old password with the new one, although they have bound with it."""
    rules_for_administrators: bool = False
    """Whether what administrators set must keep the rules above, too."""
    reset_must_change: bool = False
    """Whether somebody whose password an administrator has set must change it at the next login."""
    wait: Annotated[Seconds, Field(gt=0, le=60)] = 10.0
    """Seconds that a change waits for the move of that person, where it is under way."""
