"""Attacks on the running host, one file a class."""
