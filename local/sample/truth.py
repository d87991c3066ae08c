"""The truth about the sample's mentions, as its phrases name the subjects."""

from dataclasses import dataclass

from local.sample.threads import read_id, threads_of


@dataclass(frozen=True)
class Truth:
    """The subjects of an item, by their ids.

    `names` are those that its own text names. `thread` are those that its post is about: what the
    post's title names, or else its text. `mood` is the mood that its text was made in.
    """

    names: frozenset[str]
    thread: frozenset[str]
    mood: str


def truth_of(name: str) -> Truth | None:
    """Return the truth about an item of the sample, by its fullname."""
    place = read_id(name.partition("_")[2])
    posts = threads_of(place.subreddit, place.hour) if place else ()
    if place is None or place.post >= len(posts):
        return None
    post = posts[place.post]
    if place.comment == 0:
        return Truth(post.names, post.subjects, post.mood)
    if place.comment > len(post.comments):
        return None
    comment = post.comments[place.comment - 1]
    return Truth(comment.names, post.subjects, comment.mood)
