"""The sample's communities: their activity, their moods and their products."""

from dataclasses import dataclass
from typing import Literal

from shared.settings import DEFAULT_SUBREDDITS

Mood = Literal["positive", "neutral", "negative"]

# Posts per hour over all communities, without stories. With stories there are about 1,500 a week.
POSTS_AN_HOUR = 7.7

# Relative activity of each hour of the day (UTC), highest in American and European working hours.
BUSY = (
    *(0.8, 0.7, 0.6, 0.5, 0.5, 0.5, 0.6, 0.7, 0.9, 1.0, 1.0, 1.1),
    *(1.2, 1.4, 1.6, 1.6, 1.5, 1.5, 1.4, 1.3, 1.2, 1.1, 1.0, 0.9),
)


@dataclass(frozen=True)
class Community:
    """A community. Its posts are in proportion to `weight`; the moods are shares (0..1)."""

    name: str
    product: str
    weight: float
    positive: float
    negative: float

    def moods(self) -> dict[Mood, float]:
        """Return the share of each mood."""
        return {
            "positive": self.positive,
            "neutral": 1 - self.positive - self.negative,
            "negative": self.negative,
        }


COMMUNITIES = {
    community.name: community
    for community in (
        Community("Cursor", "Cursor", 1.5, 0.34, 0.30),
        Community("Bard", "Gemini", 0.8, 0.30, 0.28),
        Community("GithubCopilot", "Copilot", 1.0, 0.33, 0.28),
        Community("claude", "Claude", 1.4, 0.42, 0.22),
        Community("windsurf", "Windsurf", 0.8, 0.36, 0.27),
        Community("ChatGPTCoding", "ChatGPT", 1.2, 0.37, 0.24),
        Community("vibecoding", "the agent", 1.0, 0.46, 0.18),
        Community("aws", "Q Developer", 0.9, 0.28, 0.24),
        Community("programming", "the assistant", 1.3, 0.28, 0.30),
        Community("MachineLearning", "the model", 0.9, 0.30, 0.16),
        Community("artificial", "the model", 0.8, 0.35, 0.25),
        Community("OpenAI", "Codex", 1.2, 0.35, 0.28),
        Community("kiroIDE", "Kiro", 0.6, 0.40, 0.23),
        Community("JulesAgent", "Jules", 0.6, 0.40, 0.22),
    )
}
NUMBER_OF = {name: number for number, name in enumerate(DEFAULT_SUBREDDITS)}
TOTAL_WEIGHT = sum(community.weight for community in COMMUNITIES.values())


def posts_in(community: Community, hour_of_day: int) -> float:
    """Return the expected number of posts in an hour of the day."""
    share = community.weight / TOTAL_WEIGHT
    return POSTS_AN_HOUR * share * BUSY[hour_of_day] / (sum(BUSY) / len(BUSY))
