"""A client for the stand-in's controls: change its objects, make faults, read its requests."""

import ssl
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from local.reddit.limits import REQUESTS, WINDOW_SECONDS
from local.reddit.log import LoggedRequest
from local.reddit.objects import RedditObject
from shared.errors import UndertoneError

TIMEOUT_SECONDS = 60.0


class ControlRefused(UndertoneError):
    """The stand-in refused a control request; the message is the stand-in's."""


class StandInControl:
    """Controls a running stand-in. Its methods raise ControlRefused."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(
            base_url=f"{base_url}/_control",
            timeout=TIMEOUT_SECONDS,
            # The machine's proxy settings don't apply to loopback.
            trust_env=False,
            # Neither does TLS, and loading the certificate authorities would take longest.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    @property
    def state(self) -> dict[str, Any]:
        """Return the state: feed, subreddits, objects (a count), held_back and faults_made."""
        return self._read("state")

    @property
    def subreddits(self) -> list[str]:
        """Return the names of the subreddits that exist."""
        return list(self.state["subreddits"])

    def set_faults(self, spec: str) -> None:
        """Replace the faults. The grammar is `local.reddit.faults.GRAMMAR`."""
        self._write("faults", spec=spec)

    def clear_faults(self) -> None:
        """Make no more faults."""
        self.set_faults("")

    def objects(self, subreddit: str | None = None, kind: str | None = None) -> list[RedditObject]:
        """Return the objects as they are now, oldest first, including those not listed."""
        asked = {"subreddit": subreddit, "kind": kind}
        found: list[RedditObject] = self._read(
            "objects", **{key: value for key, value in asked.items() if value is not None}
        )["objects"]
        return found

    def posts(self, subreddit: str | None = None) -> list[RedditObject]:
        """Return the submissions as they are now, oldest first."""
        return self.objects(subreddit, "t3")

    def comments(self, subreddit: str | None = None) -> list[RedditObject]:
        """Return the comments as they are now, oldest first."""
        return self.objects(subreddit, "t1")

    def add(self, objects: Sequence[RedditObject]) -> None:
        """Show more objects; one whose name is known replaces it."""
        self._write("add", objects=list(objects))

    def change(self, name: str, **fields: Any) -> RedditObject:
        """Set any fields of the object with this fullname, and return it."""
        return self._write("change", name=name, fields=fields)

    def set_score(self, name: str, score: int) -> RedditObject:
        """Set an object's score."""
        return self.change(name, score=score, ups=max(0, score))

    def set_num_comments(self, name: str, count: int) -> RedditObject:
        """Set a submission's comment count."""
        return self.change(name, num_comments=count)

    def edit(self, name: str, text: str) -> RedditObject:
        """Replace the object's text, and set its time of editing to now."""
        return self._write("edit", name=name, text=text)

    def delete(self, name: str) -> RedditObject:
        """Delete as the author: listings no longer show it, /api/info shows [deleted]."""
        return self._write("delete", name=name)

    def remove(self, name: str) -> RedditObject:
        """Remove as a moderator: listings no longer show it, /api/info shows [removed]."""
        return self._write("remove", name=name)

    def place(self, name: str, place: int) -> RedditObject:
        """List an object at this place, 0 for the first, whatever its age."""
        return self._write("place", name=name, place=place)

    def release(self, count: int | None = None) -> list[RedditObject]:
        """Release `count` of the objects held back (None: all of them), and return them."""
        released: list[RedditObject] = self._write("release", count=count)["objects"]
        return released

    def requests(self, route: str | None = None) -> list[LoggedRequest]:
        """Return the requests so far, oldest first: of all routes, or of one."""
        seen = (LoggedRequest(**request) for request in self._read("requests")["requests"])
        return [request for request in seen if route in (None, request.route)]

    def counts(self) -> dict[str, int]:
        """Return the number of requests by route: token, new, comments, post, info, other."""
        return dict(self._read("requests")["routes"])

    def forget_requests(self) -> None:
        """Empty the log and the counters."""
        self._write("forget_requests")

    def expire_tokens(self) -> None:
        """Expire all access tokens."""
        self._write("expire_tokens")

    def set_rate_limit(
        self, requests: int = REQUESTS, seconds: float = WINDOW_SECONDS, elapsed: float = 0.0
    ) -> None:
        """Allow `requests` in each window; the first window began `elapsed` seconds ago."""
        self._write("rate_limit", requests=requests, seconds=seconds, elapsed=elapsed)

    def _read(self, path: str, **params: str) -> dict[str, Any]:
        return _checked(self._http.get(f"/{path}", params=params))

    def _write(self, path: str, **asked: Any) -> dict[str, Any]:
        return _checked(self._http.post(f"/{path}", json=asked))


def _checked(response: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    if response.is_error:
        raise ControlRefused(str(body.get("error")))
    return body
