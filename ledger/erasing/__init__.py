"""Erasing: what may have to be erased goes for good, from every backup too; the proof stays."""
