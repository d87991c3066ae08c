"""A changing Reddit: new posts and comments, edits, votes, deletions. The store must match it."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from local.reddit.objects import RedditObject, comment, fullname, submission
from local.reddit.server import StandIn

SUBREDDITS = ("aws", "claude", "OpenAI")
MOODS = (
    "I love this, great work",
    "This is awful, I hate it",
    "It is on the table",
    "Brilliant release, thanks a lot 🎉",
    "Broken again, what a terrible update",
    "",
)
FIRST_POSTS = 90
FIRST_SPAN_SECONDS = 30 * 3600


def first_objects(
    dice: random.Random, now: float, subreddits: Sequence[str] = SUBREDDITS
) -> list[RedditObject]:
    """Return random posts of the last 30 hours, each with up to three comments, oldest first."""
    made: list[RedditObject] = []
    for number in range(FIRST_POSTS):
        moment = int(now - dice.uniform(60, FIRST_SPAN_SECONDS))
        post = _post(dice, f"p{number}", subreddits, moment)
        made.append(post)
        for one in range(dice.randrange(4)):
            later = min(moment + dice.randrange(1, 3600), int(now) - 30)
            made.append(_comment(dice, f"c{number}x{one}", post, later))
    return sorted(made, key=lambda thing: float(thing["data"]["created_utc"]))


def _post(
    dice: random.Random, thing_id: str, subreddits: Sequence[str], moment: int
) -> RedditObject:
    return submission(
        thing_id,
        subreddits[int(thing_id[1:]) % len(subreddits)],
        moment,
        title=f"{dice.choice(MOODS)} ({thing_id})",
        selftext=dice.choice(MOODS),
        author=f"user{dice.randrange(40)}",
        score=dice.randrange(50),
    )


def _comment(dice: random.Random, thing_id: str, post: RedditObject, moment: int) -> RedditObject:
    body = f"{dice.choice(MOODS)} {thing_id}"
    author = f"user{dice.randrange(40)}"
    return comment(thing_id, post, moment, body=body, author=author, score=dice.randrange(20))


@dataclass
class GoingOn:
    """Changes the objects of a stand-in as time passes, and remembers which were deleted."""

    stand_in: StandIn
    dice: random.Random
    subreddits: Sequence[str] = SUBREDDITS
    gone: set[str] = field(default_factory=set)
    added: int = 0
    edited: int = 0

    def go_on(self) -> None:
        """Make some changes: new objects, a few edits and votes, sometimes a deletion."""
        control = self.stand_in.control
        known = [thing for thing in control.objects() if fullname(thing) not in self.gone]
        control.add(self._news([thing for thing in known if thing["kind"] == "t3"]))
        for thing in self.dice.sample(known, 2):
            control.edit(fullname(thing), f"{self.dice.choice(MOODS)} (again {self.edited})")
            self.edited += 1
        for thing in self.dice.sample(known, 3):
            control.set_score(fullname(thing), self.dice.randrange(500))
        if self.dice.random() < 0.5:
            name = fullname(self.dice.choice(known))
            self.dice.choice((control.delete, control.remove))(name)
            self.gone.add(name)

    def _news(self, posts: list[RedditObject]) -> list[RedditObject]:
        now = int(time.time())
        found: list[RedditObject] = []
        for _ in range(self.dice.randrange(1, 7)):
            self.added += 1
            if self.dice.random() < 0.4:
                found.append(_post(self.dice, f"n{self.added}", self.subreddits, now))
                continue
            post = self.dice.choice(posts)
            found.append(_comment(self.dice, f"m{self.added}", post, now))
            counted = int(post["data"]["num_comments"]) + 1
            post["data"]["num_comments"] = counted
            self.stand_in.control.set_num_comments(fullname(post), counted)
        return found

    def shown(self) -> dict[str, RedditObject]:
        """Return the objects that are shown at the end, by fullname, without the deleted ones."""
        objects = self.stand_in.control.objects()
        return {fullname(thing): thing for thing in objects if fullname(thing) not in self.gone}
