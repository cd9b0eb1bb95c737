"""The ``overbrug`` command."""
