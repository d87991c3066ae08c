"""Files that somebody pushes: what is read of odd ones, and what is said of wrong lines."""

import json
import logging
import os
import time
from pathlib import Path
from typing import Any

import pytest

from collector.sources.base import ItemReference, Page, Seen, SeenComment, SeenPost
from collector.sources.push import folder
from collector.sources.push.files import KNOWN_BYTES, MAX_LINE_BYTES
from collector.sources.push.folder import LINES_AT_ONCE, FolderSource
from collector.sources.waiting import wait_until
from shared.errors import CommunityUnavailable, DeadlineReached, SourceRefused
from shared.models import Watermark
from shared.settings import load_settings
from shared.times import utc_now

COMMUNITY = "push.desk"
LINE = {"id": "1", "kind": "post", "created": "2026-11-20T10:00:00Z", "title": "It is slow"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.ndjson"


@pytest.fixture
def source(tmp_path: Path) -> FolderSource:
    settings = load_settings({"COMMUNITIES": COMMUNITY, "PUSH_FOLDER": str(tmp_path)})
    return FolderSource(settings, wait=wait_until(time.monotonic() + 600))


def line(**fields: Any) -> str:
    return json.dumps({**LINE, **fields}) + "\n"


def poll(source: FolderSource, watermark: Watermark | None = None) -> list[Page]:
    pages = source.poll(COMMUNITY, watermark, oldest="", now=utc_now())
    return list(pages)


def items(pages: list[Page]) -> list[Seen]:
    return [each for page in pages for each in page.items]


def ids(pages: list[Page]) -> list[str]:
    return [each.id.rpartition(".")[2] for each in items(pages)]


def test_what_a_line_leaves_out_is_unknown_not_nought(source, path) -> None:
    path.write_text(line() + line(id="2", kind="comment", post_id="1", text="Yes", title=""))
    post, comment = items(poll(source))
    assert isinstance(post, SeenPost)
    assert isinstance(comment, SeenComment)
    assert (post.upvotes, post.comment_count, post.author, post.flair) == (None, None, None, None)
    assert (comment.upvotes, comment.author) == (None, None)


def test_what_a_line_gives_is_kept(source, path) -> None:
    given = {
        "source": "push", "community": COMMUNITY, "author": "ada", "text": "Words", "url": "https://a.example/",
        "permalink": "https://b.example/", "score": 0, "replies": 7, "flair": "bug", "edited": True,
        "created": "2026-11-20T12:00:00+02:00",
    }  # fmt: skip
    path.write_text(line(**given))
    (post,) = items(poll(source))
    assert isinstance(post, SeenPost)
    assert (post.author, post.content, post.upvotes, post.comment_count) == ("ada", "Words", 0, 7)
    assert (post.url, post.permalink) == ("https://a.example/", "https://b.example/")
    assert (post.flair, post.edited, post.created_utc) == ("bug", True, 1763632800.0 + 31536000)


def test_a_comment_answers_the_comment_that_it_names_or_the_post(source, path) -> None:
    said = {"kind": "comment", "post_id": "1", "title": "", "text": "Yes"}
    parents = (None, "1", "c2", "c4")
    path.write_text(
        "".join(line(**said, id=f"c{n}", parent_id=each) for n, each in enumerate(parents, start=1))
    )
    found = [each.parent_id for each in items(poll(source)) if isinstance(each, SeenComment)]
    # One that answers itself answers the post.
    assert found == ["push.desk.1", "push.desk.1", "push.desk.c2", "push.desk.1"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nonsense\n", "no JSON"),
        ("[1, 2]\n", "no JSON object"),
        (line(id=""), "no usable id"),
        (line(id="a/b"), "no usable id"),
        (line(id="x" * 65), "no usable id"),
        (line(kind="story"), "no usable kind"),
        (line(created="2026-11-20T10:00:00"), "no usable created"),
        (line(created="1999-01-01T00:00:00Z"), "no usable created"),
        (line(score="many"), "no usable score"),
        (line(score=2**40), "no usable score"),
        (line(replies=-1), "no usable replies"),
        (line(body="words"), "unknown field body"),
        (line(title="", text=" "), "it has no words"),
        (line(kind="comment"), "a comment takes post_id, and a post none"),
        (line(post_id="9"), "a comment takes post_id, and a post none"),
        (
            line(kind="comment", post_id="9"),
            "a comment takes no title: its words are its text",
        ),
        (line(kind="comment", post_id="9", title=" "), "it has no words"),
        (line(text="é" * MAX_LINE_BYTES), "longer than 1 MB"),
        ('{"id": "1"}\n', "no usable kind"),
        (line(community="push.other"), "of another community"),
        (line(source="reddit"), "no usable source"),
        ("\x00\x00\n", "no JSON"),
    ],
)
def test_a_line_that_is_wrong_is_named_and_the_others_are_taken(
    source, path, caplog, text: str, reason: str
) -> None:
    path.write_text(line(id="before") + "\n" + text + line(id="after"))
    with caplog.at_level(logging.WARNING):
        assert ids(poll(source)) == ["before", "after"]
    assert dict(source.left_out) == {reason: 1}
    (said,) = [each for each in caplog.messages if each.startswith("push.line_left_out")]
    assert "line=3" in said
    assert "community=push.desk" in said


