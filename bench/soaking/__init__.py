"""The parts of the soak: a feed that goes on, readers, kills, and the truth at the end."""
