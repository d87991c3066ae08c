"""Answers in other forms: CSV, NDJSON and Atom."""
