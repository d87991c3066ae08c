"""Writes items that were pushed: by POST, and from files."""
