"""Bindferry: a gateway that carries people out of old user stores at their first right password."""

__version__ = "0.1.0"
