"""Backups: every row of every table, exact, in a file that every database can read.

A backup is a ZIP file with ``manifest.json`` and a member ``TABLE.jsonl`` per table: a row a
line, in the order of the primary key, as a JSON array of the columns that the manifest names.
What JSON has no word for is a text: a date as ``2026-01-31``, an instant as
``2026-01-31T12:00:00.000000Z``, bytes in hexadecimal, a UUID with hyphens. So the same rows
make the same bytes on SQLite and on PostgreSQL.

The manifest holds the revision of the tables, the head of every fund's trail, and of every
table its columns, the number of its rows and the SHA-256 of its member. Its own ``sha256`` is
that of its canonical JSON without that member: one figure that stands for the whole backup.
"""
