"""Privacy: reading is an act, a case may be restricted, and whoever it is about may ask for all."""
