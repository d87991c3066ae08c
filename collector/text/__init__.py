"""Reads a text: what of it counts as its author's words, and in which language."""
