"""Digests that are sent: definitions, schedules and states, for api and collector."""