@pytest.mark.parametrize(
    "written",
    [
        line(id="1") + line(id="2").rstrip("\n"),
        line(id="1").replace("\n", "\r\n") + line(id="2").replace("\n", "\r\n"),
        "\n\n" + line(id="1") + "  \n" + line(id="2") + "\n",
        "\ufeff" + line(id="1") + line(id="2"),
    ],
)
def test_odd_line_ends_lose_nothing(source, path, written: str) -> None:
    path.write_text(written, newline="")
    pages = poll(source)
    assert ids(pages) == ["1", "2"]
    with path.open("a") as file:
        file.write("\n" + line(id="3"))
    assert ids(poll(source, pages[-1].watermark)) == ["3"]
    assert not source.left_out


def test_a_line_that_is_still_being_written_waits(source, path) -> None:
    whole = line(id="2", text='It says } and "so on"')
    for cut in range(1, len(whole) - 1):
        path.write_text(line(id="1") + whole[:cut])
        pages = poll(source)
        assert ids(pages) == ["1"], whole[:cut]
        path.write_text(line(id="1") + whole)
        assert ids(poll(source, pages[-1].watermark)) == ["2"], whole[:cut]
    assert not source.left_out


def test_a_file_that_was_replaced_is_read_from_its_start(source, path) -> None:
    path.write_text(line(id="1") + line(id="2"))
    before = poll(source)[-1].watermark
    path.write_text(line(id="8") + line(id="9") + line(id="10"))
    assert ids(poll(source, before)) == ["8", "9", "10"]
    path.write_text(line(id="8"))
    assert ids(poll(source, before)) == ["8"]


@pytest.mark.parametrize("other", ["nonsense\n", line(id="same")])
def test_many_lines_are_read_in_several_polls_wrong_and_repeated_ones_too(
    source, path, other: str
) -> None:
    path.write_text(other * 2 * LINES_AT_ONCE + line(id="last"))
    found: list[str] = []
    watermark = None
    for _ in range(3):
        (page,) = poll(source, watermark)
        watermark = page.watermark
        found.append(",".join(ids([page])))
    assert found[-1] == "last"
    assert not found[0].endswith("last")


def test_an_item_comes_as_the_last_line_has_it_however_far_behind(source, path) -> None:
    many = [line(id=str(number)) for number in range(LINES_AT_ONCE + 5)]
    path.write_text("".join([*many, line(id="3", title="Edited"), line(id="4", deleted="author")]))
    (first,) = poll(source)
    by_id = dict(zip(ids([first]), first.items, strict=True))
    assert (by_id["3"].title, by_id["4"].deleted, by_id["5"].deleted) == ("Edited", True, False)


def test_the_first_time_counts_of_what_several_lines_say_of_one_item(source, path) -> None:
    path.write_text(line(id="1") + line(id="1", created="2026-11-21T10:00:00Z", title="Edited"))
    (post,) = items(poll(source))
    assert (post.title, post.created_utc) == ("Edited", 1795168800.0)


def test_a_file_that_was_written_anew_loses_no_line(source, path) -> None:
    rows = [line(id=str(number), text="some words " * 9) for number in range(100)]
    path.write_text("".join(rows))
    assert path.stat().st_size > 2 * KNOWN_BYTES
    watermark = poll(source)[-1].watermark
    rows[70] = line(id="70", text="fewer words")
    path.write_text("".join([*rows, line(id="new"), line(id="newer")]))
    assert {"new", "newer"} <= set(ids(poll(source, watermark)))
    assert not source.left_out


