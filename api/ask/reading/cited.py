"""Shows the items that an explanation cites, with the beginning of their texts."""

from collections.abc import Iterable, Mapping, Sequence

from api.ask.citing import explained
from api.ask.reading.asking import Asking
from api.ask.wording import listed, quoted
from api.schema.explain import ExplainedItem, Explanation
from shared.store import COMMENTS

MAX_QUOTES = 3
# Characters of a text in a list of several.
MAX_TITLE_READ = 80


async def show_cited(
    asking: Asking,
    explanation: Explanation,
    number: int,
    ids: Iterable[str],
    *,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Show the items with these ids that the explanation cites; number is that of its evidence.

    texts are what is shown of them instead of their beginnings. Raises StoreError.
    """
    cited = {each.id: each for each in explanation.cited}
    chosen = [cited[each] for each in dict.fromkeys(ids) if each in cited]
    known = {
        **{s.item: s.text for each in explanation.quotes for s in each.sentences},
        **{each.item: each.text for each in explanation.read_these},
        **(texts or {}),
    }
    known |= await _texts_of(asking, [each for each in chosen if not _has_text(each, known)])
    for each in chosen:
        if _has_text(each, known):
            asking.citing.show(explained(each, known.get(each.id, ""), number))


async def say_reads(asking: Asking, explanation: Explanation, number: int) -> None:
    """Name up to three items that weigh most."""
    chosen = explanation.read_these[:MAX_QUOTES]
    await show_cited(asking, explanation, number, [each.item for each in chosen])
    if chosen:
        titles = listed([quoted(each.text, MAX_TITLE_READ) for each in chosen])
        asking.citing.say(f"What weighs most: {titles}.", [number], [each.item for each in chosen])


def _has_text(item: ExplainedItem, texts: Mapping[str, str]) -> bool:
    return bool(texts.get(item.id) or item.title)


async def _texts_of(asking: Asking, items: Sequence[ExplainedItem]) -> dict[str, str]:
    """Return the texts of the comments among these items, which explanations cite without."""
    keys = [(each.community, each.id) for each in items if each.kind == "comment"]
    if not keys:
        return {}
    store = await asking.reader.deps.watched_store()
    found = await store.read_many(COMMENTS, keys)
    return {each["id"]: each["content"] for each in found.values() if not each["deleted"]}
