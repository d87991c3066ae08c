"""Each sentence is said of data that makes it true, and not of data that makes it false."""

from collections.abc import Mapping, Sequence

import pytest

from shared.models import Cell
from shared.reasons.sentence import (
    Cause,
    PartVolume,
    Sampled,
    Volume,
    leading,
    sentence_of,
)
from shared.stats.cell_threads import with_threads
from shared.stats.cells import Scored, count
from shared.stats.compare import Basis, Change, judged, with_verdicts
from shared.stats.contributions import Contribution

MOODS = (-0.2, 0.2, 0.1, -0.1, 0.0)
Talk = Mapping[str, Sequence[float]]


def basis(
    *, hours: int = 24, is_mixed: bool = False, behind: Sequence[str] = (), longest: int = 2160
) -> Basis:
    return Basis(
        hours=hours,
        wanted=24,
        is_late=bool(behind),
        behind=list(behind),
        is_mixed=is_mixed,
        longest=longest,
    )


def a_cell(threads: Talk) -> Cell:
    items = [
        (name, Scored("neutral", compound, "linear 1", is_english=True))
        for name, compounds in threads.items()
        for compound in compounds
    ]
    return with_threads(count([item for _, item in items], posts=0), items)


def singles(number: int, mood: float = 0.0) -> dict[str, list[float]]:
    return {f"s{n}": [mood + MOODS[n % len(MOODS)]] for n in range(number)}


def change(now: Talk, before: Talk, given: Basis | None = None) -> Change:
    found = judged([a_cell(now)], [a_cell(before)], given or basis(), "count")
    return with_verdicts({"x": found})["x"]


def a_cause(
    name: str, mood: float, mix: float = 0.0, *, is_beyond: bool = True, kind_of: str = "kind"
) -> Cause:
    own = Contribution(name, mood, mix, 120.0, 30.0)
    return Cause(kind_of, name, own, is_beyond)  # type: ignore[arg-type]


WORSE = change(singles(100, -0.3), singles(100))
BETTER = change(singles(100, 0.3), singles(100))
SAME = change(singles(100, 0.001), singles(100))


def test_what_got_worse_names_the_largest_cause_beyond_chance() -> None:
    causes = [a_cause("problem", -0.05, -0.2), a_cause("praise", -0.04), a_cause("other", 0.3)]
    assert sentence_of("Cursor", WORSE, causes) == (
        "Cursor got worse, down by 0.30. What stands out most is problems, down by 0.25: its share"
        " of the talk changed (120 items now, 30 before)."
    )


def test_what_got_better_names_a_cause_that_made_it_better() -> None:
    causes = [a_cause("problem", -0.4), a_cause("claude", 0.2, kind_of="community")]
    assert sentence_of("Cursor", BETTER, causes) == (
        "Cursor got better, up by 0.30. What stands out most is the community r/claude, up by 0.20:"
        " its mood got better (120 items now, 30 before)."
    )


@pytest.mark.parametrize(
    "cause",
    [
        a_cause("problem", -0.3, is_beyond=False),
        a_cause("problem", 0.3),
        a_cause("post:1", -0.3, kind_of="item"),
    ],
    ids=["by chance", "the other way", "a single item"],
)
def test_no_cause_is_claimed_that_did_not_make_it(cause: Cause) -> None:
    assert sentence_of("Cursor", WORSE, [cause]) == (
        "Cursor got worse, down by 0.30. No single part of it stands out beyond chance."
    )


def test_where_nothing_changed_nothing_stands_out() -> None:
    assert sentence_of("Cursor", SAME, [a_cause("problem", -0.1, is_beyond=False)]) == (
        "Nothing stands out: the change of Cursor (by less than 0.01) and of each part of it is"
        " within chance."
    )


def test_a_part_may_change_where_the_whole_does_not() -> None:
    cause = Cause("topic", "rate limits", Contribution("t", 0.0, -0.1, 40.0, 0.0), True)
    assert sentence_of("Cursor", SAME, [cause]) == (
        "Cursor has no clear change as a whole (by less than 0.01), but the topic “rate limits”"
        " moved it down by 0.10, more than chance: it is new (40 items now, 0 before)."
    )


