"""What LDAP answers mean for people: options, entries, verdicts, searches. Connections are in `ldapclient`."""
