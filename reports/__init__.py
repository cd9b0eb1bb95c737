"""Read-only pictures of the ledger and its settlements: files, charts, statements."""
