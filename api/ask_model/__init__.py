"""Questions that a model answers: what it may read, and the check of each sentence that it says."""
