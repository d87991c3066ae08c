"""Only the author's own words of a text are left."""

import pytest

from shared.text.forms.reddit import REDDIT
from shared.text.own_words import MAX_CHARACTERS, is_sarcastic, own_words


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("I **love** this", "I love this"),
        ("*so* ~~not~~ __really__ good^(2)", "so not really good(2)"),
        ("> this is terrible\n\nI disagree", "I disagree"),
        (">!the butler!< did it", "the butler did it"),
        ("run `rm -rf awful` now", "run now"),
        ("```\nerror: hate hate\n```\nworks", "works"),
        ("~~~python\nbad = 1\n~~~\nworks", "works"),
        ("```\nnever closed and awful", ""),
        ("text\n\n    indented awful code\n\nmore", "text more"),
        ("[great tool](https://example.com/awful) here", "great tool here"),
        ('[great](https://example.com "awful title")', "great"),
        ("see https://example.com/hate?x=1 and www.awful.com", "see and"),
        ("thanks u/terrible_person in /r/hate", "thanks in"),
        ("# Heading\n- one\n* two\n3. three", "Heading one two three"),
        ("| a | b |\n|---|:-:|\n| good | bad |", "a b good bad"),
        ("Tom &amp; Jerry &lt;3 &#39;quoted&#39;", "Tom & Jerry <3 'quoted'"),
        ("line\n\n***\n\nafter", "line after"),
        ("snake_case_name stays", "snake_case_name stays"),
        ("2 * 3 is six", "2 * 3 is six"),
        ("zero\u200bwidth", "zerowidth"),
        ("I'm happy :) 😀", "I'm happy :) 😀"),
        ("code ``with `` ticks", "code ticks"),
        ("> > nested\n> quote\nmine", "mine"),
        ("&gt; quoted\n\nmine", "mine"),
        ("- item\n\n    more of it", "item more of it"),
        ("see [it](https://en.wikipedia.org/wiki/Foo_(bar)) now", "see it now"),
        ("![gif](giphy|abc) ha", "ha"),
        ("title\n\n[deleted]", "title"),
        ("\\*not emphasis\\*", "*not emphasis*"),
        ("so mad >:( and >.< now", "so mad >:( and >.< now"),
        (">:( so mad", ">:( so mad"),
        ("^_^ yes :| and :*", "^_^ yes :| and :*"),
        ("^(small print)", "(small print)"),
        ("**Wow!** *really*, yes", "Wow! really, yes"),
        ("Sure, great /s", "Sure, great"),
        ("Sure, great. \\s", "Sure, great."),
        ("it lives in /s and a/s", "it lives in and a/s"),
        ("Nice.\n\nEdit: typo", "Nice."),
        ("Nice.\n\n**EDIT 2:** fixed a word", "Nice."),
        ("Nice.\n\nEdit: thanks for the gold, kind stranger!", "Nice."),
        ("Nice.\n\nETA: RIP my inbox", "Nice."),
        ("Nice.\n\nEdit: I was wrong, it is bad", "Nice. I was wrong, it is bad"),
        ("Nice.\n\nEdit: words fail me", "Nice. words fail me"),
        ("Nice.\n\nEdit: added a link to it", "Nice."),
        ("edit the file and save it", "edit the file and save it"),
        ("***bold*** and ___both___", "bold and both"),
        ("**_so_ *bad***", "so bad"),
        ("see <https://example.com/awful>, or (https://example.com/hate)", "see , or"),
        ("see example.com/awful and docs.example.ai.", "see and ."),
        ("mail me@example.com or git@github.com:some/awful.git now", "mail or now"),
        ("at localhost:3000/bad or 10.0.0.1:80/bad", "at or"),
        ("Node.js, ASP.NET and Character.AI v1.2.3", "Node.js, ASP.NET and Character.AI v1.2.3"),
        ("good.in my opinion, e.g. this", "good.in my opinion, e.g. this"),
        ("ask /r/hate/ and u/terrible/ too", "ask and too"),
        ("&amp;#x200B;\n\nTom &amp;amp; Jerry&nbsp;&rsquo;n&rsquo; co", "Tom & Jerry 'n' co"),
        ("R&D&copy of AT&T", "R&D&copy of AT&T"),
        ("it\u2019s \u201cgreat\u201d\u2014but", 'it\'s "great" - but'),
        ("pages 10\u201320", "pages 10-20"),
        ("don`t run `bad code` or won`t", "don't run or won't"),
        ("`Promise`s and foo`bad`", "s and foo"),
        ("<b>bold</b><br/>text <3 a < b", "bold text <3 a < b"),
        ("#BestToolEver of #OpenAI, #iPhone #no_way", "Best Tool Ever of Open AI, iPhone no way"),
        ("C# is #1, see #123 and page#Part", "C# is #1, see #123 and page#Part"),
        (
            "👨\u200d👩\u200d👧 is a family, \u200dnot \u2060two",
            "👨\u200d👩\u200d👧 is a family, not two",
        ),
        ("[deleted]", ""),
        ("[removed]", ""),
        ("[ Removed by Reddit ]", ""),
        ("   \n\t ", ""),
        ("", ""),
    ],
)
def test_only_the_authors_own_words_are_left(markdown: str, words: str) -> None:
    assert own_words(markdown, REDDIT) == words


