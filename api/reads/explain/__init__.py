"""Explains the change of a scope: its parts, a sentence, and the items they rest on."""
