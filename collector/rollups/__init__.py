"""Statistics by hour and month, recounted from the items, and which posts are copies."""
