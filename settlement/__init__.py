"""Who owes whom: keys, the division, the ladder, positions and transfers."""
