"""Actions: requests that change something."""
