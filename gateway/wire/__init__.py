"""Bytes to typed messages and back, without I/O: the LDAPv3 codec, DNs and filters, for servers and clients alike."""