def test_a_file_that_grows_while_it_is_read_is_read_on_from_there(
    source, path, monkeypatch
) -> None:
    path.write_text(line(id="1"))
    counted = folder.count_lines

    def growing(*args: Any) -> int:
        with path.open("a") as file:
            file.write(line(id="2"))
        return counted(*args)

    monkeypatch.setattr(folder, "count_lines", growing)
    pages = poll(source)
    monkeypatch.undo()
    assert ids(pages) == ["1", "2"]
    assert ids(poll(source, pages[-1].watermark)) == []


def test_a_very_long_line_is_left_out_once_when_it_is_whole(source, path) -> None:
    path.write_text(line(id="1") + '{"id": "2", "title": "' + "y" * 3 * MAX_LINE_BYTES)
    pages = poll(source)
    assert (ids(pages), dict(source.left_out)) == (["1"], {})
    with path.open("a") as file:
        file.write('"}\n' + line(id="3"))
    assert ids(poll(source, pages[-1].watermark)) == ["3"]
    assert dict(source.left_out) == {"longer than 1 MB": 1}


@pytest.mark.parametrize("end", ["", "\n"])
def test_nesting_however_deep_is_a_wrong_line(source, path, end: str) -> None:
    path.write_text(line(id="1") + "[" * 200_000 + end)
    assert ids(poll(source)) == ["1"]
    assert [each.id for each in looked(source, "1")] == [f"{COMMUNITY}.1"]


def test_half_an_emoji_at_a_cut_costs_no_item(source, path) -> None:
    path.write_text(line(id="1", text="It works \ud83d") + line(id="2", text="\ud83d\ude00"))
    first, second = items(poll(source))
    assert isinstance(first, SeenPost)
    assert isinstance(second, SeenPost)
    assert (first.content, second.content) == ("It works ?", "\U0001f600")


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_fails_its_community_alone(source, path, make) -> None:
    make(path)
    with pytest.raises(CommunityUnavailable, match="is no file"):
        poll(source)
    assert looked(source, "1") == []


def test_a_file_that_fails_while_it_is_read_fails_its_community_alone(
    source, path, monkeypatch
) -> None:
    path.write_text(line())

    def failing(*_args: Any) -> int:
        raise OSError(116, "Stale file handle")

    monkeypatch.setattr(folder, "count_lines", failing)
    with pytest.raises(CommunityUnavailable, match="Stale file handle"):
        poll(source)


def test_reading_ends_with_the_cycles_time(tmp_path, path) -> None:
    path.write_text(line())
    settings = load_settings({"COMMUNITIES": COMMUNITY, "PUSH_FOLDER": str(tmp_path)})
    late = FolderSource(settings, wait=wait_until(time.monotonic() - 1))
    with pytest.raises(DeadlineReached):
        poll(late)
    with pytest.raises(DeadlineReached):
        looked(late, "1")


def test_a_folder_that_no_folder_can_be_is_refused() -> None:
    settings = load_settings({"COMMUNITIES": COMMUNITY, "PUSH_FOLDER": f"/{'x' * 5000}"})
    with pytest.raises(SourceRefused):
        FolderSource(settings, wait=wait_until(time.monotonic() + 600))


def test_looking_again_finds_what_the_last_line_of_an_item_says(source, path) -> None:
    path.write_text(
        line(id="1", text='"id": "2"')
        + line(id="2")
        + line(id="3", kind="comment", post_id="2", text="Yes", title="")
        + line(id="2", deleted="author")
        + line(id="1").replace('"1"', '"\\u0031"').replace("slow", "quick")
    )
    found = {each.id[-1]: each for each in looked(source, "1", "2")}
    assert isinstance(found["1"], SeenPost)
    assert (found["1"].title, found["2"].deleted, len(found)) == ("It is quick", True, 2)


def looked(source: FolderSource, *names: str) -> list[Seen]:
    asked = [ItemReference(COMMUNITY, "post", f"{COMMUNITY}.{name}") for name in names]
    return list(source.look_again(asked).found)


def test_two_files_may_use_the_same_ids(source, tmp_path) -> None:
    for name in ("desk", "other"):
        (tmp_path / f"{name}.ndjson").write_text(line(id="1"))
    (here,) = items(poll(source))
    (there,) = next(source.poll("push.other", None, oldest="", now=utc_now())).items
    assert here.key != there.key