GIANT = {**singles(20), "p1": [-0.8, -0.6] * 20}


def test_one_giant_thread_is_the_cause_and_its_mood_is_not_the_scopes() -> None:
    cause = Cause("thread", "It is down", Contribution("p1", 0.0, -0.4, 40.0, 0.0), True)
    found = change(GIANT, singles(60))
    assert sentence_of("Cursor", found, [cause]) == (
        "One thread (“It is down”) has 67% of the items now and moved the mean down by 0.40. Its"
        " mood isn't that of Cursor, of which no change is clear."
    )


def test_a_thread_of_the_time_before_is_named_as_such_also_without_a_title() -> None:
    found = change(singles(60), GIANT)
    assert sentence_of("Cursor", found, []).startswith(
        "One thread has 67% of the items before. Its mood"
    )


def test_no_thread_is_named_where_none_has_half_of_the_items() -> None:
    assert "One thread" not in sentence_of("Cursor", SAME, [])


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (
            10,
            "100 before. It takes 30 on either side, at this rate a span of about 4 days.",
        ),
        (29, "at this rate a span of about 2 days."),
    ],
)
def test_few_items_say_how_long_a_span_could_tell(number: int, says: str) -> None:
    assert sentence_of("Cursor", change(singles(number), singles(100)), []).endswith(says)


def test_no_span_is_named_that_is_longer_than_the_data() -> None:
    young = change(singles(10), singles(100), basis(longest=72))
    assert sentence_of("Cursor", young, []).endswith("It takes 30 on either side.")


def test_thirty_items_are_not_few() -> None:
    assert "Too few" not in sentence_of("Cursor", change(singles(30), singles(100)), [])


def test_two_threads_are_too_few_however_long() -> None:
    found = change({"a": [0.1] * 40, "b": [0.2] * 40}, singles(100))
    assert sentence_of("Cursor", found, [a_cause("problem", -0.3)]) == (
        "Too few threads to tell a change of Cursor: nearly all of its 80 items now and 100 before"
        " are in one or two. It takes three threads of weight on either side, at this rate a span"
        " of about 2 days."
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (basis(hours=11), "too little is known of the time before"),
        (basis(behind=["aws", "claude"]), "r/aws, r/claude must be collected up to the end"),
        (basis(is_mixed=True), "several methods scored the items"),
    ],
    ids=["no time before", "late", "mixed"],
)
def test_what_is_incomplete_says_what_is_missing_and_no_cause(given: Basis, says: str) -> None:
    found = change(singles(100, -0.3), singles(100), given)
    causes = [a_cause("problem", -0.3)]
    assert says in sentence_of("Cursor", found, causes)
    assert leading(found, causes) is None
    assert says not in sentence_of("Cursor", WORSE, causes)


TOPIC = PartVolume("topic", "gateway 503", 75.0, 0.0)
PROBLEMS = PartVolume("kind", "problem", 120.4, 9.6)
LESS = PartVolume("community", "claude", 5.0, 60.0)


def test_a_rise_from_few_items_is_said_where_their_mood_cannot_be_told() -> None:
    found = change(singles(100, -0.3), singles(14))
    volume = Volume("more", 100, 14, [TOPIC, PROBLEMS, LESS])
    assert sentence_of("r/kiroIDE", found, [], volume) == (
        "Too few items to tell a change of the mood of r/kiroIDE: 100 now and 14 before. It takes"
        " 30 on either side, at this rate a span of about 3 days. More is said than before (100"
        " items now, 14 before), most of all of problems (120 items now, 10 before) and of the"
        " topic “gateway 503” (75 items now, 0 before)."
    )


