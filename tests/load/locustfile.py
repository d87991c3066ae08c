"""Simulated readers: `locust -f tests/load/locustfile.py --host http://127.0.0.1:7071`.

Each sends requests as dashboards and programs do. Together USERS send REQUESTS_A_SECOND; the
default is one request a second each. With RAMP_TO, the number of users grows by steps to that.
"""

import os
import random
from typing import ClassVar

from gevent.lock import Semaphore
from locust import LoadTestShape, constant_throughput, events, task
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment

API = "/api/v1"
HOURS = (24, 24, 24, 168, 720, 2160)
LABELS = ("positive", "neutral", "negative")
RATE = float(os.environ.get("REQUESTS_A_SECOND", "0")) / float(os.environ.get("USERS", "1"))
RAMP_TO = int(os.environ.get("RAMP_TO", "0"))
RAMP_SECONDS = int(os.environ.get("RAMP_SECONDS", "60"))
RAMP_STEPS = 12


class Reader(FastHttpUser):
    """A reader of the subreddits and subjects that the running product watches."""

    wait_time = constant_throughput(RATE or 1.0)
    # A longer answer counts as a time-out of the product.
    network_timeout = 10.0
    connection_timeout = 10.0
    first: ClassVar[Semaphore] = Semaphore()
    names: ClassVar[list[str]] = []
    subjects: ClassVar[list[str]] = []
    posts: ClassVar[list[str]] = []

    def on_start(self) -> None:
        """Get the names of subreddits, subjects and posts, once for all readers."""
        with Reader.first:
            if not Reader.names:
                listed = self.client.get(f"{API}/subjects?hours=168").json()["subjects"]
                Reader.subjects = [subject["id"] for subject in listed]
                recent = self.client.get(f"{API}/posts/recent?limit=500&hours=168").json()
                Reader.posts = [f"{post['id']}?subreddit={post['subreddit']}" for post in recent]
                Reader.names = self.client.get(f"{API}/subreddits").json()["subreddits"]

    def _ask(self, path: str, name: str, **parameters: object) -> None:
        query = "&".join(f"{key}={value}" for key, value in parameters.items() if value)
        self.client.get(f"{API}{path}{'?' if query else ''}{query}", name=name)

    def _subject(self) -> str:
        return random.choice(Reader.subjects)

    def _scope(self) -> str:
        return random.choice(["", *Reader.names])

    @task(2)
    def health(self) -> None:
        """Request health."""
        self._ask("/health", "health")

    @task(3)
    def stats(self) -> None:
        """Request the statistics of a window."""
        self._ask("/sentiment/stats", "stats", subreddit=self._scope(), hours=random.choice(HOURS))

    @task(2)
    def trends(self) -> None:
        """Request the trends of a week or more."""
        self._ask("/sentiment/trends", "trends", subreddit=self._scope(), granularity="day")

    @task(2)
    def compare(self) -> None:
        """Compare some subreddits."""
        names = ",".join(random.sample(Reader.names, min(5, len(Reader.names))))
        self._ask("/sentiment/compare", "compare", subreddits=names, granularity="hour")

    @task(3)
    def recent(self) -> None:
        """Read the newest posts."""
        self._ask("/posts/recent", "posts/recent", subreddit=self._scope(), limit=50)

    @task(1)
    def filtered(self) -> None:
        """Read the newest posts with one label."""
        label = random.choice(LABELS)
        self._ask("/posts/recent", "posts/recent sentiment", sentiment=label, hours=168, limit=50)

    @task(1)
    def search(self) -> None:
        """Search the posts of a week."""
        self._ask("/posts/recent", "posts/recent q", q="terrible", hours=168, limit=50)

    @task(3)
    def all_subjects(self) -> None:
        """Request the list of subjects, as the dashboard's first view does."""
        self._ask("/subjects", "subjects", hours=random.choice(HOURS))

    @task(1)
    def subject(self) -> None:
        """Request one subject."""
        self._ask(f"/subjects/{self._subject()}", "subjects/{id}", hours=random.choice(HOURS))

    @task(2)
    def mentions(self) -> None:
        """Read a subject's newest mentions."""
        path = f"/subjects/{self._subject()}/mentions"
        self._ask(path, "subjects/{id}/mentions", hours=168, limit=50)

    @task(2)
    def voice(self) -> None:
        """Request the share of voice of all subjects."""
        home = random.choice(("include", "exclude"))
        self._ask("/share-of-voice", "share-of-voice", home=home, hours=random.choice(HOURS))

    @task(1)
    def trends_of_subject(self) -> None:
        """Request the trends of a subject."""
        self._ask("/sentiment/trends", "trends subject", subject=self._subject(), granularity="day")

    @task(1)
    def compare_subjects(self) -> None:
        """Compare subjects and communities."""
        chosen = random.sample(Reader.subjects, min(3, len(Reader.subjects)))
        scopes = ",".join([*(f"subject:{each}" for each in chosen), random.choice(Reader.names)])
        self._ask("/sentiment/compare", "compare subjects", scopes=scopes, granularity="hour")

    @task(1)
    def posts_of_subject(self) -> None:
        """Read the newest posts about a subject."""
        subject = self._subject()
        self._ask("/posts/recent", "posts/recent subject", subject=subject, hours=168, limit=50)

    @task(2)
    def post(self) -> None:
        """Read a post and its comments."""
        if Reader.posts:
            self._ask(f"/posts/{random.choice(Reader.posts)}", "posts/{id}")

    @task(2)
    def trending(self) -> None:
        """Request the trending topics."""
        self._ask("/trending", "trending")

    @task(1)
    def subreddits(self) -> None:
        """Request the watched subreddits."""
        self._ask("/subreddits", "subreddits")

    @task(2)
    def cycles(self) -> None:
        """Request the newest cycles, as an open dashboard does."""
        self._ask("/cycles", "cycles", limit=20)

    @task(1)
    def dashboard(self) -> None:
        """Request the dashboard's page."""
        self.client.get("/", name="dashboard")


if RAMP_TO:

    class Ramp(LoadTestShape):
        """More users by steps, up to RAMP_TO within RAMP_SECONDS."""

        def tick(self) -> tuple[int, float] | None:
            """Return the current number of users; None at the end."""
            run = self.get_run_time()
            if run > RAMP_SECONDS:
                return None
            step = int(run / RAMP_SECONDS * RAMP_STEPS) + 1
            return RAMP_TO * step // RAMP_STEPS, float(RAMP_TO)


@events.quitting.add_listener
def _say_so(environment: Environment, **_: object) -> None:
    """Exit with 0 even if requests failed, since the summary reports them."""
    environment.process_exit_code = 0
