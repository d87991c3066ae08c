"""One collection cycle: read, compare, write, recount, sweep."""
