"""The job of releases, against a stand-in for GitHub over real connections."""

import logging
import time
from datetime import timedelta
from typing import Any

import pytest

from collector.release_jobs import MAX_WITHOUT_TOKEN, Done, ReleaseReader, mark_releases_on_timer
from collector.sources.waiting import wait_until
from shared.errors import DocumentChanged
from shared.models import Marker, ReleasesState
from shared.store import RELEASES, WATCHLIST, Store
from shared.subjects.watchlist import markers_of, read_history, read_watchlist, write_watchlist
from shared.times import utc_now
from tests.collector.crashing import DeadStore, Killed
from tests.collector.harness import FAST
from tests.collector.sources.github.cycles import CLI, START, TOOL, Place
from tests.watchlists import a_marker, a_subject, watch

TOKEN = {"GITHUB_TOKEN": "good-token"}
ACME = a_subject("acme", home=[TOOL])


@pytest.fixture
def place():
    made = Place()
    for name in ("acme/tool", "acme/cli"):
        made.hub.repository(name)
    yield made
    made.close()


async def read(store: Any, place: Place, *, seconds: float = 60, **more: str) -> Done:
    """Run the job as a process of its own does."""
    reader = ReleaseReader(
        store,
        place.settings(**more),
        wait=wait_until(time.monotonic() + seconds),
        clock=place.clock,
        backoff=FAST,
        pace=0,
    )
    return await reader.run()


async def markers(store: Store) -> list[Marker]:
    return markers_of(await read_watchlist(store))


async def names(store: Store) -> list[str]:
    return [each["name"] for each in await markers(store)]


async def state(store: Store, community: str = TOOL) -> ReleasesState:
    found = await store.read(RELEASES, "releases", community)
    assert found is not None
    return found


async def edit(store: Store, found: list[Marker]) -> None:
    """Write markers as a person does."""
    before = await read_watchlist(store)
    await write_watchlist(
        store,
        before,
        subjects=before["subjects"],
        communities=before["communities"],
        change="by hand",
        now=START,
        markers=found,
    )


async def test_releases_become_markers_and_the_history_says_where_they_came_from(
    sqlite_store, place
) -> None:
    await watch(sqlite_store, 1, ACME)
    place.hub.release("acme/tool", "v1.0", published_at=place.clock.ago(days=3))
    place.hub.release("acme/tool", "v1.1", name="Faster", prerelease=True)
    place.hub.release("acme/tool", "v1.2", draft=True, published_at=None)
    done = await read(sqlite_store, place)
    assert await names(sqlite_store) == ["tool v1.0", "tool Faster (pre-release)"]
    first = (await markers(sqlite_store))[0]
    assert (first["date"], first["time"], first["kind"]) == ("2026-11-22", "10:00", "release")
    assert first["link"] == "https://github.com/acme/tool/releases/tag/v1.0"
    assert first["subject"] == "acme"
    history = await read_history(sqlite_store)
    assert history[0]["change"] == "2 markers added from the GitHub releases of acme/tool"
    assert history[0].get("rules_revision") == 1
    assert done.reading.errors == []
    assert (await state(sqlite_store))["read_at"] == "2026-11-25T10:00:20Z"


async def test_a_second_run_writes_nothing_and_with_a_token_costs_nothing(
    sqlite_store, place
) -> None:
    place.hub.release("acme/tool", "v1")
    await read(sqlite_store, place, **TOKEN)
    before = await sqlite_store.read(WATCHLIST, "watchlist", "watchlist")
    place.clock.now += timedelta(hours=1)
    await read(sqlite_store, place, **TOKEN)
    assert await sqlite_store.read(WATCHLIST, "watchlist", "watchlist") == before
    assert [each.status for each in place.limits.log] == [200, 200, 304, 304]
    assert [each.counted for each in place.limits.log[2:]] == [False, False]
    assert (await state(sqlite_store))["read_at"] == "2026-11-25T11:00:20Z"


