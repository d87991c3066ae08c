"""Topics: terms that are used more than before, and the items that use them."""
