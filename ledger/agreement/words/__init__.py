"""An agreement in words, subject by subject; no text that people read stands in code."""
