"""The sample feed: invented posts and comments about AI developer tools, a function of time."""

from local.sample.feed import SampleFeed, find_sample, sample_objects
from local.sample.products import PRODUCTS, falling_at
from local.sample.stories import Story, stories_between
from local.sample.truth import Truth, truth_of

__all__ = [
    "PRODUCTS",
    "SampleFeed",
    "Story",
    "Truth",
    "falling_at",
    "find_sample",
    "sample_objects",
    "stories_between",
    "truth_of",
]
