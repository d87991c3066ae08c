"""Where items are too few for a verdict, each answer with a change says how long a span needs."""

from datetime import timedelta
from typing import Any

import pytest

from api.reads.comparison import compare
from api.reads.explain.explanation import read_explanation
from api.reads.subjects import read_subject, read_subjects
from api.schema.explain import ExplainParameters
from api.schema.parameters import CompareParameters
from api.schema.sentiment import Change
from api.schema.subject_parameters import SubjectParameters, SubjectsParameters
from api.schema.subjects import MentionChange
from shared.store import COMMUNITIES, Store
from shared.store.community_states import community_key
from shared.times import iso
from tests.api.reads.test_change import COLLECTED, collected
from tests.api.reads.test_coverage import observed
from tests.api.reads.test_markers import a_marker, effect
from tests.api.subject_world import keep_matched, watch
from tests.api.world import NAMES, a_post, deps_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FULL = COLLECTED.replace(minute=0)
COLLECTS: Any = {"until": "collected"}


async def observe(store: Store, days: float) -> None:
    """Store that all communities have been observed for this number of days."""
    since = [[iso(FULL - days * DAY), iso(COLLECTED)]]
    await store.upsert(COMMUNITIES, [observed(name, 1, covered=since) for name in NAMES])


@pytest.fixture
async def quiet(sqlite_store: Store) -> Store:
    """Return a store of forty days with twelve posts about Kiro a day, all in one community."""
    await watch(sqlite_store)
    posts = [a_post(n, FULL - HOUR - n * 2 * HOUR, title="kiro") for n in range(40 * 12)]
    await keep_matched(sqlite_store, posts)
    await collected(sqlite_store)
    await observe(sqlite_store, 40)
    return sqlite_store


async def changes(store: Store, **asked: Any) -> dict[str, Change | MentionChange]:
    """Return the change of all talk, of which all is about Kiro, as each answer has it."""
    deps = deps_of(store, now=COLLECTED)
    scopes = CompareParameters(scopes=("all", "aws", "subject:kiro"), **asked, **COLLECTS)
    compared = (await compare(deps, scopes)).subreddits
    card = await read_subject(deps, SubjectParameters(id="kiro", **asked, **COLLECTS))
    listed = await read_subjects(deps, SubjectsParameters(**asked, **COLLECTS))
    explained = await read_explanation(deps, ExplainParameters(subject="kiro", **asked))
    (part,) = card.by_community
    found = {
        **{each.scope: each.change for each in compared},
        "card": card.change,
        "part of the card": part.change,
        "list": next(each.change for each in listed.subjects if each.id == "kiro"),
        "explanation": explained.change,
    }
    assert all(found.values())
    return {name: each for name, each in found.items() if each is not None}


async def needed(store: Store, **asked: Any) -> int | None:
    """Return the span that all answers say is needed."""
    (found,) = {each.span_needed for each in (await changes(store, **asked)).values()}
    return found


@pytest.mark.parametrize("hours", [6, 24, 48])
async def test_every_answer_names_a_span_that_bears_a_verdict(quiet: Store, hours: int) -> None:
    found = await changes(quiet, hours=hours)
    assert {each.verdict for each in found.values()} == {"too_few"}
    # Twelve a day: three days have thirty-six.
    assert {each.span_needed for each in found.values()} == {72}
    longer = await changes(quiet, hours=72)
    assert {each.verdict for each in longer.values()} == {"no_clear_change"}
    assert {each.span_needed for each in longer.values()} == {None}


async def test_a_span_of_days_names_one_that_bears_a_verdict_too(quiet: Store) -> None:
    end = iso(FULL - 2 * DAY)
    assert await needed(quiet, start=iso(FULL - 3 * DAY), end=end) == 72
    longer = await changes(quiet, start=iso(FULL - 5 * DAY), end=end)
    assert {each.verdict for each in longer.values()} == {"no_clear_change"}


@pytest.mark.parametrize(("days", "wanted"), [(6, 72), (5.9, None)])
async def test_no_span_is_named_that_is_not_stored_with_as_much_before_it(
    quiet: Store, days: float, wanted: int | None
) -> None:
    await observe(quiet, days)
    assert await needed(quiet, hours=24) == wanted


async def test_without_a_record_of_what_is_stored_no_span_is_named(quiet: Store) -> None:
    await quiet.delete(COMMUNITIES, [community_key(name) for name in NAMES])
    assert await needed(quiet, hours=24) is None


async def test_what_is_no_longer_kept_is_in_no_span(quiet: Store) -> None:
    await observe(quiet, 200)
    deps = deps_of(quiet, now=COLLECTED, RETENTION_DAYS="5")
    asked = CompareParameters(subreddits=("all",), hours=24, **COLLECTS)
    (scope,) = (await compare(deps, asked)).subreddits
    assert scope.change is not None
    assert (scope.change.verdict, scope.change.span_needed) == ("too_few", None)


async def test_an_explanation_says_it_in_its_sentence(quiet: Store) -> None:
    deps = deps_of(quiet, now=COLLECTED)
    found = await read_explanation(deps, ExplainParameters(subject="kiro", hours=24))
    assert found.sentence.endswith("at this rate a span of about 3 days.")
    await observe(quiet, 4)
    found = await read_explanation(deps, ExplainParameters(subject="kiro", hours=24))
    assert found.sentence.endswith("It takes 30 on either side.")


@pytest.mark.parametrize(
    ("since", "days", "wanted"),
    [(10, 1, 72), (10, 2, 72), (3, 1, 72), (2, 1, None), (10, 3, None)],
    ids=["a day", "two days", "just enough", "too early", "enough already"],
)
async def test_around_a_marker_the_time_after_it_must_have_been_collected(
    quiet: Store, since: int, days: int, wanted: int | None
) -> None:
    found = await effect(quiet, a_marker(at=FULL - since * DAY), days=days)
    assert (found.change.verdict == "too_few") is (days < 3)
    assert found.change.span_needed == wanted


async def test_around_a_marker_as_much_must_be_stored_before_it(quiet: Store) -> None:
    await observe(quiet, 12)
    found = await effect(quiet, a_marker(at=FULL - 10 * DAY), days=1)
    assert (found.change.verdict, found.change.span_needed) == ("too_few", None)
