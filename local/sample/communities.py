"""The sample's communities: their activity, their moods and their products."""

from dataclasses import dataclass

from local.sample.products import Mood, Product
from shared.default_communities import DEFAULT_SUBREDDITS

# Posts per hour over all communities, without stories. With stories there are about 1,500 a week.
POSTS_AN_HOUR = 7.7

# Shares of moods about an ordinary product in an ordinary community, and the smallest share.
USUALLY_POSITIVE, USUALLY_NEGATIVE, LEAST = 0.35, 0.25, 0.02

# Relative activity of each hour of the day (UTC), highest in American and European working hours.
BUSY = (
    *(0.8, 0.7, 0.6, 0.5, 0.5, 0.5, 0.6, 0.7, 0.9, 1.0, 1.0, 1.1),
    *(1.2, 1.4, 1.6, 1.6, 1.5, 1.5, 1.4, 1.3, 1.2, 1.1, 1.0, 0.9),
)


@dataclass(frozen=True)
class Community:
    """A community. Its posts are in proportion to `weight`.

    `products` are those that it is about, by their ids. One of no product talks of all of them, and
    of `generic` where it names none; `positive` and `negative` are
    shares (0..1).
    """

    name: str
    weight: float
    products: tuple[str, ...] = ()
    generic: str = "the agent"
    positive: float = USUALLY_POSITIVE
    negative: float = USUALLY_NEGATIVE

    def moods(self, product: Product | None, hour: int) -> dict[Mood, float]:
        """Return the share of each mood about a product, or about none, in an hour from 1970."""
        positive, negative = self.positive, self.negative
        if product:
            shift = product.shift(hour)
            positive += product.positive - USUALLY_POSITIVE + shift
            negative += product.negative - USUALLY_NEGATIVE - shift
        positive, negative = max(positive, LEAST), max(negative, LEAST)
        return {"positive": positive, "neutral": 1 - positive - negative, "negative": negative}


COMMUNITIES = {
    community.name: community
    for community in (
        Community("Cursor", 1.5, ("cursor",)),
        Community("Bard", 0.8, ("gemini",)),
        Community("GithubCopilot", 1.0, ("github-copilot",)),
        Community("claude", 1.4, ("claude", "claude-code")),
        Community("windsurf", 0.8, ("windsurf",)),
        Community("ChatGPTCoding", 1.2, (), "the agent", 0.37, 0.24),
        Community("vibecoding", 1.0, (), "the agent", 0.50, 0.16),
        Community("aws", 0.9, (), "the assistant", 0.28, 0.24),
        Community("programming", 1.3, (), "the assistant", 0.26, 0.32),
        Community("MachineLearning", 0.9, (), "the model", 0.30, 0.16),
        Community("artificial", 0.8, (), "the model", 0.35, 0.25),
        Community("OpenAI", 1.2, ("codex", "chatgpt")),
        Community("kiroIDE", 0.6, ("kiro",)),
        Community("JulesAgent", 0.6, ("jules",)),
    )
}
# What people talk of in communities that aren't about one product.
FAVOURITES = {"ChatGPTCoding": "chatgpt", "aws": "amazon-q"}
NUMBER_OF = {name: number for number, name in enumerate(DEFAULT_SUBREDDITS)}
TOTAL_WEIGHT = sum(community.weight for community in COMMUNITIES.values())


def posts_in(community: Community, hour_of_day: int) -> float:
    """Return the expected number of posts in an hour of the day."""
    share = community.weight / TOTAL_WEIGHT
    return POSTS_AN_HOUR * share * BUSY[hour_of_day] / (sum(BUSY) / len(BUSY))
