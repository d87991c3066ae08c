import pytest

from collector.sentiment.cleaning import MAX_CHARACTERS, clean


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
        ("[deleted]", ""),
        ("[removed]", ""),
        ("[ Removed by Reddit ]", ""),
        ("   \n\t ", ""),
        ("", ""),
    ],
)
def test_only_the_authors_own_words_are_left(markdown: str, words: str) -> None:
    assert clean(markdown) == words


def test_a_very_long_text_is_cut() -> None:
    assert len(clean("word " * 100_000)) == MAX_CHARACTERS


@pytest.mark.parametrize("piece", ["`", "[", "](", "> ", "| ", "*", "```\n", "~~~\n", "&", "_a"])
def test_repeated_markup_takes_no_more_time_than_words(piece: str) -> None:
    # A pattern with runaway backtracking would hit the suite's time limit here.
    clean(piece * 50_000)
