"""The kind of talk of an item: labels, and how well methods tell it (docs/kinds.md)."""
