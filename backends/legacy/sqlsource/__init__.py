"""What a user table means for people: options, statements, rows, passwords. The plug-in is `backends/legacy/sql.py`."""
