"""Section `access`: what may be asked without a password."""

from __future__ import annotations

from gateway.options import Options


class Access(Options):
    """Rights of a connection that has not bound; the root DSE and the schema can always be read."""

    anonymous_search: bool = False
    """Whether searching and comparing need no bind."""
