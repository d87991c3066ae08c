"""The watchlist at work: which subjects items are about."""
