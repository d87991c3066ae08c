"""Titles and texts made from the sample's phrases, with the subjects that they name."""

import random
import string
from collections.abc import Sequence
from dataclasses import dataclass

from local.sample import phrases
from local.sample.products import Mood
from local.sample.themes import Theme

LONG_TEXT = 0.15
CODE_SHARE = 0.12
LIST_SHARE = 0.08
LINK_SHARE = 0.06
QUOTE_SHARE = 0.1
STORY_SENTENCE_SHARE = 0.75
COMPARISON_SHARE = 0.12
NO_TEXT = 0.15
SECOND_SENTENCE = 0.35


@dataclass(frozen=True)
class Words:
    """A text, and the ids of the subjects that its author names in it.

    They are those that the slots of its phrases name. What stands in code, quotes and addresses
    names none, and neither does a product's name in another meaning.
    """

    text: str
    names: frozenset[str] = frozenset()


def title(theme: Theme, mood: Mood, rng: random.Random) -> Words:
    """Return a title in this mood."""
    if theme.other:
        return _fill(rng.choice(theme.other.titles), theme, mood, rng)
    known = phrases.COMPARISON_TITLES if theme.rival else phrases.TITLES
    if theme.story:
        known = phrases.STORY_TITLES[theme.story.kind]
    return _fill(rng.choice(known[mood]), theme, mood, rng)


def post_text(theme: Theme, mood: Mood, rng: random.Random) -> Words:
    """Return a submission's text: some are empty, most have a few sentences, some are long."""
    if rng.random() < NO_TEXT:
        return Words("")
    extent = rng.randint(8, 14) if rng.random() < LONG_TEXT else rng.randint(1, 4)
    return _text(theme, mood, rng, around=extent)


def comment_text(theme: Theme, mood: Mood, rng: random.Random) -> Words:
    """Return a comment of one or a few sentences, sometimes below a quote."""
    extent = rng.choices((0, 1, 3, 6), (50, 25, 20, 5))[0]
    text = _text(theme, mood, rng, around=extent)
    if theme.other or rng.random() >= QUOTE_SHARE:
        return text
    return Words(f"> {rng.choice(phrases.QUOTES)}\n\n{text.text}", text.names)


def _text(theme: Theme, mood: Mood, rng: random.Random, *, around: int) -> Words:
    """Return one or two sentences in the mood, with `around` neutral ones among them."""
    if theme.other:
        chosen = rng.sample(theme.other.sentences, rng.choice((1, 2)))
        return _joined(" ", [_fill(line, theme, mood, rng) for line in chosen])
    moody = [_sentence(theme, mood, rng) for _ in range(1 + (rng.random() < SECOND_SENTENCE))]
    lines = rng.sample(phrases.SENTENCES["neutral"], around)
    neutral = [_fill(line, theme, mood, rng) for line in lines]
    sentences = list(dict.fromkeys(moody + neutral))
    rng.shuffle(sentences)
    paragraphs = [_joined(" ", sentences[n : n + 4]) for n in range(0, len(sentences), 4)]
    extras = (
        (CODE_SHARE, phrases.CODE),
        (LIST_SHARE, phrases.LISTS),
        (LINK_SHARE, phrases.LINKS),
    )
    for share, choices in extras:
        if around and rng.random() < share:
            paragraphs.insert(rng.randint(1, len(paragraphs)), _extra(choices, theme, mood, rng))
    return _joined("\n\n", paragraphs)


def _sentence(theme: Theme, mood: Mood, rng: random.Random) -> Words:
    story = theme.story
    known = phrases.SENTENCES
    if story and rng.random() < STORY_SENTENCE_SHARE:
        known = phrases.STORY_SENTENCES[story.kind]
    elif theme.product and rng.random() < COMPARISON_SHARE:
        known = phrases.COMPARISON_SENTENCES
    return _fill(rng.choice(known[mood]), theme, mood, rng)


def _extra(choices: Sequence[str], theme: Theme, mood: Mood, rng: random.Random) -> Words:
    chosen = rng.choice(choices)
    # Code has braces of its own.
    return Words(chosen) if choices is phrases.CODE else _fill(chosen, theme, mood, rng)


def _fill(template: str, theme: Theme, mood: Mood, rng: random.Random) -> Words:
    story, product = theme.story, theme.product
    rival = theme.rival_for(mood, rng)
    filled = template.format(
        **{slot: rng.choice(words) for slot, words in phrases.SLOTS.items()},
        product=theme.name_of(product) if product else theme.community.generic,
        phrase=story.phrase if story else "",
        version=story.version if story else "",
        rival=theme.name_of(rival),
        slug=f"sample-{rng.randrange(1000, 10000)}",
    )
    named = {"product": product, "rival": rival}
    slots = {slot for _, slot, _, _ in string.Formatter().parse(template) if slot}
    names = frozenset(named_one.id for slot in slots if (named_one := named.get(slot)))
    return Words(filled[0].upper() + filled[1:], names)


def _joined(between: str, parts: Sequence[Words]) -> Words:
    names = frozenset[str]().union(*(part.names for part in parts))
    return Words(between.join(part.text for part in parts), names)
