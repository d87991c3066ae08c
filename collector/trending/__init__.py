"""Trending: the terms that stand out, and the topics that they make."""
