"""A small transformer encoder that scores a text, and what it says of one thing that it names."""
