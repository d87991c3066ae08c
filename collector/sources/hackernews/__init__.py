"""The source of Hacker News: searched at Algolia, looked up again at Firebase."""
