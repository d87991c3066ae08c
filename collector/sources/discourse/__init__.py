"""The source of Discourse forums, each at an address of its own."""
