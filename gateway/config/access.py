"""Section `access`: in which old ways may be asked, and who may do directory work."""

from __future__ import annotations

from gateway.options import Options


class Access(Options):
    """What is the same for all applications; what each may see is in section `applications`."""

    ldapv2: bool = False
    """Whether a bind of version 2 is answered like one of version 3."""
    netscape_controls: bool = True
    """Whether answers to binds have Netscape's two controls for passwords that expire, as from 389 Directory Server."""
    administrators: tuple[str, ...] = ()
    """Login names or DNs of people, and DNs of groups, who may set passwords and change entries."""
