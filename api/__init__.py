"""The ways in. Only here are clock, environment, network and files touched."""
