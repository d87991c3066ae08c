"""Reddit's JSON objects as the stand-in makes them: t3 (submissions) and t1 (comments).

https://github.com/reddit-archive/reddit/wiki/JSON
"""

import html
import re
import zlib
from typing import Any

RedditObject = dict[str, Any]
"""`{"kind": "t3" or "t1", "data": {…}}`."""

KINDS = ("t3", "t1")
DELETED = "[deleted]"
REMOVED = "[removed]"


def fullname(thing: RedditObject) -> str:
    """Return Reddit's name of an object, unique among all kinds, such as t3_88."""
    return str(thing["data"].get("name") or f"{thing['kind']}_{thing['data']['id']}")


def text_field(kind: str) -> str:
    """Return the name of the field that holds the author's text."""
    return "selftext" if kind == "t3" else "body"


def as_html(text: str) -> str:
    """Return a text as HTML, like Reddit's but with paragraphs only."""
    paragraphs = "\n\n".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
    return f'<div class="md">{paragraphs}\n</div>'


def subreddit_id(subreddit: str) -> str:
    """Return an id for a subreddit; the same name always has the same id."""
    return f"t5_{zlib.crc32(subreddit.lower().encode()):x}"


def account_id(author: str) -> str:
    """Return an id for an account; the same name always has the same id."""
    return f"t2_{zlib.crc32(author.lower().encode()):x}"


def submission(
    thing_id: str,
    subreddit: str,
    created_utc: float,
    *,
    title: str = "A title",
    selftext: str = "",
    author: str = "an_author",
    score: int = 1,
    num_comments: int = 0,
    url: str | None = None,
    **more: Any,
) -> RedditObject:
    """Return a submission with the fields that Reddit has; `more` overrides or adds fields.

    With a `url` it is a link post, else a text post. Times are Unix seconds.
    """
    slug = re.sub(r"\W+", "_", title.lower(), flags=re.ASCII).strip("_")[:50]
    permalink = f"/r/{subreddit}/comments/{thing_id}/{slug}/"
    return {
        "kind": "t3",
        "data": {
            **_shared(
                thing_id=thing_id,
                kind="t3",
                subreddit=subreddit,
                created_utc=created_utc,
                author=author,
                score=score,
                permalink=permalink,
            ),
            "title": title,
            "selftext": selftext,
            "selftext_html": as_html(selftext) if selftext else None,
            "url": url or f"https://www.reddit.com{permalink}",
            "domain": url.split("/")[2] if url else f"self.{subreddit}",
            "is_self": url is None,
            "upvote_ratio": 1.0,
            "num_comments": num_comments,
            "link_flair_text": None,
            "over_18": False,
            "removed_by_category": None,
            "spoiler": False,
            "hide_score": False,
            "num_crossposts": 0,
            "is_video": False,
            "media": None,
            "thumbnail": "self" if url is None else "default",
            "view_count": None,
            "pinned": False,
            "hidden": False,
            "quarantine": False,
            "contest_mode": False,
            "suggested_sort": None,
            **more,
        },
    }


def comment(
    thing_id: str,
    post: RedditObject,
    created_utc: float,
    *,
    body: str = "A comment",
    author: str = "an_author",
    score: int = 1,
    parent_id: str | None = None,
    depth: int = 0,
    **more: Any,
) -> RedditObject:
    """Return a comment on a submission, with the fields that Reddit has.

    `parent_id` is the fullname of the comment that it answers; None means the submission.
    """
    above = post["data"]
    subreddit = str(above["subreddit"])
    return {
        "kind": "t1",
        "data": {
            **_shared(
                thing_id=thing_id,
                kind="t1",
                subreddit=subreddit,
                created_utc=created_utc,
                author=author,
                score=score,
                permalink=f"{above['permalink']}{thing_id}/",
            ),
            "body": body,
            "body_html": as_html(body),
            "link_id": above["name"],
            "link_title": above["title"],
            "link_author": above["author"],
            "link_permalink": f"https://www.reddit.com{above['permalink']}",
            "link_url": above["url"],
            "parent_id": parent_id or above["name"],
            "depth": depth,
            "is_submitter": author == above["author"],
            "controversiality": 0,
            "score_hidden": False,
            "collapsed": False,
            "replies": "",
            **more,
        },
    }


def _shared(
    *,
    thing_id: str,
    kind: str,
    subreddit: str,
    created_utc: float,
    author: str,
    score: int,
    permalink: str,
) -> dict[str, Any]:
    return {
        "id": thing_id,
        "name": f"{kind}_{thing_id}",
        "subreddit": subreddit,
        "subreddit_id": subreddit_id(subreddit),
        "subreddit_name_prefixed": f"r/{subreddit}",
        "subreddit_type": "public",
        "author": author,
        "author_fullname": account_id(author),
        "author_flair_text": None,
        "created_utc": float(created_utc),
        "created": float(created_utc),
        "score": score,
        "ups": score,
        "downs": 0,
        "likes": None,
        "permalink": permalink,
        "edited": False,
        "distinguished": None,
        "stickied": False,
        "locked": False,
        "archived": False,
        "saved": False,
        "gilded": 0,
        "no_follow": False,
        "send_replies": True,
        "banned_by": None,
        "approved_by": None,
        "removal_reason": None,
        "report_reasons": None,
        "mod_reports": [],
        "user_reports": [],
        "num_reports": None,
        "all_awardings": [],
        "total_awards_received": 0,
    }
