"""Reads what a text says: its words as they are scored, its language, and its kind."""
