"""Monetary-unit sampling (*geldsteekproef*): plan, draw, evaluate, and the dossier of it."""
