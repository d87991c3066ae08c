"""The sample's products: their names, and how people's mood about them goes."""

from dataclasses import dataclass
from typing import Literal

Mood = Literal["positive", "neutral", "negative"]

# The mood about some products falls for ten days and rises for five, each five days after another.
# So at any time one of them has been falling for five to ten days.
FALL_HOURS, RISE_HOURS = 240, 120
PERIOD_HOURS = FALL_HOURS + RISE_HOURS
SWING = 0.25


@dataclass(frozen=True)
class Product:
    """A product; `id` is that of its subject.

    `name` is how people call it in its own community, `full` how they call it elsewhere. `weight`
    is how often they talk of it elsewhere. The moods are shares (0..1). `swings_from` is the hour
    in which its mood begins to fall, in each period; None if it doesn't.
    """

    id: str
    name: str
    full: str
    weight: float
    positive: float
    negative: float
    swings_from: int | None = None

    def shift(self, hour: int) -> float:
        """Return the share that is positive instead of negative in an hour (counted from 1970)."""
        if self.swings_from is None:
            return 0.0
        place = (hour - self.swings_from) % PERIOD_HOURS
        if place < FALL_HOURS:
            return SWING * (1 - 2 * place / FALL_HOURS)
        return SWING * (2 * (place - FALL_HOURS) / RISE_HOURS - 1)


PRODUCTS = {
    product.id: product
    for product in (
        Product("cursor", "Cursor", "the Cursor editor", 1.5, 0.34, 0.30),
        Product("github-copilot", "Copilot", "GitHub Copilot", 1.2, 0.35, 0.27, 0),
        # The one that people like best.
        Product("claude-code", "Claude Code", "Claude Code", 1.5, 0.75, 0.04),
        Product("claude", "Claude", "Anthropic's Claude", 0.8, 0.40, 0.22),
        Product("codex", "OpenAI Codex", "OpenAI Codex", 1.0, 0.35, 0.28),
        Product("chatgpt", "ChatGPT", "ChatGPT", 1.5, 0.36, 0.26, RISE_HOURS),
        Product("gemini", "Gemini", "Google's Gemini", 0.9, 0.35, 0.28, 2 * RISE_HOURS),
        Product("windsurf", "Windsurf", "the Windsurf editor", 0.7, 0.36, 0.27),
        Product("kiro", "Kiro", "the Kiro IDE", 0.5, 0.38, 0.23),
        Product("jules", "Jules", "Google's Jules", 0.4, 0.38, 0.22),
        Product("amazon-q", "Amazon Q", "Amazon Q Developer", 0.5, 0.28, 0.26),
        Product("cline", "Cline", "Cline", 0.6, 0.38, 0.22),
        Product("aider", "Aider", "Aider", 0.6, 0.40, 0.18),
        Product("zed", "Zed", "the Zed editor", 0.6, 0.40, 0.20),
    )
}


def falling_at(hour: int) -> Product:
    """Return the product whose mood has been falling for five to ten days."""
    return next(
        product
        for product in PRODUCTS.values()
        if product.swings_from is not None
        and FALL_HOURS / 2 <= (hour - product.swings_from) % PERIOD_HOURS < FALL_HOURS
    )
