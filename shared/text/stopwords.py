"""English words that say nothing about a subject by themselves."""

from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("stopwords.txt")


@lru_cache(maxsize=1)
def stopwords() -> frozenset[str]:
    """Return the listed words, in lower case."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