async def test_a_persons_changes_outlast_the_feed(sqlite_store, place) -> None:
    kept = place.hub.release("acme/tool", "v1")
    changed = place.hub.release("acme/tool", "v2")
    place.hub.release("acme/tool", "v3")
    await read(sqlite_store, place)
    ours, theirs, _ = sorted(await markers(sqlite_store), key=lambda each: each["name"])
    mine = a_marker("mine")
    await edit(sqlite_store, [ours, {**theirs, "name": "The big one"}, mine])
    kept["name"], changed["name"] = "One", "Two"
    await read(sqlite_store, place)
    assert await names(sqlite_store) == ["acme/tool One", "The big one", mine["name"]]
    place.clock.now += timedelta(hours=1)
    place.hub.release("acme/tool", "v5")
    await read(sqlite_store, place)
    assert "acme/tool v3" not in await names(sqlite_store)
    assert "acme/tool v5" in await names(sqlite_store)


async def test_a_kill_at_any_write_is_made_up_for_by_the_next_run(sqlite_store, place) -> None:
    place.hub.release("acme/tool", "v1")
    place.hub.release("acme/cli", "v2")
    await watch(sqlite_store, 1, ACME)
    counting = DeadStore(sqlite_store, -2)
    expected = ["tool v1", "acme/cli v2"]
    kills = 0
    for step in range(8):
        await watch(sqlite_store, 1, ACME)
        await sqlite_store.delete(RELEASES, [("releases", each) for each in (TOOL, CLI)])
        try:
            await read(DeadStore(sqlite_store, step), place)
        except Killed:
            kills += 1
        await read(sqlite_store, place)
        assert sorted(await names(sqlite_store)) == sorted(expected)
        assert (await read_watchlist(sqlite_store))["revision"] == 2
    await sqlite_store.delete(RELEASES, [("releases", each) for each in (TOOL, CLI)])
    await watch(sqlite_store, 1, ACME)
    await read(counting, place)
    assert kills == 2 * len(counting.batches) == 6


async def test_a_change_by_another_writer_meanwhile_is_kept(sqlite_store, place) -> None:
    place.hub.release("acme/tool", "v1")
    await watch(sqlite_store, 1, ACME)

    class Busy:
        """A store into which a person writes before the job does."""

        edits = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(sqlite_store, name)

        async def replace(self, container: Any, document: Any, etag: str) -> str:
            if container is WATCHLIST and not self.edits:
                self.edits += 1
                await edit(sqlite_store, [a_marker("mine")])
                with pytest.raises(DocumentChanged):
                    await sqlite_store.replace(container, document, etag)
                raise DocumentChanged
            return await sqlite_store.replace(container, document, etag)

    await read(Busy(), place)
    assert await names(sqlite_store) == ["Mine", "tool v1"]


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("404", "missing", "GitHub has no public repository acme/tool"),
        ("451", "legal", "legal"),
        ("403", "forbidden", "Resource not accessible"),
        ("schema", "unreadable", "no list"),
        ("html", "unreadable", "no JSON"),
        ("truncated", "unreadable", "no JSON"),
        ("500", "server_error", "500"),
    ],
)
async def test_a_failure_of_one_repository_is_noted_and_others_are_read(
    sqlite_store, place, caplog, fault: str, kind: str, words: str
) -> None:
    caplog.set_level(logging.WARNING)
    place.hub.release("acme/cli", "v2")
    place.stand_in.set_faults(f"{fault},repository=acme/tool")
    await read(sqlite_store, place)
    assert await names(sqlite_store) == ["acme/cli v2"]
    error = (await state(sqlite_store))["last_error"]
    assert error is not None
    assert (error["community"], error["kind"]) == (TOOL, kind)
    assert words in error["message"]
    assert "releases.failed" in caplog.text
    # A repository that is read again forgets the failure.
    place.stand_in.set_faults("")
    await read(sqlite_store, place)
    assert (await state(sqlite_store))["last_error"] is None


