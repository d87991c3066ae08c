"""The command `digest`: the same digest as the API's, from the local database."""

import asyncio
import json
from pathlib import Path

import pytest

from api.export.digest import digest_markdown
from api.reads.digest.answer import read_digest
from api.schema.digest import DigestParameters
from local.commands.digest import LOCAL_ADDRESS, show_digest
from shared.settings import Settings, load_settings
from shared.store import open_store
from tests.api.reads.test_digest import fill
from tests.api.world import NAMES, NOW, deps_of

DAY = {"period": "day", "end": "2026-11-20", "subjects": "lantern", "time_zone": "Europe/Berlin"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of a database of two weeks."""
    found = load_settings({"SQLITE_PATH": str(tmp_path / "data.db"), "SUBREDDITS": ",".join(NAMES)})

    async def make() -> None:
        store = await open_store(found, retry_seconds=1)
        await fill(store)
        await store.close()

    asyncio.run(make())
    return found


async def read(settings: Settings, **given: str) -> tuple[str, str]:
    """Return the digest as Markdown and as JSON, as the API reads it."""
    store = await open_store(settings, retry_seconds=1)
    try:
        parameters = DigestParameters.model_validate(given)
        digest = await read_digest(deps_of(store, ORIGIN=settings.origin), parameters)
    finally:
        await store.close()
    return digest_markdown(digest, LOCAL_ADDRESS), digest.model_dump_json()


@pytest.mark.parametrize("given", [{"period": "week"}, DAY], ids=["week", "day"])
def test_it_prints_the_digest_of_the_api(
    settings: Settings, capsys: pytest.CaptureFixture[str], given: dict[str, str]
) -> None:
    text, answer = asyncio.run(read(settings, **given))
    for as_json, wanted in ((False, text), (True, answer + "\n")):
        status = asyncio.run(show_digest(settings, given, as_json=as_json, clock=lambda: NOW))
        assert status == 0
        assert capsys.readouterr().out == wanted
    assert json.loads(answer)["subjects"][0]["mentions"] > 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"end": "2026-12-01"}, "--end: 2026-12-01: that week isn't over"),
        ({"time_zone": "Europe/Atlantis"}, "--time-zone: 'Europe/Atlantis': it is no time zone"),
        ({"subjects": "nobody"}, "'nobody' is no subject of the watchlist"),
    ],
)
def test_it_says_what_it_refuses(
    settings: Settings, capsys: pytest.CaptureFixture[str], given: dict[str, str], words: str
) -> None:
    assert asyncio.run(show_digest(settings, given, as_json=False, clock=lambda: NOW)) == 1
    found = capsys.readouterr()
    assert words in found.err
    assert found.out == ""