def test_nothing_before_is_no_gap_where_the_time_before_was_observed() -> None:
    found = change(singles(100), {})
    assert sentence_of("Kiro", found, [], Volume("more", 100, 0, [TOPIC])) == (
        "Too few items before to tell a change of the mood of Kiro: 100 now and 0 before. More is"
        " said than before (100 items now, 0 before), most of all of the topic “gateway 503” (75"
        " items now, 0 before)."
    )
    assert sentence_of("Kiro", change({}, {}), [], Volume("no_clear_change", 0, 0)) == (
        "There are no items of Kiro, neither now nor before."
    )
    unknown = Volume("incomplete", 100, 0)
    assert "too little is known of the time before" in sentence_of("Kiro", found, [], unknown)


def test_a_part_may_be_said_more_where_the_whole_is_not() -> None:
    volume = Volume("no_clear_change", 100, 100, [LESS, TOPIC])
    assert sentence_of("Cursor", SAME, [], volume) == (
        "The mood of Cursor has no clear change (by less than 0.01). More than chance explains is"
        " said of the topic “gateway 503” (75 items now, 0 before)."
    )
    assert sentence_of("Cursor", WORSE, [], volume).startswith(
        "Cursor got worse, down by 0.30. More than chance explains is said"
    )


def test_less_is_said_where_a_community_fell_silent() -> None:
    volume = Volume("fewer", 40, 100, [LESS, TOPIC])
    assert sentence_of("All talk", SAME, [], volume).endswith(
        "Less is said than before (40 items now, 100 before), most of all in the community r/claude"
        " (5 items now, 60 before)."
    )


def test_what_moved_the_mean_is_not_named_twice() -> None:
    cause = Cause("topic", "gateway 503", Contribution("t", 0.0, -0.3, 75.0, 0.0), True)
    said = sentence_of("Cursor", WORSE, [cause], Volume("more", 200, 100, [TOPIC]))
    assert said.count("gateway 503") == 1
    assert said.endswith("More is said than before (200 items now, 100 before).")


@pytest.mark.parametrize("found", [SAME, WORSE], ids=["same", "worse"])
def test_numbers_within_chance_are_not_said(found: Change) -> None:
    volume = Volume("no_clear_change", 110, 100)
    assert sentence_of("Cursor", found, [], volume) == sentence_of("Cursor", found, [])


SAMPLED = Sampled(now=210, of_now=2674, before=89, of_before=2706)


def test_of_a_sample_the_numbers_are_those_that_were_read() -> None:
    own = Contribution("t", 0.0, -0.3, 21 * 2674 / 210, 0.0)
    cause = Cause("topic", "Relay Agents", own, True, SAMPLED)
    assert sentence_of("All talk", WORSE, [cause]) == (
        "All talk got worse, down by 0.30. What stands out most is the topic “Relay Agents”, down"
        " by 0.30: it is new among the items read (21 of 210 items read now, 0 of 89 read before)."
    )
    part = PartVolume("topic", "Relay Agents", 21 * 2674 / 210, 2706 / 89, SAMPLED)
    assert sentence_of("All talk", SAME, [], Volume("no_clear_change", 9, 9, [part])).endswith(
        "More than chance explains is said of the topic “Relay Agents” (21 of 210 items read now,"
        " 1 of 89 read before)."
    )


def test_what_evens_out_is_named_on_both_sides() -> None:
    up = a_cause("aws", 0.08, kind_of="community")
    down, less = (a_cause(n, by, kind_of="community") for n, by in (("b", -0.07), ("c", -0.01)))
    within = a_cause("d", -0.2, is_beyond=False, kind_of="community")
    said = sentence_of("All talk", SAME, [less, within, down, up])
    assert said == (
        "All talk has no clear change as a whole (by less than 0.01), but the community r/aws moved"
        " it up by 0.08, more than chance: its mood got better (120 items now, 30 before). The"
        " community r/b moved it down by 0.07, more than chance: its mood got worse (120 items now,"
        " 30 before)."
    )
    assert "r/b" not in sentence_of("All talk", WORSE, [up, down, a_cause("e", -0.3)])
    part = PartVolume("community", "b", 120.0, 30.0)
    again = sentence_of("All talk", SAME, [down, up], Volume("no_clear_change", 9, 9, [part]))
    assert again.count("r/b") == 1
