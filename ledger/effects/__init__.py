"""What avoided events are expected to save whom: the effect catalogue and its sums."""
