"""The choice between Reddit and its stand-in, and where the stand-in listens."""

import errno
import socket
from urllib.parse import urlsplit

import pytest

from local.reddit.feed import feed_of
from local.reddit.server import StandIn, create_app
from local.standin import chosen_source
from shared.settings import load_settings


def port_in(environ: dict[str, str]) -> int:
    port = urlsplit(environ["REDDIT_BASE_URL"]).port
    assert port is not None
    return port


def test_nobody_takes_the_stand_ins_port_before_it_has_started() -> None:
    with chosen_source({}, None) as choice:
        port = port_in(choice.environ)
        with socket.socket() as other, pytest.raises(OSError, match="in use") as refused:
            other.bind(("127.0.0.1", port))
        assert refused.value.errno == errno.EADDRINUSE
        with StandIn(create_app(feed_of([])), listener=choice.listener) as started:
            assert started.port == port
            assert started.control.objects() == []


def test_where_a_source_is_named_no_port_is_held() -> None:
    with chosen_source({"REDDIT_CLIENT_ID": "an-id"}, None) as choice:
        assert choice.listener is None
        assert "REDDIT_BASE_URL" not in choice.environ


@pytest.mark.parametrize("none", ["none", " NONE", "none,", " , none"])
def test_where_no_subreddit_is_watched_there_is_no_stand_in_and_the_data_is_live(
    none: str, tmp_path
) -> None:
    environ = {"SUBREDDITS": none, "COMMUNITIES": "push.desk", "PUSH_FOLDER": str(tmp_path)}
    assert load_settings(environ).watched == ("push.desk",)
    with chosen_source(environ, None) as choice:
        assert choice.listener is None
        assert "ORIGIN" not in choice.environ
