"""Where posts and comments come from: a protocol, and one package for each source."""
