"""Code that the collector and the API both need: settings, models and the store."""

__version__ = "0.1.0"
