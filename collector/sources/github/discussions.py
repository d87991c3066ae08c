"""Reads a repository's discussions by GraphQL, which takes a token.

https://docs.github.com/en/graphql/guides/using-the-graphql-api-for-discussions
"""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.sources.base import Seen
from collector.sources.github.client import GitHubClient
from collector.sources.github.names import Repository
from collector.sources.github.objects import (
    LeaveOut,
    discussion_items,
    mapping_of,
    moment_of,
    nodes_of,
)
from shared.times import iso

# Each page may hold 10 x (1 + 50 + 50 x 20) objects; a query may ask for 500,000.
DISCUSSIONS, COMMENTS, REPLIES = 10, 50, 20

WRITTEN = (
    "created_at: createdAt updated_at: updatedAt edited_at: lastEditedAt"
    " user: author { __typename login } body html_url: url"
)
COMMENT = (
    f"id: databaseId {WRITTEN} upvotes: upvoteCount deleted_at: deletedAt"
    " minimized: minimizedReason"
)
DISCUSSION = (
    f"number title {WRITTEN} upvotes: upvoteCount category {{ name }}"
    f" comments(last: {COMMENTS}) {{ totalCount nodes {{ {COMMENT}"
    f" replies(last: {REPLIES}) {{ totalCount nodes {{ {COMMENT} }} }} }} }}"
)
QUERY = (
    "query Discussions($owner: String!, $name: String!, $after: String) {"
    " repository(owner: $owner, name: $name) {"
    f" discussions(first: {DISCUSSIONS}, after: $after,"
    " orderBy: {field: UPDATED_AT, direction: DESC})"
    f" {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {DISCUSSION} }} }} }} }}"
)


@dataclass(frozen=True)
class DiscussionPage:
    """Discussions with their comments, the newest update first.

    newest and oldest are the first and the last discussion's updates; after leads to the next page.
    """

    items: Sequence[Seen]
    newest: str | None = None
    oldest: str | None = None
    after: str | None = None


def read_discussions(
    client: GitHubClient, repository: Repository, after: str | None, leave_out: LeaveOut
) -> DiscussionPage:
    """Return a page of discussions; an empty one where GitHub doesn't show them to this token."""
    found = client.query(repository, QUERY, {"after": after})
    connection = mapping_of((found.repository or {}).get("discussions"))
    if not connection:
        leave_out("discussions that GITHUB_TOKEN may not read", repository.community)
        return DiscussionPage([])
    nodes = nodes_of(connection)
    updates = [
        iso(moment)
        for node in nodes
        if (moment := moment_of(mapping_of(node).get("updated_at"))) is not None
    ]
    info = mapping_of(connection.get("pageInfo"))
    following = info.get("endCursor") if info.get("hasNextPage") is True else None
    return DiscussionPage(
        [item for node in nodes for item in discussion_items(node, repository, leave_out)],
        max(updates, default=None),
        min(updates, default=None),
        following if isinstance(following, str) else None,
    )