@pytest.mark.parametrize(
    "notice",
    [
        "*I am a bot, and this action was performed automatically. Please [contact us](/message).*",
        "^(Beep boop, I'm a bot. | )[^(feedback)](https://example.com)",
        "Good human!\n\n---\n\nThis comment was made by a bot.",
        "Your submission has been removed for violating rule 3.",
        "This post was removed because it is spam. Please read the rules.",
        "Thank you for your submission! Unfortunately it breaks a rule.",
        "Hi, this thread has been locked. Please message the mods.",
    ],
)
def test_nothing_is_left_of_what_bots_and_moderators_write(notice: str) -> None:
    assert own_words(notice, REDDIT) == ""


@pytest.mark.parametrize(
    "words",
    [
        "I'm not a bot, I just like it",
        "Everyone here thinks I am a bot lol",
        "My post was deleted and I am mad",
        "I made a bot that posts the news",
        "Sorry that your comment was deleted, I liked it",
        "This post was removed? Pathetic, I hate this place",
        "They removed the feature from the app",
        "Thanks for posting this, it helped",
    ],
)
def test_people_who_speak_of_bots_and_removals_are_heard(words: str) -> None:
    assert own_words(words, REDDIT) == words


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("great /s", True),
        ("great! /S.", True),
        ("/s", True),
        ("great /s\n", True),
        ("great /s but really", False),
        ("look at a/s", False),
        ("great", False),
    ],
)
def test_the_mark_of_sarcasm_counts_at_the_end(text: str, marked: bool) -> None:
    assert is_sarcastic(text, REDDIT) is marked


def test_a_very_long_text_is_cut() -> None:
    assert len(own_words("words " * 100_000, REDDIT)) == MAX_CHARACTERS


@pytest.mark.parametrize(
    "piece",
    [
        "`",
        "[",
        "](",
        "> ",
        "| ",
        "*",
        "```\n",
        "~~~\n",
        "&",
        "_a",
        "[](",
        "[](a(",
        "-|x\n",
        "edit: a ",
        "i am a bot ",
        "com.",
        "a.com/",
        "a@",
        "<a ",
        "<https://",
        "#Aa",
        "\u2014",
        "\u200d",
        "&amp;amp;",
    ],
)
def test_repeated_markup_takes_no_more_time_than_words(piece: str) -> None:
    # A pattern with runaway backtracking would exceed the suite's time limit.
    own_words(piece * 50_000, REDDIT)
