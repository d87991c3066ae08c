"""Which scope a request asks for: a watched community, or all."""

from api.errors import UnknownCommunity, shortened
from api.schema.parameters import CommunityParameters, PostParameters
from api.schema.problems import BadParameter
from shared.models import ALL
from shared.settings import Settings


def scope_asked(settings: Settings, parameters: CommunityParameters | PostParameters) -> str:
    """Return the scope that these parameters name, or `all`. Raises UnknownCommunity."""
    if parameters.community is not None:
        return scope_of(settings, parameters.community, parameter="community")
    return scope_of(settings, parameters.subreddit)


def scope_of(settings: Settings, name: str | None, *, parameter: str = "subreddit") -> str:
    """Return the community's id as it is configured, or `all`. Raises UnknownCommunity."""
    if name is None or name.lower() == ALL:
        return ALL
    community = settings.community_named(name)
    if community is None:
        known = ", ".join(settings.watched)
        bad = BadParameter(
            parameter=parameter,
            detail=f"{shortened(name)!r} isn't watched",
            takes=f"one of {known}",
        )
        raise UnknownCommunity([bad])
    return community
