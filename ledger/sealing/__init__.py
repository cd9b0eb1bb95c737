"""Sealing: what may have to be erased lies in the database only as bytes that a key opens."""
