"""An asynchronous LDAP client on the project's own codec: connections, pools, servers. It knows nothing of people."""
