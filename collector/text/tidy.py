"""Makes texts valid for every store: shared/tidy.py, which the API needs too."""

from shared.tidy import MAX_CHARACTERS, tidy

__all__ = ["MAX_CHARACTERS", "tidy"]
