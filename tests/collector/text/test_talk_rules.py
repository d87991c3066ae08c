"""The rules for the kinds of talk that a text states plainly."""

import pytest

from collector.text.talk_rules import RULES, kinds_by_rules
from shared.kinds import PREDICTED, Talk

SURE = dict.fromkeys(PREDICTED, 1.0)
NEVER = dict.fromkeys(PREDICTED, 0.0)

WITH_KIND: list[tuple[Talk, str]] = [
    ("outage", "Netlify is down again and nobody has said a word"),
    ("outage", "it's been 40 minutes, the api is unreachable"),
    ("outage", "Is the registry down?"),
    ("outage", "They call that elevated error rates"),
    ("outage", "The status page is still all green"),
    ("outage", "Third outage this month"),
    ("request", "Please add a dark theme for the logs"),
    ("request", "[Feature] Sort by date"),
    ("request", "+1 for support of Windows"),
    ("request", "It would be really nice to see the cost first"),
    ("request", "Can we get a list of all sessions?"),
    ("request", "I would love to have folders here"),
    ("request", "pls fix the scrolling"),
    ("request", "Add timeout to the client"),
    ("question", "Has anyone got this to run on ARM?"),
    ("question", "Hi all. Which of these works with Django?"),
    ("question", "How do I stop it? I've read the page twice."),
    ("switch", "We moved our builds away from Jenkins last year"),
    ("switch", "I've dropped Notion"),
    ("switch", "Finally went back to Vim."),
    ("switch", "Back to Firefox, for good"),
    ("switch", "we replaced Redis in production with a table"),
    ("showcase", "Show HN: a clock for your terminal"),
    ("showcase", "I built a small browser extension for that"),
    ("showcase", "Shameless plug: we do that, too"),
    ("showcase", "My weekend project: a map of trains"),
    ("news", "Grafana Labs acquires a small start-up"),
    ("news", "Mozilla to shut down the service in May"),
    ("news", "Deno 3 is out"),
    ("news", "This is fixed in version 4.1"),
    ("news", "They've just released the weights"),
]

WITHOUT_KIND: list[tuple[Talk, str]] = [
    ("outage", "Our bill is down to nine dollars"),
    ("outage", "I sat down again and read it"),
    ("request", "Please be kind to each other"),
    ("request", "Support of my card ended"),
    ("request", "It would be nice weather otherwise"),
    ("question", "I asked how it works, and it told me."),
    ("question", "Nobody knows why it is slow"),
    ("switch", "I left the window open"),
    ("switch", "We moved the button to the left"),
    ("switch", "The file was replaced by a link"),
    ("showcase", "They built a wall around it"),
    ("showcase", "I made a mistake"),
    ("news", "I was out all day"),
    ("news", "The test has been slow since Monday"),
]


@pytest.mark.parametrize(("kind", "words"), WITH_KIND)
def test_plain_words_show_a_kind_that_the_model_holds_possible(kind: Talk, words: str) -> None:
    assert kind in set(kinds_by_rules(words, SURE))
    assert not set(kinds_by_rules(words, NEVER))


@pytest.mark.parametrize(("kind", "words"), WITHOUT_KIND)
def test_words_that_only_look_alike_show_none(kind: Talk, words: str) -> None:
    assert kind not in set(kinds_by_rules(words, SURE))


def test_a_rule_counts_from_its_probability() -> None:
    (rule,) = RULES["question"]
    words = "Has anyone tried it?"
    for probability, kinds in ((rule.least, ["question"]), (rule.least - 0.01, [])):
        assert list(kinds_by_rules(words, {**NEVER, "question": probability})) == kinds


def test_every_rule_asks_the_model() -> None:
    assert {
        kind for kind, rules in RULES.items() for each in rules if not 0 < each.least < 1
    } == set()
