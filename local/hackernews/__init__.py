"""A stand-in for Hacker News: Algolia's search and Firebase's items, on one server."""
