"""Imports files of items: dumps of Reddit, and lines of our own."""
