"""Reads texts: one spelling, and what of them counts as their author's own words."""

from shared.text.spelling import folded, normalised, unescaped

__all__ = ["folded", "normalised", "unescaped"]
