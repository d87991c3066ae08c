"""The command `match`: the subjects that texts name."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from local.commands.score import texts_of
from local.host.config import read_local_settings
from shared.communities import SUBREDDIT, SourceName, is_prefixed_id, source_of
from shared.errors import SettingsError
from shared.models import Subject
from shared.settings import Settings, load_settings
from shared.store import WATCHLIST, open_store
from shared.subjects.matcher import Matcher
from shared.subjects.starter import starter_pack
from shared.subjects.texts import ItemText, find
from shared.subjects.watchlist import KEY

RETRY_SECONDS = 10.0


def match_command(
    environ: Mapping[str, str],
    texts: Sequence[str],
    *,
    community: str | None,
    source: SourceName | None,
) -> None:
    """Print one JSON object for each text. The text `-` stands for the lines of the input.

    The rules are those of the stored watchlist, or of the starter pack where none is stored. The
    texts are read as those of the community's source, or of this one.

    Raises SettingsError, HostError and StoreError.
    """
    if community is not None:
        _check(community)
    settings = load_settings(read_local_settings(Path(), environ))
    subjects = asyncio.run(stored_subjects(settings))
    if subjects is None:
        subjects = starter_pack()
    matcher, names = Matcher(subjects), {each["id"]: each["name"] for each in subjects}
    form = source or source_of(community or "")
    escapes = sys.stdout.encoding.lower() != "utf-8"
    for text in texts_of(texts, sys.stdin.buffer):
        found = matched(matcher, names, ItemText(text, form, None, community or ""))
        print(json.dumps(found, ensure_ascii=escapes), flush=True)


def matched(matcher: Matcher, names: Mapping[str, str], text: ItemText) -> dict[str, Any]:
    """Return the subjects that a text names, and the words that exclusions and context kept out."""
    found = find(matcher, text)
    return {
        "text": text.markdown,
        "subjects": [
            {"id": each.subject, "name": names[each.subject], "matched": list(each.words)}
            for each in found.matches
        ],
        "kept_out": [asdict(each) for each in found.kept_out],
    }


async def stored_subjects(settings: Settings) -> list[Subject] | None:
    """Return the subjects of the stored watchlist; None if none is stored. Raises StoreError."""
    if not settings.cosmos_endpoint and not settings.sqlite_path.exists():
        return None
    store = await open_store(settings, retry_seconds=RETRY_SECONDS)
    try:
        watchlist = await store.read(WATCHLIST, *KEY)
    finally:
        await store.close()
    return watchlist["subjects"] if watchlist else None


def _check(community: str) -> None:
    if not SUBREDDIT.fullmatch(community) and not is_prefixed_id(community):
        raise SettingsError(
            f"--community: {community} can't be a community; it takes a subreddit's name, hn.NAME,"
            " forum.NAME, github.OWNER.REPOSITORY or push.NAME"
        )
