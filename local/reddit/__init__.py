"""A stand-in for Reddit: the part of its API that the collector and PRAW use, over HTTP."""
