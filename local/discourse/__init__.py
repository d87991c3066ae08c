"""A stand-in for Discourse: forums with the part of its API that the source uses."""
