"""Reads texts: the author's own words, and their language."""
