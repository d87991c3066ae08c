"""Discourse forums, through their JSON."""
