"""The version of the package: that of the app whose API it was made for."""

__version__ = "0.1.0"
