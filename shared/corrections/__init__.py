"""Corrections by people: what they change in an item, their documents, and their queue."""
