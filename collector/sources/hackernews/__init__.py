"""Hacker News, through Algolia's search API and the Firebase API."""
