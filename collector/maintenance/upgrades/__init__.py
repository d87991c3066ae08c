"""Upgrades of a database to the stored shapes of another version, and back."""
