"""Arctic Shift as a source."""
