"""Questions that a model answers: their documents, their queue, and who answers them."""
