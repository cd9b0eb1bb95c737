"""The pool's bank account on record: statements imported, matched, explained and reconciled.

``ledger.bank`` decides what is kept of a file and what a line is, without a database; here
that is written down, one event an act. Of a line nothing about people is stored: no name,
no text, no IBAN but that of a participant which paid in. What is stored of the fund's own
is the reference that a line names: the fund gave it out, it says which organisation pays
which settlement, and a line that is still open must be known by it when the file is gone.
"""
