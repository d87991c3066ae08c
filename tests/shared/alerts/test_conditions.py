"""What conditions find in an hour, and when they say that nothing can be judged."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from shared.alerts.conditions import evaluate
from shared.alerts.conditions.falling import without_fallen
from shared.alerts.conditions.mention import bound_of
from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence, Reach, Recent, TopicItems, Topics
from shared.alerts.hourly import HourlyFigures, Span
from shared.models import Condition, ConditionType, Topic
from shared.times import next_hour
from tests.api.world import NOW, a_comment, a_post
from tests.shared.alerts.histories import (
    HOURS,
    NUMBER,
    Items,
    Scope,
    cells_of,
    evidence_of,
    voice_of,
)

LAST = HOURS[-1]
# 600 items a day, mostly in small threads.
BUSY = Scope(600, tail=2.2)
OTHERS = Scope(2000, tail=2.2)


def items_of(scope: Scope = BUSY, seed: int = 1, mood: Any = 0.1) -> Items:
    return scope.items(np.random.default_rng(seed), mood)


def moods(*changes: tuple[int, float]) -> Any:
    """Return the mean of each hour: changed by this much in the last hours."""
    mood = np.full(NUMBER, 0.1)
    for hours, change in changes:
        mood[-hours:] += change
    return mood


def found(kind: ConditionType, evidence: Evidence, hour: str = LAST, **more: Any) -> Evaluation:
    condition: Condition = {"type": kind, **more}  # type: ignore[typeddict-item]
    return evaluate(condition, evidence, hour)


def test_a_mood_that_fell_today_is_found_at_once_with_its_numbers() -> None:
    evidence = evidence_of(items_of(mood=moods((24, -0.35))), items_of(OTHERS, 2))
    evaluation = found("mood", evidence, direction="worse")
    assert evaluation.status == "firing"
    (finding,) = evaluation.findings
    assert finding["cause"] == "worse"
    assert finding["sentence"].startswith("Mood about Cursor fell by 0.")
    assert finding["sentence"].endswith(
        "items in 24 hours, against the same hours of the 4 weeks before."
    )
    figures = finding["figures"]
    assert figures["value"] == pytest.approx(figures["baseline"] + figures["change"], abs=1e-3)  # type: ignore[operator]
    assert figures["n"] == evidence.figures.counted_in(range(NUMBER - 24, NUMBER))
    assert figures["hours"] == 24
    assert finding["key"] is None


def test_a_rule_about_better_moods_is_silent_when_they_fall() -> None:
    evidence = evidence_of(items_of(mood=moods((24, -0.35))), items_of(OTHERS, 2))
    assert found("mood", evidence, direction="better").status == "ok"


def test_a_dip_a_week_ago_is_no_rise_today() -> None:
    mood = moods()
    mood[-192:-168] -= 0.45
    evidence = evidence_of(items_of(mood=mood), items_of(OTHERS, 2))
    assert found("mood", evidence, HOURS[-169]).findings[0]["cause"] == "worse"
    assert found("mood", evidence).status == "ok"


def test_a_mood_that_fell_lasts_until_it_is_much_less_clear() -> None:
    mood = moods()
    mood[-48:-24] -= 0.35
    evidence = evidence_of(items_of(Scope(200, tail=2.2), mood=mood), items_of(OTHERS, 2))
    seen = [found("mood", evidence, hour) for hour in HOURS[-25:]]
    assert seen[0].status == "firing"
    assert seen[0].lasting == {"worse"}
    weaker = [each for each in seen if each.status == "ok" and each.lasting]
    assert weaker
    assert all(each.lasting == {"worse"} and not each.findings for each in weaker)
    assert seen[-1] == Evaluation("ok")


def test_threads_that_agree_by_chance_open_no_alert() -> None:
    # Two items in each of 20 threads a day differ widely, and the means of threads not at all.
    def day(weeks_ago: int, mean: float) -> Items:
        hours = NUMBER - 168 * weeks_ago - 24 + np.arange(20)
        compounds = np.tile([mean + 0.6, mean - 0.6], 20)
        return Items(np.repeat(hours, 2), np.repeat(np.arange(20), 2), compounds)

    items = day(0, 0.3)
    for week in range(1, 5):
        items = items.and_(day(week, -0.05))
    evidence = evidence_of(items)
    now = evidence.figures.sample(range(NUMBER - 24, NUMBER))
    assert now.weighted is not None
    assert now.weighted.error is not None
    assert now.expected_error is not None
    assert now.weighted.error < 0.7 * now.expected_error
    assert now.expected_error == pytest.approx((0.36 * 40 / 39 / (40 / 1.15)) ** 0.5)
    assert found("mood", evidence) == Evaluation("ok", lasting=frozenset({"better"}))


def test_a_slow_fall_is_found_by_the_week_against_four_before_it_began() -> None:
    mood = moods()
    mood[-336:] -= np.linspace(0, 0.25, 336)
    evidence = evidence_of(items_of(Scope(100, tail=2.2), mood=mood), items_of(OTHERS, 2))
    (finding,) = found("mood", evidence).findings
    assert "fell slowly by" in finding["sentence"]
    against = "against the four weeks before the last two."
    assert finding["sentence"].endswith(f"items in 7 days, {against}")


def test_a_mood_that_fell_is_not_over_while_the_day_is_not_observed() -> None:
    items = items_of(mood=moods((24, -0.35)))
    assert found("mood", evidence_of(items)).status == "firing"
    evaluation = found("mood", evidence_of(items, unknown=HOURS[-20:-12]))
    assert evaluation.status == "no_data"
    assert evaluation.reason == (
        "Too many of the last 24 hours, or of those a week before, weren't observed."
    )


def test_a_mood_that_fell_is_not_over_while_the_weeks_before_are_scored_again() -> None:
    items = items_of(mood=moods((24, -0.35)))
    cells = cells_of(items)
    for hour in HOURS[-240:]:
        cells[hour]["methods"] = {"encoder 1": cells[hour]["comments"]}
    figures = HourlyFigures(HOURS, cells)
    evaluation = found("mood", replace(evidence_of(items), figures=figures))
    assert evaluation.status == "no_data"
    assert evaluation.reason == "The items of the two times were scored by different methods."


def test_items_of_two_methods_tell_no_mood() -> None:
    items = items_of(mood=moods((168, -0.35)))
    cells = cells_of(items)
    for hour in HOURS[-168:]:
        cells[hour]["methods"] = {"encoder 1": cells[hour]["comments"]}
    figures = HourlyFigures(HOURS, cells)
    evaluation = found("mood", replace(evidence_of(items), figures=figures))
    assert evaluation.status == "no_data"
    assert evaluation.reason == "The items of the two times were scored by different methods."


def test_few_items_tell_no_mood() -> None:
    evidence = evidence_of(items_of(Scope(1, tail=2.2)), items_of(OTHERS, 2))
    evaluation = found("mood", evidence)
    assert evaluation.status == "no_data"
    assert evaluation.reason == "There are fewer than 30 items in 24 hours, which is too few."


@pytest.mark.parametrize("kind", ["mood", "volume", "negative_share"])
def test_an_hour_that_was_not_observed_is_no_quiet_one(kind: ConditionType) -> None:
    evidence = evidence_of(items_of(), items_of(OTHERS, 2), unknown=[LAST])
    evaluation = found(kind, evidence)
    assert evaluation.status == "no_data"
    assert evaluation.reason == "The hour wasn't observed in full."


@pytest.mark.parametrize("kind", ["mood", "volume"])
def test_everything_falling_together_is_no_matter_of_a_scope(kind: ConditionType) -> None:
    items, others = items_of(), items_of(OTHERS, 2)
    kept = np.random.default_rng(3).random(len(items.hours)) < 0.4
    lost = items.but(kept | (items.hours < NUMBER - 24))
    kept = np.random.default_rng(4).random(len(others.hours)) < 0.4
    evaluation = found(kind, evidence_of(lost, others.but(kept | (others.hours < NUMBER - 24))))
    assert evaluation.status == "no_data"
    assert evaluation.reason
    assert evaluation.reason.startswith("All communities together have less than 67%")
    lacking = replace(evidence_of(items, others), falling=frozenset(HOURS[-13:]))
    assert found(kind, lacking).status == "no_data"


@pytest.mark.parametrize("kind", ["mood", "volume"])
def test_hours_in_which_everything_fell_are_unknown_afterwards(kind: ConditionType) -> None:
    def lost(items: Items, seed: int) -> Items:
        kept = np.random.default_rng(seed).random(len(items.hours)) < 0.4
        return items.but(kept | (items.hours < NUMBER - 32) | (items.hours >= NUMBER - 8))

    # What is left is angry, as where one community of several is lost.
    items = items_of(mood=moods((32, -0.6), (8, 0.6)))
    evidence = evidence_of(lost(items, 3), lost(items_of(OTHERS, 2), 4))
    assert found(kind, evidence, HOURS[-10]).status == "no_data"
    evaluation = found(kind, evidence, direction="any")
    assert not evaluation.findings
    seen = without_fallen(evidence, LAST).figures
    assert not seen.is_known_hour(NUMBER - 20)
    assert seen.is_known_hour(NUMBER - 1)
    assert seen.items(Span(0, NUMBER)) == evidence.figures.items(Span(0, NUMBER))
    # Nobody knew it before it was there.
    assert without_fallen(evidence, HOURS[-30]) is evidence
    assert evidence.figures.is_known_hour(NUMBER - 20)


def test_fewer_items_of_a_scope_and_of_the_rest_are_lost_ones() -> None:
    items, others = items_of(), items_of(OTHERS, 2)
    silent = items.but(items.hours < NUMBER - 6)
    (finding,) = found("volume", evidence_of(silent, others), direction="down").findings
    assert finding["cause"] == "fewer"
    kept = np.random.default_rng(4).random(len(others.hours)) < 0.5
    fewer = others.but(kept | (others.hours < NUMBER - 6))
    assert not found("volume", evidence_of(silent, fewer), direction="down").findings


def test_twice_as_many_items_as_usual_are_found_with_their_baseline() -> None:
    more = BUSY.burst(np.random.default_rng(5), range(NUMBER - 8, NUMBER), 60)
    evidence = evidence_of(items_of().and_(more), items_of(OTHERS, 2))
    (finding,) = found("volume", evidence).findings
    figures = finding["figures"]
    assert finding["cause"] == "more"
    assert figures["z"] is not None
    assert figures["z"] >= 3.5
    assert figures["value"] >= 1.5 * figures["baseline"]  # type: ignore[operator]
    assert "more than the usual" in finding["sentence"]
    assert found("volume", evidence, direction="down").status == "ok"


def test_more_items_last_until_they_are_much_less_clear() -> None:
    more = BUSY.burst(np.random.default_rng(5), range(NUMBER - 38, NUMBER - 30), 100)
    evidence = evidence_of(items_of().and_(more), items_of(OTHERS, 2))
    seen = [found("volume", evidence, hour) for hour in HOURS[-31:]]
    assert seen[0].status == "firing"
    assert all(each.lasting == {"more"} for each in seen if each.status == "firing")
    weaker = [each for each in seen if each.lasting and not each.findings]
    assert weaker
    assert all(each == Evaluation("ok", lasting=frozenset({"more"})) for each in weaker)
    assert seen[-1] == Evaluation("ok")


def test_silence_of_one_scope_is_found_where_it_is_looked_for() -> None:
    items = items_of()
    evidence = evidence_of(items.but(items.hours < NUMBER - 24), items_of(OTHERS, 2))
    assert found("volume", evidence, direction="up").status == "ok"
    (finding,) = found("volume", evidence, direction="any").findings
    assert finding["cause"] == "fewer"
    assert finding["sentence"].startswith("There are 0 items about Cursor in 24 hours: ")


def a_thread(size: int, compound: float, hours: int = 12) -> Items:
    rng = np.random.default_rng(6)
    return Items(
        NUMBER - hours + rng.integers(0, hours, size),
        np.zeros(size, dtype=np.int64),
        np.full(size, compound),
    )


def test_one_viral_thread_is_neither_mood_nor_volume_of_a_scope() -> None:
    evidence = evidence_of(items_of(Scope(200)).and_(a_thread(400, -0.8)), items_of(OTHERS, 2))
    assert found("mood", evidence).status == "ok"
    assert found("volume", evidence).status == "ok"
    assert found("negative_share", evidence, above=0.5).status == "ok"


def test_fewer_than_six_comparable_spans_are_no_baseline() -> None:
    items = items_of()
    short = HOURS[-200:]
    figures = HourlyFigures(short, cells_of(items))
    evaluation = found("volume", replace(evidence_of(items), figures=figures, of_all=figures))
    assert evaluation.status == "no_data"
    assert (
        evaluation.reason == "Fewer than 6 comparable spans of the last four weeks were observed."
    )


def test_the_negative_share_is_found_beyond_its_interval() -> None:
    evidence = evidence_of(items_of(mood=moods((24, -0.6))), items_of(OTHERS, 2))
    (finding,) = found("negative_share", evidence, above=0.6, hours=24).findings
    assert finding["figures"]["low"] > 0.6  # type: ignore[operator]
    assert "% of what is said about Cursor is negative, above 60%: " in finding["sentence"]
    value = finding["figures"]["value"]
    assert value is not None
    # It is above the bound, perhaps by chance: an alert that opened lasts.
    lasting = Evaluation("ok", lasting=frozenset({"negative"}))
    assert found("negative_share", evidence, above=value - 0.01) == lasting
    assert found("negative_share", evidence, above=value + 0.01) == Evaluation("ok")


@pytest.mark.parametrize("more", [{"above": 0.6}, {"above": 0.9}])
def test_a_negative_share_of_two_methods_is_unknown_above_its_bound_or_not(more: Any) -> None:
    items = items_of(mood=moods((24, -0.6)))
    cells = cells_of(items)
    cells[HOURS[-5]]["methods"] = {"encoder 1": cells[HOURS[-5]]["comments"]}
    evidence = replace(evidence_of(items), figures=HourlyFigures(HOURS, cells))
    evaluation = found("negative_share", evidence, hours=24, **more)
    assert evaluation.status == "no_data"
    assert evaluation.reason == "The items of 24 hours were scored by different methods."
    assert found("negative_share", evidence, HOURS[-6], hours=24).status != "no_data"


def test_a_share_of_voice_that_moved_is_found_against_the_week_before() -> None:
    rng = np.random.default_rng(7)
    own, other = Scope(60, tail=2.6).items(rng), Scope(60, tail=2.6).items(rng)
    more = Scope(60, tail=2.6).burst(rng, range(NUMBER - 168, NUMBER), 6)
    cells = {"cursor": cells_of(own.and_(more)), "bard": cells_of(other)}
    evidence = replace(evidence_of(own), voice=voice_of(cells))
    (finding,) = found("share_of_voice", evidence).findings
    assert finding["cause"] == "up"
    assert finding["sentence"].startswith("Cursor has 74% of the mentions")
    assert found("share_of_voice", evidence, HOURS[-169]).status == "ok"
    assert found("share_of_voice", replace(evidence, scope="subject:agents")).status == "broken"


def a_topic(**more: Any) -> Topic:
    topic: dict[str, Any] = {
        "id": "rate-limits",
        "theme": "rate limits",
        "growth": 4.0,
        "mentions": 12,
        "engagement_velocity": 3.5,
        "sentiment_avg": -0.2,
        "state": "new",
        **more,
    }
    return topic  # type: ignore[return-value]


def test_a_topic_counts_where_half_of_its_posts_are_in_the_scope() -> None:
    posts = [a_post(n, NOW) for n in range(4)]
    end = f"{next_hour(LAST)}:05:00Z"
    evidence = evidence_of(items_of(Scope(1)))
    own = Topics(end, [TopicItems(a_topic(), posts, 8), TopicItems(a_topic(id="b"), posts[:2], 3)])
    (finding,) = found("topic", replace(evidence, topics=own)).findings
    assert finding["key"] == finding["cause"] == "topic:rate-limits"
    assert finding["sentence"] == (
        "The topic “rate limits” is new about Cursor: 12 posts, 4.0 times its usual share."
    )
    assert [item["id"] for item in finding["items"]] == [post["id"] for post in posts]
    of_all = replace(evidence, topics=own, scope="all")
    assert len(found("topic", of_all).findings) == 2
    assert found("topic", of_all, HOURS[-9]).status == "no_data"


def a_reach(scores: Any, *given: int, of: int = 30) -> Evidence:
    """Return the evidence of a scope with these scores, and new posts with the given ones."""
    posts = [{**a_post(n, NOW), "upvotes": score} for n, score in enumerate(given)]
    reach = Reach(list(scores), posts, of)  # type: ignore[arg-type]
    return replace(evidence_of(items_of(Scope(1))), reach=reach)


def test_an_item_with_a_score_as_few_items_have_is_found() -> None:
    evidence = a_reach(range(100), 3, 98, 100, 500)
    (finding,) = found("mention", evidence).findings
    assert finding["figures"]["value"] == 500
    assert finding["key"] == finding["cause"] == "post:p3"
    bound = finding["figures"]["baseline"] or 0
    assert 100 < bound < 120
    assert finding["sentence"] == (
        "“Title 3” spreads about Cursor: it has 500 upvotes. About 2 items in four weeks have more"
        f" than {bound:.0f}."
    )
    assert found("mention", a_reach(range(99), 500)).status == "no_data"


def test_the_more_items_a_day_the_higher_is_the_bound_of_a_mention() -> None:
    scores = sorted(round(score) for score in np.random.default_rng(1).pareto(1.2, 300) * 5)
    bounds = [bound_of(scores, daily) for daily in (10, 30, 200, 600)]
    assert bounds == sorted(bounds)
    # Scores of a power law: twenty times as many items, and 20 ** (1 / 1.2) times the score.
    assert 8 < bounds[3] / bounds[1] < 25


def test_where_nothing_is_voted_for_a_mention_needs_ten_upvotes() -> None:
    assert [each["key"] for each in found("mention", a_reach([1] * 100, 10, 11)).findings] == [
        "post:p1"
    ]


def test_items_that_were_found_before_keep_no_new_one_from_being_found() -> None:
    lasting = a_reach(range(100), *range(500, 508), 300)
    keys = [each["key"] for each in found("mention", lasting).findings]
    assert keys == [f"post:p{n}" for n in (7, 6, 5, 4, 3, 2, 1, 0, 8)]


def test_items_that_match_a_search_are_found_by_the_grammar_of_lists() -> None:
    items = [
        {**a_post(1, NOW), "title": "Refund?", "content": "I want a refund-policy"},
        {**a_comment(2, NOW), "content": "refunded"},
        {**a_comment(3, NOW), "content": "where is the *refund policy*"},
    ]
    recent = Recent(LAST, items, 5)  # type: ignore[arg-type]
    evidence = replace(evidence_of(items_of(Scope(1))), recent=recent)
    findings = found("search", evidence, q='"refund policy"').findings
    assert [each["key"] for each in findings] == [
        f"post:{items[0]['id']}",
        f"comment:{items[2]['id']}",
    ]
    assert findings[0]["sentence"] == (
        "“Refund?” matches '\"refund policy\"' about Cursor. It is one of 2 in the last 3 hours."
        " 2 further items weren't read."
    )
    # The span that was searched, so that a link leads to the items that were counted.
    assert findings[0]["figures"] == {"value": 2, "n": 2, "unread": 2, "hours": 3}
    assert found("search", evidence, q="").status == "broken"


def a_state(covered_until: str, **more: Any) -> Any:
    covered = [["2026-09-01T00:00:00Z", covered_until]]
    return {"covered": covered, "failing": None, "last_error": None, **more}


def test_communities_that_are_not_observed_are_found_and_those_of_a_blocked_source_together() -> (
    None
):
    failing = {"since": f"{HOURS[-8]}:30:00Z", "cycles": 9, "is_shared": True}
    blocked = {"community": None, "kind": "blocked", "message": "403"}
    refused = a_state(f"{HOURS[-8]}:00:00Z", failing=failing, last_error=blocked)
    states = {
        "hn.ai": refused,
        "hn.tools": refused,
        "Cursor": a_state(f"{HOURS[-5]}:00:00Z"),
        "aws": a_state(f"{LAST}:30:00Z"),
        "new": None,
    }
    evidence = replace(evidence_of(items_of(Scope(1))), states=states, communities=list(states))
    of_source, of_community = found("coverage", evidence, hours=3).findings
    assert of_source["cause"] == "source:hackernews"
    assert of_source["sentence"] == (
        "The source hackernews is blocked: hn.ai, hn.tools not observed for 8 hours (blocked)."
    )
    assert of_community["sentence"] == "r/Cursor hasn't been observed for 5 hours."
    (only,) = found("coverage", evidence, hours=6).findings
    assert only == of_source


@pytest.mark.parametrize(
    ("idle", "collected"), [(30, f"{HOURS[-6]}:35:00Z"), (16, None), (9, f"{HOURS[-3]}:35:00Z")]
)
def test_communities_that_are_idle_since_collection_stopped_are_one_finding(
    idle, collected
) -> None:
    states = {
        f"sub{n}": a_state(f"{HOURS[-6] if n < idle else LAST}:30:00Z", hourly=2.0)
        for n in range(30)
    }
    evidence = replace(
        evidence_of(items_of(Scope(1))),
        states=states,
        communities=list(states),
        collected_at=collected,
    )
    (only,) = found("coverage", evidence, hours=3).findings
    assert only["cause"] == "collection"
    assert only["sentence"] == (
        f"Collection has stopped: {idle} communities not observed for 5 hours."
    )
    going_on = replace(evidence, collected_at=f"{LAST}:55:00Z")
    assert len(found("coverage", going_on, hours=3).findings) == (9 if idle == 9 else 1)


def test_a_collection_that_stopped_is_found_after_the_given_hours() -> None:
    evidence = replace(evidence_of(items_of(Scope(1))), collected_at=f"{HOURS[-4]}:30:00Z")
    (finding,) = found("collection", evidence, hours=3).findings
    assert finding["sentence"] == (
        f"No collection has completed for 3 hours: the last one at {HOURS[-4]}:30:00Z."
    )
    assert found("collection", evidence, hours=4).status == "ok"
    assert found("collection", replace(evidence, collected_at=None)).status == "no_data"


def test_a_scope_that_is_no_longer_watched_breaks_its_rule() -> None:
    evidence = replace(evidence_of(items_of(Scope(1))), broken="r/aws isn't watched.")
    assert found("mood", evidence) == Evaluation("broken", reason="r/aws isn't watched.")
