"""A stand-in for the part of GitHub's API that the collector uses."""
