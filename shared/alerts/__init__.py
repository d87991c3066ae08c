"""Alerts: rules, what their conditions find in stored hours, states, incidents, and messages."""
