"""The themes of the sample's threads: a product, two of them, a story, or something else."""

import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from local.sample.communities import COMMUNITIES, FAVOURITES, Community
from local.sample.other_meanings import OTHER_MEANINGS, OtherMeaning
from local.sample.products import PRODUCTS, Mood, Product
from local.sample.stories import Story

# Shares of ordinary threads.
COMPARES = 0.12
MEANS_OTHER = 0.1
NAMES_NOTHING = 0.3
FAVOURITE = 0.4

STORY_MOODS: dict[str, dict[Mood, float]] = {
    "release": {"positive": 0.7, "neutral": 0.2, "negative": 0.1},
    "outage": {"positive": 0.04, "neutral": 0.2, "negative": 0.76},
    "price": {"positive": 0.1, "neutral": 0.2, "negative": 0.7},
}


@dataclass(frozen=True)
class Theme:
    """The theme of a thread; `hour` is that of its post (counted from 1970).

    `rival` is what its title compares the product with. `other` uses a product's name in another
    meaning.
    """

    community: Community
    hour: int
    product: Product | None = None
    rival: Product | None = None
    story: Story | None = None
    other: OtherMeaning | None = None

    def mood(self, rng: random.Random) -> Mood:
        """Choose a mood."""
        if self.other:
            return "neutral"
        shares = self.community.moods(self.product, self.hour)
        if self.story:
            shares = STORY_MOODS[self.story.kind]
        return rng.choices(list(shares), list(shares.values()))[0]

    def rival_for(self, mood: Mood, rng: random.Random) -> Product:
        """Return another product that is named in a text of this mood.

        What people feel about a product shows in how often such a text names it.
        """
        if self.rival:
            return self.rival
        but = self.product.id if self.product else None
        others, weights = _rivals(self.community.name, but, self.hour, mood)
        return rng.choices(others, cum_weights=weights)[0]

    def name_of(self, product: Product) -> str:
        """Return the name of a product as this community uses it."""
        return product.name if product.id in self.community.products else product.full


@lru_cache(maxsize=8192)
def _rivals(
    community: str, but: str | None, hour: int, mood: Mood
) -> tuple[list[Product], list[float]]:
    """Return the products but one, and how often texts of a mood name them, cumulated."""
    others = [each for each in PRODUCTS.values() if each.id != but]
    moods = [COMMUNITIES[community].moods(each, hour)[mood] for each in others]
    weights = (each.weight * share for each, share in zip(others, moods, strict=True))
    return others, list(accumulate(weights))


def story_theme(community: Community, hour: int, story: Story) -> Theme:
    """Return the theme of a story's post in a community."""
    home = COMMUNITIES[story.subreddits[0]]
    return Theme(community, hour, PRODUCTS[home.products[0]], story=story)


def choose_theme(community: Community, hour: int, rng: random.Random) -> Theme:
    """Choose the theme of an ordinary thread."""
    chance = rng.random()
    if chance < COMPARES:
        product = _product(community, rng)
        return Theme(community, hour, product, rival=_product_but(product, rng))
    if community.products:
        return Theme(community, hour, _product(community, rng))
    if chance < COMPARES + MEANS_OTHER and community.name not in FAVOURITES:
        return Theme(community, hour, other=rng.choice(OTHER_MEANINGS))
    if chance < COMPARES + MEANS_OTHER + NAMES_NOTHING:
        return Theme(community, hour)
    return Theme(community, hour, _product(community, rng))


def _product(community: Community, rng: random.Random) -> Product:
    if community.products:
        return PRODUCTS[rng.choice(community.products)]
    favourite = FAVOURITES.get(community.name)
    if favourite and rng.random() < FAVOURITE:
        return PRODUCTS[favourite]
    return _product_but(None, rng)


def _product_but(product: Product | None, rng: random.Random) -> Product:
    others = [each for each in PRODUCTS.values() if each != product]
    return rng.choices(others, [each.weight for each in others])[0]
