"""Sources of posts and comments: a protocol, and one package for each source."""
