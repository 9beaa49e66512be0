"""The stores that Bindferry ships with: plug-ins, found by entry point like a stranger's."""
