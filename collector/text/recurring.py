"""Recognises posts that are no news: recurring threads, and posts of moderators and bots."""

import re

from shared.models import Post
from shared.text import folded

BOT = re.compile(r"automoderator|.*[-_]?mod[-_]?(?:bot|team)|.*[-_]bot|bot[-_].*", re.IGNORECASE)
NAMED_BOT = re.compile(r".*[a-z\d]Bot")
_OFTEN = r"(?:bi-?weekly|fortnightly|weekly|daily|monthly|quarterly|yearly|annual)"
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
# A recurring thread names its kind, or has a mark after the word; "Weekly limits are gone" is news.
_KIND = (
    r"(?:(?:mega)?threads?|discussions?|questions?|q ?& ?a|chat|talk|posts?|show(?:case|off)?"
    r"|feedback|round ?up|digest|recap|summary|hiring|jobs?|self promo\w*|promo\w*|help|check ?in"
    r"|stand ?up|tips|faq|lounge|wins|rants?|vents?|challenge|projects?|what are you|who'?s|sharing"
    r"|share|report|newsletter|free talk|open)"
)
RECURRING = re.compile(
    rf"^\W*(?:(?:the|our|official|r/\w+)\W+)*{_OFTEN}\b(?:\s*[:|#(\[]|\s+-\s|.{{0,40}}?\b{_KIND}\b)"
    rf"|\b{_OFTEN}\s+(?:\w+\s+){{0,3}}(?:(?:mega)?thread|discussion|round ?up|showcase|digest)\b"
    rf"|[(\[]{_OFTEN}[)\]]"
    rf"|\b(?:mega|open )thread\b"
    rf"|\b(?:feedback|moronic|self promo\w*|show(?:case| ?off)?|(?:simple|dumb|stupid) questions?"
    rf"|help|hiring|free talk|what are you \w+(?: on)?(?: this)?)\s+{_DAY}\b"
)


def is_recurring(post: Post) -> bool:
    """Return whether a post is a moderator's, a bot's, or a recurring thread."""
    if post.get("stickied") or post.get("distinguished"):
        return True
    author = post["author"] or ""
    if BOT.fullmatch(author) or NAMED_BOT.fullmatch(author):
        return True
    title = " ".join(folded(post["title"]).replace("-", " - ").split())
    return bool(RECURRING.search(title) or RECURRING.search(title.replace(" - ", " ")))
