"""The sample feed: invented posts and comments about AI developer tools, a function of time."""

from local.sample.feed import SampleFeed, find_sample, sample_objects
from local.sample.stories import Story, stories_between

__all__ = ["SampleFeed", "Story", "find_sample", "sample_objects", "stories_between"]
