"""Comments that repeat one another count in one thread, as far as errors of means go."""

from datetime import timedelta
from typing import Any

import pytest

from collector.rollups.hours import share_of
from collector.rollups.repeated import counted_threads
from shared.models import Comment
from shared.stats.means import sample_of
from shared.stats.threads import unpack_threads
from tests.api.world import NOW, a_comment, a_post

NOTICE = "Hi u/someone{n}, your post was removed because it breaks rule three of this place."
OTHERS = (
    "The new version takes twice as long to open a large project as before.",
    "I went back to the old editor, since the other one lost my changes twice.",
)


def comment(number: int, text: str, **more: Any) -> Comment:
    """Return a comment of a thread of its own, each a second later than the last."""
    made: Any = a_comment(number, NOW + timedelta(seconds=number), label="negative")
    return {**made, "post_id": f"t{number}", "content": text, "author": f"a{number}", **more}


def test_a_template_under_many_posts_counts_in_the_thread_of_the_earliest() -> None:
    notices = [comment(n, NOTICE.format(n=n)) for n in range(3, 8)]
    others = [comment(n, text) for n, text in enumerate(OTHERS)]
    assert counted_threads([*reversed(notices), *others]) == ["t3"] * 5 + ["t0", "t1"]


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        (OTHERS[0], OTHERS[0].upper() + "!!", True),
        (OTHERS[0], OTHERS[0] + " And so on.", True),
        (OTHERS[0], OTHERS[0].replace("twice", "thrice"), True),
        (OTHERS[0], "Hello everyone! " + OTHERS[0], True),
        (OTHERS[0], OTHERS[1], False),
        (
            "It crashed 3 times today when I opened it",
            "It crashed 4 times today when I opened it",
            False,
        ),
        (
            "It crashed 3 times today when I opened the large project",
            "It crashed 4 times today when I opened the large project",
            False,
        ),
        (
            "It crashed 3 times today when I opened the large old project",
            "It crashed 4 times today when I opened the large old project",
            True,
        ),
        ("same here, please fix it soon", "same here, please fix it soon", False),
        ("thanks, that worked for me", "thanks, that worked for me", False),
        ("thanks, that worked for me too", "thanks, that worked for me", False),
        (NOTICE.format(n=1) + " https://one.example/", NOTICE.format(n=2), True),
    ],
)
def test_equal_words_from_eight_on_and_near_ones_from_twelve_on_repeat_one_another(
    one, other, are_one
) -> None:
    threads = counted_threads([comment(1, one), comment(2, other)])
    assert threads == (["t1", "t1"] if are_one else ["t1", "t2"])


def test_comments_without_any_word_stay_apart() -> None:
    """Signs are no words, so that nothing says that different ones repeat one another."""
    signs = ("\U0001f600 " * 8, "\U0001f44d " * 8, "- - - - - - - -", ". . . . . . . .")
    comments = [comment(n, text) for n, text in enumerate(signs)]
    assert counted_threads(comments) == [f"t{n}" for n in range(len(signs))]


def test_everyday_comments_of_less_than_eight_words_stay_apart_however_many_agree() -> None:
    said = ("thanks, that worked for me", "same problem here since this morning", "it works again")
    comments = [comment(n, said[n % 3]) for n in range(300)]
    assert counted_threads(comments) == [f"t{n}" for n in range(300)]


def test_near_copies_count_with_the_earliest_whatever_the_order_of_reading() -> None:
    texts = [OTHERS[0].replace("twice", word) for word in ("twice", "thrice", "nearly twice")]
    comments = [comment(n, text) for n, text in enumerate([*texts, OTHERS[1]])]
    expected = {"c0": "t0", "c1": "t0", "c2": "t0", "c3": "t3"}
    for listed in (comments, comments[::-1]):
        found = counted_threads(listed)
        assert {item["id"]: thread for item, thread in zip(listed, found, strict=True)} == expected


def test_posts_keep_their_own_rule() -> None:
    posts: Any = [a_post(n, NOW, content=OTHERS[0], title="") for n in range(2)]
    copy = {**posts[1], "copy_of": f"aws/{posts[0]['order_key']}"}
    assert counted_threads(posts) == ["p0", "p1"]
    assert counted_threads([posts[0], copy]) == ["p0", "p0"]


def test_a_template_widens_the_interval_of_its_community_and_of_its_subject() -> None:
    mention: Any = {"subject": "kiro", "via": "text", "matched": ["kiro"]}
    liked = a_comment(9, NOW, label="positive")["sentiment"]
    others = [comment(n, f"Number {n}", mentions=[mention], sentiment=liked) for n in range(20)]
    notices = [comment(n, NOTICE.format(n=n), mentions=[mention]) for n in range(20, 60)]
    apart = [comment(n, f"No {n}", mentions=[mention]) for n in range(20, 60)]
    repeated, various = (share_of([], [*others, *some]) for some in (notices, apart))
    for cells in (
        (repeated.share["cell"], various.share["cell"]),
        (repeated.subjects["kiro"]["cell"], various.subjects["kiro"]["cell"]),
    ):
        assert unpack_threads(cells[0]["threads"]).listed["t20"].items == 40
        one, many = (sample_of([cell], "count") for cell in cells)
        assert one.mean == many.mean
        assert one.plain is not None
        assert many.plain is not None
        assert (one.plain.error or 0) > 3 * (many.plain.error or 1)
