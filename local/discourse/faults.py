"""The words for faults of the stand-in for Discourse."""

from local.reddit.faults import Vocabulary

DISCOURSE = Vocabulary(
    kinds={
        "429": "too many requests, as plain text; retry_after=SECONDS adds Retry-After",
        "500": "an error page with status 500",
        "503": "an error page with status 503",
        "hang": "no answer for seconds=S (60), then the connection closes",
        "cut": "the connection closes half-way through the body",
        "drop": "the connection closes without an answer",
        "html": "a web page with status 200",
        "truncated": "the first half of the right JSON with status 200",
        "blocked": "403 with the page for a blocked client",
        "login": "302 to the login",
        "moved": "301 to another forum, to=ADDRESS",
        "empty": "a list without anything, with status 200",
        "renamed_fields": "the right answer with other names of fields, as after a change",
        "not_found_page": "404 with a page that isn't Discourse's",
        "ignores_before": "the first page of posts, whatever is asked for",
    },
    routes=("posts", "post", "latest", "categories", "topic", "topic_posts", "other"),
    scope="forum",
    seconds={"hang": 60.0},
    retry_after=("429",),
    takes_to=("moved",),
    example="429,retry_after=2,rate=0.1;blocked,forum=cursor;cut,route=posts,first=3",
)
GRAMMAR = DISCOURSE.grammar
