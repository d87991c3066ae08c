"""Titles and texts made from the sample's phrases."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from local.sample import phrases
from local.sample.communities import COMMUNITIES, Community, Mood
from local.sample.stories import Story

LONG_TEXT = 0.15
CODE_SHARE = 0.12
LIST_SHARE = 0.08
LINK_SHARE = 0.06
QUOTE_SHARE = 0.1
STORY_SENTENCE_SHARE = 0.75
NO_TEXT = 0.15
SECOND_SENTENCE = 0.35
RIVALS = ("Windsurf", "Cursor", "Copilot", "a local model", "Claude", "Codex")

STORY_MOODS: dict[str, dict[Mood, float]] = {
    "release": {"positive": 0.7, "neutral": 0.2, "negative": 0.1},
    "outage": {"positive": 0.04, "neutral": 0.2, "negative": 0.76},
    "price": {"positive": 0.1, "neutral": 0.2, "negative": 0.7},
}


@dataclass(frozen=True)
class Subject:
    """The subject of a text: the community's own matters, or a story."""

    community: Community
    story: Story | None = None

    def mood(self, rng: random.Random) -> Mood:
        """Choose a mood."""
        shares = STORY_MOODS[self.story.kind] if self.story else self.community.moods()
        return rng.choices(list(shares), list(shares.values()))[0]


def title(subject: Subject, mood: Mood, rng: random.Random) -> str:
    """Return a title in this mood."""
    known = phrases.STORY_TITLES[subject.story.kind] if subject.story else phrases.TITLES
    return _fill(rng.choice(known[mood]), subject, rng)


def post_text(subject: Subject, mood: Mood, rng: random.Random) -> str:
    """Return a submission's text: some are empty, most have a few sentences, some are long."""
    if rng.random() < NO_TEXT:
        return ""
    extent = rng.randint(8, 14) if rng.random() < LONG_TEXT else rng.randint(1, 4)
    return _text(subject, mood, rng, around=extent)


def comment_text(subject: Subject, mood: Mood, rng: random.Random) -> str:
    """Return a comment of one or a few sentences, sometimes below a quote."""
    extent = rng.choices((0, 1, 3, 6), (50, 25, 20, 5))[0]
    text = _text(subject, mood, rng, around=extent)
    return f"> {rng.choice(phrases.QUOTES)}\n\n{text}" if rng.random() < QUOTE_SHARE else text


def _text(subject: Subject, mood: Mood, rng: random.Random, *, around: int) -> str:
    """Return one or two sentences in the mood, with `around` neutral ones among them."""
    moody = [_sentence(subject, mood, rng) for _ in range(1 + (rng.random() < SECOND_SENTENCE))]
    neutral = [
        _fill(line, subject, rng) for line in rng.sample(phrases.SENTENCES["neutral"], around)
    ]
    sentences = list(dict.fromkeys(moody + neutral))
    rng.shuffle(sentences)
    paragraphs = [" ".join(sentences[n : n + 4]) for n in range(0, len(sentences), 4)]
    extras = (
        (CODE_SHARE, phrases.CODE),
        (LIST_SHARE, phrases.LISTS),
        (LINK_SHARE, phrases.LINKS),
    )
    for share, choices in extras:
        if around and rng.random() < share:
            paragraphs.insert(rng.randint(1, len(paragraphs)), _extra(choices, subject, rng))
    return "\n\n".join(paragraphs)


def _sentence(subject: Subject, mood: Mood, rng: random.Random) -> str:
    story = subject.story
    if story and rng.random() < STORY_SENTENCE_SHARE:
        return _fill(rng.choice(phrases.STORY_SENTENCES[story.kind][mood]), subject, rng)
    return _fill(rng.choice(phrases.SENTENCES[mood]), subject, rng)


def _extra(choices: Sequence[str], subject: Subject, rng: random.Random) -> str:
    chosen = rng.choice(choices)
    # Code has braces of its own.
    return chosen if choices is phrases.CODE else _fill(chosen, subject, rng)


def _fill(template: str, subject: Subject, rng: random.Random) -> str:
    story = subject.story
    chosen = {slot: rng.choice(words) for slot, words in phrases.SLOTS.items()}
    filled = template.format(
        **chosen,
        product=COMMUNITIES[story.subreddits[0]].product if story else subject.community.product,
        phrase=story.phrase if story else "",
        version=story.version if story else "",
        rival=rng.choice(RIVALS),
        slug=f"sample-{rng.randrange(1000, 10000)}",
    )
    return filled[0].upper() + filled[1:]
