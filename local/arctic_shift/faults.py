"""The faults of the stand-in for Arctic Shift, as data."""

from local.reddit.faults import Vocabulary

ARCTIC_SHIFT = Vocabulary(
    kinds={
        "timeout": "422, the database timed out",
        "timeout_200": "status 200, and in the body that the database timed out",
        "429": "too many requests; retry_after=SECONDS is X-RateLimit-Reset",
        "500": "an error page with status 500",
        "503": "an error page with status 503",
        "blocked": "403 with a web page",
        "html": "a web page with status 200",
        "empty": "status 200 with no body",
        "no_data": "status 200 with data of null",
        "other_form": "objects whose fields have other names",
        "stall": "no answer for seconds=S (60), then the connection closes",
        "slow": "the right answer after seconds=S (1)",
        "cut": "the connection closes half-way through the body",
        "drop": "the connection closes without an answer",
    },
    routes=("posts_search", "comments_search", "posts_ids", "comments_ids", "time_series", "other"),
    scope="subreddit",
    seconds={"stall": 60.0, "slow": 1.0},
    retry_after=("429",),
    example="timeout,rate=0.1;blocked,subreddit=claude;cut,route=comments_*,first=3",
)
