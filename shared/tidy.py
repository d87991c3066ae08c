"""Makes texts valid for every store."""

# Reddit's limit is 40,000 characters; Cosmos DB's is 2 MB a document.
MAX_CHARACTERS = 100_000


def tidy(text: str) -> str:
    """Return a text without NUL and halves of surrogate pairs, cut at 100,000 characters."""
    whole = text[:MAX_CHARACTERS].replace("\x00", "")
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
