"""The revisions, each in a page of its own; none changes once it is published."""
