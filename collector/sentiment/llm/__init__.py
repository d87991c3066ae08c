"""Scores by a language model: what it is asked, what it may answer, and the method that results."""
