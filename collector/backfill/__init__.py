"""Reads the past of communities, in turns that leave the lease to collection."""
