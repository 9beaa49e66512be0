"""Section `access`: what may be asked without a password, in which old ways, and who may do directory work."""

from __future__ import annotations

from gateway.options import Options


class Access(Options):
    """Rights of a connection that has not bound (the root DSE and the schema can always be read), and of some that
    have."""

    anonymous_search: bool = False
    """Whether searching and comparing need no bind."""
    ldapv2: bool = False
    """Whether a bind of version 2 is answered like one of version 3."""
    netscape_controls: bool = True
    """Whether answers to binds have Netscape's two controls for passwords that expire, as from 389 Directory Server."""
    administrators: tuple[str, ...] = ()
    """Login names or DNs of people, and DNs of groups, who may set passwords and change entries."""
