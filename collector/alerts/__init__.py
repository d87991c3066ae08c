"""Alerts: rules are evaluated after cycles, and their incidents are delivered to channels."""
