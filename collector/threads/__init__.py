"""Finds what a comment of a thread answers."""
