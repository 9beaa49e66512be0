"""Groups hold (R18): who is in which, asked of one tree whose entries are in the directory and in the sources.

A package of its own, and not part of the core: it takes filters apart, and the core knows nothing of their syntax.
"""
