"""Which scope a request asks for: a watched subreddit, or all."""

from api.errors import UnknownSubreddit, shortened
from api.schema.problems import BadParameter
from shared.models import ALL
from shared.settings import Settings


def scope_of(settings: Settings, subreddit: str | None) -> str:
    """Return the subreddit's name as it is configured, or `all`. Raises UnknownSubreddit."""
    if subreddit is None or subreddit.lower() == ALL:
        return ALL
    name = settings.subreddit_named(subreddit)
    if name is None:
        known = ", ".join(settings.subreddits)
        bad = BadParameter(
            parameter="subreddit",
            detail=f"{shortened(subreddit)!r} isn't watched",
            takes=f"one of {known}",
        )
        raise UnknownSubreddit([bad])
    return name
