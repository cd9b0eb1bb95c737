"""Lawfulness: what is found, who accepts it, and by which limits it is accounted for."""
