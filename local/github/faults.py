"""The words for faults of GitHub."""

from local.reddit.faults import Vocabulary

GITHUB = Vocabulary(
    kinds={
        "429": "too many requests; retry_after=SECONDS adds Retry-After",
        "secondary": "403 for a secondary limit; retry_after=SECONDS adds Retry-After",
        "primary": "403 as if nothing of the hour were left",
        "500": "an error page with status 500",
        "502": "an error page with status 502",
        "503": "an error page with status 503",
        "401": "the token is refused",
        "stall": "no answer for seconds=S (60), then the connection closes",
        "slow": "the right answer after seconds=S (1)",
        "cut": "the connection closes half-way through the body",
        "drop": "the connection closes without an answer",
        "html": "a web page with status 200",
        "truncated": "the first half of the right JSON with status 200",
        "nothing": "status 200 without a body",
        "empty": "an empty list with status 200",
        "schema": "an object in place of a list",
        "unsorted": "the right list the other way round",
        "blocked": "403 with a web page",
        "403": "forbidden, as JSON",
        "404": "not found, as JSON",
        "451": "unavailable for legal reasons",
    },
    routes=(
        "issues", "comments", "issue", "comment", "comments_of", "releases", "repository",
        "graphql", "other",
    ),
    scope="repository",
    seconds={"stall": 60.0, "slow": 1.0},
    retry_after=("429", "secondary"),
    example="secondary,retry_after=60,rate=0.1;451,repository=acme/*;cut,route=comments,first=3",
)  # fmt: skip
GRAMMAR = GITHUB.grammar
