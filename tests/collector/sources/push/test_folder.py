"""Files that somebody pushes: what is read of odd ones, and what is said of wrong lines."""

import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest

from collector.sources.base import Page, Seen, SeenComment, SeenPost
from collector.sources.push.folder import MAX_LINE_BYTES, PAGE, FolderSource
from collector.sources.waiting import wait_until
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


def test_many_lines_come_in_pages_each_of_which_one_can_stop_behind(source, path) -> None:
    path.write_text("".join(line(id=str(number)) for number in range(2 * PAGE + 5)))
    pages = poll(source)
    assert [len(page.items) for page in pages] == [PAGE, PAGE, 5]
    assert ids(poll(source, pages[0].watermark)) == ids(pages[1:])


def test_two_files_may_use_the_same_ids(source, tmp_path) -> None:
    for name in ("desk", "other"):
        (tmp_path / f"{name}.ndjson").write_text(line(id="1"))
    (here,) = items(poll(source))
    (there,) = next(source.poll("push.other", None, oldest="", now=utc_now())).items
    assert here.key != there.key
