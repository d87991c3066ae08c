"""What goes wrong at the archive, and its limits: we wait, ask for less, and say so."""

import socket
from contextlib import closing
from datetime import timedelta

import pytest

from collector.sources.base import ItemReference
from local.reddit.limits import RateLimit
from shared.errors import SourceUnavailable
from tests.collector.sources.arctic_shift.archives import (
    Waits,
    comment,
    items_of,
    open_source,
    poll,
    post,
)

HOUR = timedelta(hours=1)
MANY = [comment(f"c{number}", 40 * HOUR - number * timedelta(minutes=2)) for number in range(700)]


@pytest.mark.parametrize("kind", ["timeout", "timeout_200"])
def test_after_a_timeout_it_waits_and_asks_for_less(archive, kind) -> None:
    waits = Waits()
    stand_in = archive(MANY, auto=1000)
    stand_in.set_faults(f"{kind},route=comments_search,first=2")
    with closing(open_source(stand_in, waits)) as source:
        assert len(items_of(poll(source))) == 700
    asked = stand_in.queries("comments_search")
    assert [each.partition("limit=")[2].split("&")[0] for each in asked[:4]] == [
        "auto",
        "100",
        "50",
        "100",
    ]
    assert len(waits.seconds) == 2
    assert all(10 <= each <= 20 for each in waits.seconds)


def test_timeouts_at_random_lose_nothing(archive) -> None:
    stand_in = archive(MANY, auto=100)
    stand_in.set_faults("timeout,rate=0.2;timeout_200,rate=0.1;503,rate=0.1;seed=3")
    with closing(open_source(stand_in, Waits())) as source:
        assert len(items_of(poll(source))) == 700


def test_lookups_by_id_are_halved(archive) -> None:
    stand_in = archive(MANY)
    stand_in.set_faults("timeout,route=comments_ids,first=2")
    asked = [ItemReference("aws", "comment", f"c{number}") for number in range(500)]
    with closing(open_source(stand_in, Waits())) as source:
        looked = source.look_again(asked)
        assert source.requests_used == 5
    assert {each.id for each in looked.found} == {each.id for each in asked}


FAULTS = {
    "timeout": "timeout",
    "timeout_200": "timeout",
    "429": "rate_limited",
    "503": "server_error",
    "blocked": "blocked",
    "html": "unreadable",
    "empty": "unreadable",
    "no_data": "unreadable",
    "cut": "connection",
    "drop": "connection",
}


@pytest.mark.parametrize(("fault", "kind"), FAULTS.items())
def test_each_fault_ends_with_its_kind_and_the_next_poll_reads_all(archive, fault, kind) -> None:
    stand_in = archive([post("p", HOUR), comment("c", HOUR)])
    stand_in.set_faults(fault)
    with closing(open_source(stand_in, Waits())) as source:
        with pytest.raises(SourceUnavailable) as caught:
            poll(source)
        assert caught.value.kind == kind
        assert str(caught.value)
        stand_in.set_faults("")
        assert len(items_of(poll(source))) == 2


def test_objects_of_another_form_are_no_silence(archive) -> None:
    stand_in = archive(MANY[:20])
    stand_in.set_faults("other_form")
    form = pytest.raises(SourceUnavailable, match="form")
    with closing(open_source(stand_in)) as source, form as caught:
        poll(source)
    assert caught.value.kind == "unreadable"


def test_a_refused_request_says_what_the_archive_said(archive) -> None:
    refused = pytest.raises(SourceUnavailable, match="one subreddit")
    with closing(open_source(archive())) as source, refused as caught:
        poll(source, community="a,b")
    assert caught.value.kind == "refused"


def test_it_waits_as_long_as_a_refusal_says(archive) -> None:
    waits = Waits()
    stand_in = archive([post("p", HOUR)])
    stand_in.set_faults("429,retry_after=33,first=1")
    with closing(open_source(stand_in, waits)) as source:
        assert len(items_of(poll(source))) == 1
    assert waits.seconds == [33]


def test_no_more_requests_than_are_left_in_the_window(archive) -> None:
    waits = Waits()
    limit = RateLimit(requests=3, seconds=60, elapsed=0)
    stand_in = archive(MANY, auto=100, limit=limit, waits=waits)
    with closing(open_source(stand_in, waits)) as source:
        assert len(items_of(poll(source))) == 700
        assert source.requests_left is not None
    assert {each["status"] for each in stand_in.app.log.read()["requests"]} == {200}


def test_requests_are_a_second_apart(archive) -> None:
    waits = Waits()
    began = waits.now()
    with closing(open_source(archive(MANY, auto=100), waits, pace=1)) as source:
        poll(source)
        used = source.requests_used
    assert used >= 8
    assert waits.now() - began >= used - 1


def test_a_window_that_is_far_off_is_left_to_the_next_cycle(archive) -> None:
    limit = RateLimit(requests=1, seconds=3600, elapsed=0)
    with closing(open_source(archive(MANY, limit=limit), Waits())) as source:
        with pytest.raises(SourceUnavailable) as caught:
            poll(source)
        assert source.requests_used == 1
    assert caught.value.kind == "rate_limited"


def test_requests_side_by_side_are_refused_by_the_archive_and_made_up_for(archive) -> None:
    stand_in = archive([post("p", HOUR)])
    stand_in.set_faults("stall,seconds=600,first=1")
    with closing(open_source(stand_in, Waits())) as source:
        with socket.create_connection(("127.0.0.1", stand_in.port)) as another:
            another.sendall(b"GET /api/time_series HTTP/1.1\r\nHost: x\r\n\r\n")
            while not stand_in.app.running:
                pass
            with pytest.raises(SourceUnavailable) as caught:
                poll(source)
        assert caught.value.kind == "timeout"
        while stand_in.app.running:
            pass
        assert len(items_of(poll(source))) == 1