@pytest.mark.parametrize(
    ("fault", "kind"), [("primary", "rate_limited"), ("401", "credentials"), ("drop", "connection")]
)
async def test_a_failure_of_all_is_met_once_and_shown_for_each(
    sqlite_store, place, fault: str, kind: str
) -> None:
    place.hub.release("acme/tool", "v1")
    await read(sqlite_store, place, **TOKEN)
    asked = len(place.limits.log)
    place.stand_in.set_faults(fault)
    await read(sqlite_store, place, **TOKEN)
    for community in (TOOL, CLI):
        error = (await state(sqlite_store, community))["last_error"]
        assert error is not None
        assert error["kind"] == kind
    assert len({each.path for each in place.limits.log[asked:]}) == 1
    # The markers and the versions of the lists stay.
    assert await names(sqlite_store) == ["acme/tool v1"]
    assert (await state(sqlite_store))["etag"]


async def test_a_slow_server_ends_with_the_time_of_the_run(sqlite_store, place) -> None:
    place.stand_in.set_faults("500")
    await read(sqlite_store, place, seconds=0.0)
    error = (await state(sqlite_store))["last_error"]
    assert error is not None
    assert error["kind"] == "deadline"


async def test_without_a_token_a_run_reads_a_few_and_the_next_one_goes_on(
    sqlite_store, place
) -> None:
    communities = [f"github.acme.r{n:02}" for n in range(MAX_WITHOUT_TOKEN + 5)]
    for each in communities:
        place.hub.release(each.removeprefix("github.").replace(".", "/"), "v1")
    for _ in range(2):
        await read(sqlite_store, place, COMMUNITIES=",".join(communities))
        place.clock.now += timedelta(hours=1)
    assert len(await names(sqlite_store)) == len(communities)
    assert len(place.limits.log) == 2 * MAX_WITHOUT_TOKEN


@pytest.mark.parametrize(
    "rubbish",
    [
        {"id": None},
        {"id": "7"},
        {"id": -7},
        {"id": 10**20},
        {"published_at": 7},
        {"published_at": "yesterday"},
        {"published_at": "2026-11-25T09:00:00"},
        {"published_at": "2999-01-01T00:00:00Z"},
    ],
)
async def test_rubbish_in_the_list_is_left_out(sqlite_store, place, rubbish) -> None:
    place.hub.release("acme/tool", "good", published_at=place.clock.ago(days=1))
    place.hub.release("acme/tool", "bad", **rubbish)
    place.hub.repository("acme/tool").releases[8] = {"created_at": "", "id": [], "draft": None}
    await read(sqlite_store, place)
    assert (await state(sqlite_store))["last_error"] is None
    assert await names(sqlite_store) == ["acme/tool good"]


async def test_odd_names_and_links_have_their_defaults(sqlite_store, place) -> None:
    place.hub.release("acme/tool", "v1", name=None, html_url="javascript:x", prerelease="yes")
    place.hub.release("acme/tool", "v2", name="", tag_name=["v2"], id=77)
    await read(sqlite_store, place)
    found = sorted(await markers(sqlite_store), key=lambda each: each["name"])
    assert [each["name"] for each in found] == ["acme/tool release 77", "acme/tool v1"]
    assert found[1]["link"] is None


def test_the_setting_switches_it_off(sqlite_settings, caplog) -> None:
    caplog.set_level(logging.INFO)
    off = sqlite_settings.model_copy(update={"release_markers": False})
    mark_releases_on_timer(off, past_due=False)
    assert 'outcome=skipped reason="RELEASE_MARKERS is false"' in caplog.text
    assert not off.sqlite_path.exists()


def test_the_timer_reads_what_the_settings_watch(sqlite_settings, place, caplog) -> None:
    caplog.set_level(logging.INFO)
    place.clock.now = utc_now()
    place.hub.release("acme/tool", "v1", published_at=place.clock.ago(hours=1))
    settings = place.settings(sqlite_settings)
    mark_releases_on_timer(settings, past_due=False)
    assert "repositories=2 errors=0 added=1 changed=0 removed=0" in caplog.text
    nothing = settings.model_copy(update={"communities": ("hn.front",)})
    mark_releases_on_timer(nothing, past_due=False)
    assert 'reason="no repository is watched"' in caplog.text
