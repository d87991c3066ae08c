"""Evaluation of bare replies: `python -m bench.replies`.

Prints how many of the replies that only agree with their parent are found, and how many of those
found do, and how often the parent's mood is the reply's, as tables of docs/sentiment.md. Replies of
bench/field/replies.jsonl are read with the recorded ones where ../shared is there.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.field.joining import part_of
from bench.field.labels import FOLDER, read_rows
from bench.field.recorded import SHARED, read_recorded
from collector.sentiment.base import Text
from collector.sentiment.registry import method_named
from collector.threads.replies import only_agrees
from shared.communities import SourceName
from shared.subjects.texts import ItemText
from shared.text.forms import FORMS

LABELLED = FOLDER / "replies.jsonl"
SOURCES: dict[str, SourceName] = {"reddit": "reddit", "hn": "hackernews"}
METHODS = ("vader", "linear")
ALL = "all"
HEAD = "| --- | --- | --- | --- | --- | --- |"


@dataclass(frozen=True)
class Reply:
    """A labelled reply with its parent; is_post says that the parent is a post.

    moods are the labels of the parent and of the reply, as a person reads them in their thread;
    only replies that agree have them.
    """

    id: str
    text: ItemText
    parent: ItemText
    label: str
    is_post: bool = False
    moods: tuple[str, str] | None = None

    @property
    def agrees(self) -> bool:
        """Return whether it only agrees."""
        return self.label == "agrees"

    @property
    def is_taken(self) -> bool:
        """Return whether the rules take it for one that only agrees."""
        return only_agrees(self.text, self.parent, is_post=self.is_post)


def read_replies(path: Path = LABELLED, shared: Path = SHARED) -> list[Reply]:
    """Return the labelled replies; recorded ones only where the folder has their text."""
    recorded = {item.id: item for item in read_recorded(shared)}
    found = []
    for row in read_rows(path):
        moods = (row["parent_mood"], row["mood"]) if "mood" in row else None
        if "text" in row:
            texts, is_post = (row["text"], row["parent"]), False
        elif row["id"] in recorded and row["parent_id"] in recorded:
            parent = recorded[row["parent_id"]]
            texts, is_post = (recorded[row["id"]].text, parent.text), parent.kind == "post"
        else:
            continue
        source = SOURCES.get(row["id"].split(":")[0], "reddit")
        text, parent_text = (ItemText(each, source, None, "") for each in texts)
        found.append(Reply(row["id"], text, parent_text, row["label"], is_post, moods))
    return found


def group_of(reply: Reply) -> str:
    """Return which replies it belongs to: recorded, or written and used for the rules or not."""
    if ":" in reply.id:
        return "recorded"
    return "written, test" if part_of(reply.id) == "test" else "written, not test"


def table_of_detection(replies: Sequence[Reply]) -> str:
    """Return precision and recall of each group, as a table of Markdown."""
    rows = ["| replies | n | agree | found | precision | recall |", HEAD]
    for group in [*sorted({group_of(each) for each in replies}), ALL]:
        some = [each for each in replies if group in {group_of(each), ALL}]
        found = [each for each in some if each.is_taken]
        agree, right = (sum(each.agrees for each in listed) for listed in (some, found))
        shares = f"{_share(right, len(found))} | {_share(right, agree)}"
        rows.append(f"| {group} | {len(some)} | {agree} | {len(found)} | {shares} |")
    return "\n".join(rows)


def table_of_moods(replies: Sequence[Reply]) -> str:
    """Return how often each reading of the found replies is their mood, as a table of Markdown."""
    found = [each for each in replies if each.is_taken]
    right = [each.moods[1] if each.moods else None for each in found]
    readings = {"the parent, read by a person": [each.moods and each.moods[0] for each in found]}
    for name in METHODS:
        method = method_named(name, FORMS)
        parents = method.score_many([_scored(each.parent) for each in found])
        own = method.score_many([_scored(each.text) for each in found])
        readings[f"the parent, scored by {name}"] = [score.label for score in parents]
        readings[f"the reply itself, scored by {name}"] = [score.label for score in own]
    rows = [f"| mood of {len(found)} replies, taken from | right |", "| --- | --- |"]
    for reading, moods in readings.items():
        same = sum(mood == other for mood, other in zip(moods, right, strict=True) if mood)
        rows.append(f"| {reading} | {_share(same, len(found))} |")
    return "\n".join(rows)


def _scored(text: ItemText) -> Text:
    return Text(text.markdown, text.source, text.author)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.replies",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shared", nargs="?", type=Path, default=SHARED, help="recorded items")
    replies = read_replies(shared=parser.parse_args().shared)
    print(f"{table_of_detection(replies)}\n\n{table_of_moods(replies)}")


if __name__ == "__main__":
    main()
