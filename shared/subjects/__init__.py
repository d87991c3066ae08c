"""Subjects: the watchlist, its rules, and what matches them."""
