"""The pool's bank account: reading statements, keeping little of them, finding what each line is.

Pure: bytes and values in, values out. ``camt`` reads a file, ``kept`` leaves out what the
fund has no business with, ``matching`` finds what lines are, ``continuity`` what is
missing, ``reconciliation`` sets the account beside the journal.
"""
