"""The sentiment of a text, by the method that SENTIMENT_METHOD names."""
