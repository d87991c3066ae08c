"""The parts of the soak test: faults, a changing feed, readers, and the comparison at the end."""
