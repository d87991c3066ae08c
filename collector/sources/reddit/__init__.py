"""Reddit as a source, through PRAW."""
