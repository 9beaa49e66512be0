"""A source plug-in for Bindferry: people in a passwd-like file. Written to be read, copied and changed."""
