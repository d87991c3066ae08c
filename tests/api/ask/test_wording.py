"""Figures, times and verdicts in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api.ask.wording import (
    change_text,
    coverage_text,
    mean_text,
    one_line,
    percent,
    quoted,
    signed,
    span_text,
)
from api.schema.coverage import CoverageAnswer, GapAnswer
from api.schema.sentiment import Baseline, Change, Totals
from shared.stats.compare import Verdict

BEFORE = Baseline(start="2026-11-13T00:00:00Z", end="2026-11-20T00:00:00Z", because="just_before")
VERDICTS: tuple[Verdict, ...] = (
    "better",
    "worse",
    "no_clear_change",
    "too_few",
    "incomplete",
)


def totals(**more: Any) -> Totals:
    given: dict[str, Any] = {
        **dict.fromkeys(("positive", "negative", "neutral", "posts", "comments"), 10),
        "total": 40,
        "left_out": 0,
        "methods": {},
        "mixed_methods": False,
        "avg_sentiment": -0.084,
        "interval": [-0.14, -0.02],
        "stderr": 0.03,
        "few": False,
    }
    return Totals.model_validate({**given, **more})


def a_change(verdict: Verdict, **more: Any) -> Change:
    given: dict[str, Any] = {
        "verdict": verdict,
        "reason": "no_earlier_data" if verdict == "incomplete" else None,
        "hours": 168,
        "statistics": totals(),
        "previous": totals(total=35),
        "avg_sentiment": -0.12,
        "stderr": 0.03,
        "interval": [-0.18, -0.06],
        "by_thread": None,
        "giant": None,
        "behind": [],
    }
    return Change.model_validate({**given, **more})


@pytest.mark.parametrize("verdict", VERDICTS)
def test_better_and_worse_are_said_with_that_verdict_alone(verdict: Verdict) -> None:
    text = change_text("Cursor", a_change(verdict), BEFORE)
    assert ("got better" in text) == (verdict == "better")
    assert ("got worse" in text) == (verdict == "worse")
    assert "the time just before (13 to 19 Nov UTC)" in text
    if verdict != "incomplete":
        assert "n = 40, 35 before" in text


def test_a_clear_verdict_has_an_interval_that_bears_it() -> None:
    threads = {"avg_sentiment": 0.22, "stderr": 0.06, "interval": [0.1, 0.34]}
    wide = {"avg_sentiment": 0.06, "interval": [-0.07, 0.18], "by_thread": threads}
    text = change_text("Cursor", a_change("better", **wide), BEFORE)
    assert "up by 0.06, and up by 0.22 where no thread outweighs others" in text
    assert "95% interval +0.10 to +0.34" in text
    assert "+0.18" in change_text("Cursor", a_change("no_clear_change", **wide), BEFORE)


def test_what_is_missing_of_a_change_is_said() -> None:
    text = change_text("Cursor", a_change("too_few", span_needed=72), BEFORE)
    assert "A span of about 3 days would be enough." in text
    behind = a_change("incomplete", reason="not_collected", behind=["claude", "hn.zed"])
    assert "r/claude and hn.zed isn't collected" in change_text("Cursor", behind, BEFORE)


def test_a_mean_has_its_interval_and_number() -> None:
    assert mean_text(totals()) == "-0.08 (95% interval -0.14 to -0.02; n = 40)"
    few = totals(total=12, left_out=2, few=True, interval=None)
    assert mean_text(few) == "-0.08 (no interval: fewer than two threads; n = 10, which is few)"
    assert mean_text(totals(avg_sentiment=None)) == "no mean (nothing counts)"


@pytest.mark.parametrize(
    ("value", "text"), [(0.126, "+0.13"), (-0.004, "0.00"), (0.0, "0.00"), (-1.0, "-1.00")]
)
def test_a_mean_has_a_sign_unless_it_rounds_to_nothing(value: float, text: str) -> None:
    assert signed(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.004, "under 1%"), (0.335, "34%"), (1.0, "100%")]
)
def test_a_small_share_is_not_none(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-11-20T17", "2026-11-27T17", "20 Nov 17:00 to 27 Nov 17:00 UTC"),
        ("2026-11-20T00", "2026-11-27T00", "20 to 26 Nov UTC"),
        ("2026-10-28T00", "2026-11-04T00", "28 Oct to 3 Nov UTC"),
        ("2026-11-26T00", "2026-11-27T00", "26 Nov UTC"),
        ("2026-11-26T00", "2026-11-26T12", "26 Nov 00:00 to 12:00 UTC"),
        ("2026-12-31T00", "2027-01-01T00", "31 Dec UTC"),
        ("2026-12-28T00", "2027-01-04T00", "28 Dec 2026 to 3 Jan 2027 UTC"),
        ("2028-02-29T00", "2028-03-01T00", "29 Feb UTC"),
    ],
)
def test_a_span_is_its_days_or_its_times(start: str, end: str, text: str) -> None:
    first, last = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (start, end))
    assert span_text(first, last) == text


def coverage(observed: float, gaps: int) -> CoverageAnswer:
    gap = GapAnswer(
        start="2026-11-21T03:00:00Z",
        end="2026-11-21T09:00:00Z",
        kind="blocked",
        reason="Reddit refused the requests",
        communities=["claude"],
    )
    return CoverageAnswer(observed=observed, gaps=[gap] * gaps, partial=[])


def test_gaps_of_coverage_are_said() -> None:
    assert coverage_text(None) is None
    assert coverage_text(coverage(1.0, 0)) is None
    text = coverage_text(coverage(0.937, 1))
    assert text == (
        "Of this time 93% was observed: nothing is known of 21 Nov 03:00 to 09:00 UTC"
        " (Reddit refused the requests)."
    )
    assert "and 2 more gaps" in str(coverage_text(coverage(0.5, 4)))
    assert coverage_text(coverage(0.5, 0)) == "Of this time 50% was observed."


def test_what_strangers_wrote_is_one_short_line_without_hidden_characters() -> None:
    assert one_line("a\n\nb\u202e\u200b  c") == "a b c"
    assert len(one_line("x" * 1000)) == 280
    assert quoted("it” got better. “no") == '“it" got better. "no”'
