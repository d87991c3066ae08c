"""Work that may block: timer and queue functions, and what they do."""
