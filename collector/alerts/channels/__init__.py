"""Channels that messages are sent to: a protocol, and one file for each channel."""
