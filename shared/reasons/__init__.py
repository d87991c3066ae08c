"""Reasons of a change: what made it in words, and the items that it rests on. Pure functions."""
