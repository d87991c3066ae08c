"""The course of a topic by the hours or days in which it is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.topics.course import course_of


@pytest.mark.parametrize(
    ("counts", "is_known_before", "state"),
    [
        ([0] * 20 + [2, 5, 9, 6], False, "new"),
        ([0] * 20 + [2, 5, 9, 12], True, "rising"),
        ([0] * 8 + [1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10, 12, 13], False, "rising"),
        ([0] * 8 + [1, 1, 2, 3, 5, 9, 14, 15, 14, 12, 11, 10, 9, 8, 8, 7], False, "peaked"),
        (
            [0] * 4 + [3, 9, 20, 30, 22, 14, 9, 6, 4, 3, 2, 1, 1, 0, 1, 0, 0, 1, 0, 0],
            True,
            "fading",
        ),
        ([0] * 4 + [3, 9, 20, 30, 22, 14, 9, 6] + [0] * 12, True, "gone"),
        ([1, 1, 2, 3, 4, 6, 9], True, "rising"),
        ([1, 9, 4, 2, 1, 1, 1], True, "fading"),
        ([5, 9, 4, 2, 1, 0, 0], False, "gone"),
        ([4], False, "new"),
    ],
)
def test_a_topic_says_how_it_stands(counts: list[int], is_known_before: bool, state: str) -> None:
    course = course_of(counts, is_known_before=is_known_before)
    assert course.state == state
    assert counts[course.peak] == max(counts)
    assert course.first == next(n for n, count in enumerate(counts) if count)


def test_a_running_hour_counts_by_its_part() -> None:
    counts = [2] * 23 + [1]
    assert course_of([0] * 7 + [8, 2], is_known_before=True, last_part=0.25).state == "peaked"
    assert course_of([0] * 7 + [8, 2], is_known_before=True).state == "fading"
    assert course_of(counts, is_known_before=True, last_part=0.5).state == "peaked"


def test_nothing_has_no_course() -> None:
    with pytest.raises(ValueError, match="no course"):
        course_of([0, 0], is_known_before=True)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=90).filter(any), st.booleans())
def test_only_what_is_in_none_of_the_latest_steps_is_gone(counts: list[int], known: bool) -> None:
    course = course_of(counts, is_known_before=known)
    size = max(1, len(counts) // 8)
    assert (course.state == "gone") == (not any(counts[-2 * size :]))
    assert course.state != "new" or not known
