"""Reads the releases of a repository.

https://docs.github.com/en/rest/releases/releases#list-releases
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from collector.sources.github.client import GitHubClient
from collector.sources.github.names import Repository
from collector.sources.github.objects import moment_of
from shared.subjects.releases import Release
from shared.tidy import tidy
from shared.times import Clock

# One page, the newest first: what is older isn't read.
PER_PAGE = 100
MAX_NAME_CHARS = 500


@dataclass(frozen=True)
class ReleasePage:
    """Published releases, and the version of the list; none if it is the version asked with."""

    releases: Sequence[Release]
    etag: str | None


def _text(value: object) -> str:
    return tidy(value)[:MAX_NAME_CHARS].strip() if isinstance(value, str) else ""


def _is_true(value: object) -> bool:
    return value is True


class ReleaseObject(BaseModel):
    """A release as the API shows it."""

    id: int = Field(ge=1, lt=10**16, strict=True)
    name: Annotated[str, BeforeValidator(_text)] = ""
    tag_name: Annotated[str, BeforeValidator(_text)] = ""
    html_url: Annotated[str, BeforeValidator(_text)] = ""
    published_at: object = None
    draft: Annotated[bool, BeforeValidator(_is_true)] = False
    prerelease: Annotated[bool, BeforeValidator(_is_true)] = False


def read_releases(
    client: GitHubClient, repository: Repository, etag: str | None, clock: Clock
) -> ReleasePage:
    """Return the newest releases of a repository, without drafts.

    Raises SourceUnavailable, SourceRefused and CommunityUnavailable.
    """
    listed = client.listed(repository, "/releases", {"per_page": str(PER_PAGE)}, etag)
    found = [_release(each, repository, clock) for each in listed.objects]
    return ReleasePage([each for each in found if each is not None], listed.etag)


def _release(value: object, repository: Repository, clock: Clock) -> Release | None:
    """Return a release; None for a draft, and for what has no number or no time that was."""
    try:
        given = ReleaseObject.model_validate(value)
    except ValidationError:
        return None
    published = moment_of(given.published_at)
    if given.draft or published is None or published.tzinfo is None or published > clock():
        return None
    return Release(
        community=repository.community,
        number=given.id,
        name=given.name or given.tag_name,
        published_at=published,
        link=given.html_url,
        is_pre_release=given.prerelease,
    )
