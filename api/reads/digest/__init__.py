"""The digest: the period, its sentences, and what it reads of its subjects."""
