"""The HTTP client of sources."""

from contextlib import closing
from pathlib import Path

import pytest

from collector.sources.http import HttpClient
from collector.sources.waiting import Backoff
from local.github.server import GitHubStandIn
from shared.errors import SourceUnavailable


def test_each_attempt_is_announced_before_it_is_sent_and_may_be_forbidden(github) -> None:
    stand_in: GitHubStandIn = github
    stand_in.set_faults("503")
    announced: list[int] = []

    def before() -> None:
        announced.append(len(stand_in.limits.log))
        if len(announced) > 3:
            raise SourceUnavailable("rate_limited", "no more")

    client = HttpClient(
        stand_in.base_url,
        source="github",
        agent="tests",
        wait=lambda _: None,
        backoff=Backoff(attempts=9),
        before=before,
    )
    with closing(client), pytest.raises(SourceUnavailable, match="no more"):
        client.get("/repos/acme/tool")
    assert announced == [0, 1, 2, 3]
    assert client.requests_used == 3


@pytest.mark.parametrize("own", [{}, {"Authorization": "Bearer a-token"}])
def test_no_password_of_the_user_is_sent(github, tmp_path: Path, monkeypatch, own) -> None:
    stand_in: GitHubStandIn = github
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    stand_in.hub.repository("acme/tool")
    client = HttpClient(
        stand_in.base_url, source="github", agent="tests", wait=lambda _: None, headers=own
    )
    with closing(client):
        assert client.get("/repos/acme/tool").status == 200
    assert stand_in.limits.log[0].authorization == own.get("Authorization", "")
