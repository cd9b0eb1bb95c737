"""Files for other systems."""
