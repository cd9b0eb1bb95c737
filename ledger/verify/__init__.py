"""Does the record still fit together? The trail recomputed, and every row held to its event."""
