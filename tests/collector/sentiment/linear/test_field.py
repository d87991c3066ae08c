"""Texts of this field, in which a plain fact is a complaint or praise."""

import pytest

from collector.sentiment.registry import method_named

LINEAR = method_named("linear")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Cursor is down again", "negative"),
        ("Hit the weekly limit on a Tuesday", "negative"),
        ("I hit my limit after three prompts", "negative"),
        ("Lost two days of work to that agent", "negative"),
        ("Burned 40 dollars in one afternoon and nothing works", "negative"),
        ("It used up all my credits on a typo", "negative"),
        ("It ignores my rules file every single time", "negative"),
        ("Every update makes it slower", "negative"),
        ("Cancelled my subscription today", "negative"),
        ("Went back to plain vim after a week", "negative"),
        ("Why does it keep forgetting the context?", "negative"),
        ("The extension crashes on start since the update", "negative"),
        ("I paid for a year and they removed the model", "negative"),
        ("The free tier is gone", "negative"),
        ("My account got banned for no reason", "negative"),
        ("Saved me three hours today", "positive"),
        ("It found the bug in two minutes", "positive"),
        ("Best money I spent this year", "positive"),
        ("It fixed a bug that I had chased for a month", "positive"),
        ("It just works", "positive"),
        ("The new model is a huge step up", "positive"),
        ("It finally works on Windows", "positive"),
        ("Switched from Copilot last month and never looked back", "positive"),
        ("My whole team uses it now, and everyone is happy", "positive"),
        ("Support answered within an hour and fixed it", "positive"),
        ("The free tier is more than enough for me", "positive"),
        ("It wrote the docs and the tests while I had lunch", "positive"),
        ("It understood our huge codebase right away", "positive"),
        ("I built my first app with it, and I can't code", "positive"),
        ("Renewed for another year", "positive"),
        ("How do I add a rule file to Cursor?", "neutral"),
        ("Copilot or Cody for Java?", "neutral"),
        ("Bump version to 2.1 and update the changelog", "neutral"),
        ("It reads the config from the home folder", "neutral"),
        ("Which model do you use for refactoring?", "neutral"),
        ("OpenAI releases Codex for Windows", "neutral"),
        ("The plan includes 500 requests", "neutral"),
        ("Does the flag print one line or many?", "neutral"),
    ],
)
def test_opinions_without_a_word_of_feeling_are_read(text: str, label: str) -> None:
    assert LINEAR.score(text).label == label
