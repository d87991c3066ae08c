"""Exports of everything, and their import."""
