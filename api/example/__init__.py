"""The example fund: its files, and what writes statements of its bank account."""
