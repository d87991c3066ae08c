"""The client against a server that fails, cuts and lies."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice

import pytest
from undertone_client import (
    BadParameters,
    ChangeConflict,
    Client,
    ConnectionFailed,
    CycleConflict,
    KeyRefused,
    OriginChanged,
    PagingError,
    ProblemError,
    Retry,
    ServerError,
    TooBusy,
    TooManyItems,
    Unavailable,
    UnexpectedAnswer,
    models,
    paging,
)

from tests.client.scripted import Reply, Scripted, reply, serving

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
BUSY = Reply(429, b"", {"Retry-After": "2"})
DOWN = Reply(503, b"<html>busy</html>", {"Content-Type": "text/html"})
CUT = Reply(200, b'{"status": "watched"}', cut=True)
LINK = '</api/v1/alerts/incidents?limit=2&cursor={}>; rel="next"'


def incident(name: str) -> dict[str, object]:
    return {
        "id": name, "rule": "r", "rule_name": "R", "type": "mood", "scope": "all",
        "scope_name": "All", "cause": "c", "sentence": "It fell.", "view": "/", "status": "open",
        "opened": "2026-11-27T10:00:00Z", "closed": None, "lasted": None, "acknowledged": None,
        "silenced_until": None, "updated": "2026-11-27T10:00:00Z", "deliveries_by_status": {},
    }  # fmt: skip


def page(*names: str, to: str | None = None, **headers: str) -> Reply:
    link = {} if to is None else {"Link": LINK.format(to)}
    return reply([incident(each) for each in names], **link, **headers)


@contextmanager
def asking(
    *replies: Reply, waits: list[float] | None = None, **more: object
) -> Iterator[tuple[Client, Scripted]]:
    slept = [] if waits is None else waits
    retry = Retry(sleep=slept.append, random=lambda: 1.0, now=lambda: NOW)
    with serving(replies) as server, Client(server.address, retry=retry, **more) as client:
        yield client, server


def ids(found: Sequence[models.IncidentSummary]) -> list[str]:
    return [each.id for each in found]


@pytest.mark.parametrize(
    ("faults", "seconds"),
    [
        ([BUSY], [2.5]),
        ([DOWN, DOWN, DOWN], [0.5, 1.0, 2.0]),
        ([CUT, Reply(502), Reply(504)], [0.5, 1.0, 2.0]),
        ([Reply(503, b"", {"Retry-After": "Fri, 27 Nov 2026 12:00:05 GMT"})], [5.5]),
        ([Reply(503, b"", {"Retry-After": "Fri, 27 Nov 2026 11:00:00 GMT"})], [0.0]),
        ([Reply(503, b"", {"Retry-After": "soon"})], [0.5]),
        ([Reply(503, b"", {"Retry-After": f"Fri, 27 Nov {'9' * 20} 12:00:05 GMT"})], [0.5]),
    ],
)
def test_a_read_is_repeated_until_it_is_answered(faults, seconds) -> None:
    waits: list[float] = []
    with asking(*faults, page("a"), waits=waits) as (client, server):
        assert ids(list(client.incidents())) == ["a"]
        assert len(server.asked) == len(faults) + 1
    assert waits == seconds


@pytest.mark.parametrize(
    ("fault", "error"), [(BUSY, TooBusy), (DOWN, Unavailable), (CUT, ConnectionFailed)]
)
def test_a_read_is_given_up_after_four_attempts(fault, error) -> None:
    waits: list[float] = []
    with asking(fault, waits=waits) as (client, server), pytest.raises(error):
        client.stats()
    assert (len(server.asked), len(waits)) == (4, 3)


def test_a_wait_that_is_too_long_is_the_caller_s() -> None:
    waits: list[float] = []
    fault = Reply(429, b"", {"Retry-After": "3600"})
    with asking(fault, waits=waits) as (client, _), pytest.raises(TooBusy) as raised:
        client.stats()
    assert (waits, raised.value.retry_after) == ([], 3600.0)


def test_the_jitter_spreads_the_waits() -> None:
    early, late = Retry(random=lambda: 0.0), Retry(random=lambda: 1.0)
    assert (early.seconds_before(2, None), late.seconds_before(2, None)) == (0.25, 0.5)
    assert (early.seconds_before(2, 2.0), late.seconds_before(2, 2.0)) == (2.0, 2.5)
    assert Retry(attempts=9999, random=lambda: 1.0).seconds_before(9999, None) == 30.0


def test_a_server_that_hangs_has_a_limit() -> None:
    with asking(Reply(hang=True), timeout=0.1) as (client, server):
        with pytest.raises(ConnectionFailed, match="timed out"):
            client.health()
        assert len(server.asked) == 4


def test_a_closed_port_is_a_failed_connection() -> None:
    with serving([page()]) as server:
        address = server.address
    retry = Retry(attempts=1)
    with Client(address, retry=retry) as client, pytest.raises(ConnectionFailed, match=address):
        client.health()


@pytest.mark.parametrize("fault", [BUSY, DOWN, CUT])
@pytest.mark.parametrize(
    ("change", "attempts"),
    [
        (lambda c: c.put_subject("a", BODY, if_match='"1"'), 1),
        (lambda c: c.put_subject("a", BODY, if_match="*"), 4),
        (lambda c: c.delete_subject("a", if_match="*"), 1),
        (lambda c: c.put_correction("a", models.CorrectionBody(label="negative")), 4),
        (lambda c: c.merge_subject("a", models.MergeBody(from_="b"), if_match="*"), 1),
        (lambda c: c.collect(), 1),
        (lambda c: c.ingest([{"id": "1"}]), 1),
    ],
)
def test_a_change_is_repeated_only_where_that_changes_nothing_more(fault, change, attempts) -> None:
    with asking(fault, key="secret") as (client, server):
        with pytest.raises((ConnectionFailed, TooBusy, Unavailable)):
            change(client)
        assert len(server.asked) == attempts


BODY = models.SubjectBody(name="Acme", terms=[models.TermBody(text="Acme")])


def test_a_change_sends_what_was_given_and_nothing_else() -> None:
    with asking(reply({}, 412), key="secret") as (client, server):
        for change in (
            lambda: client.put_subject("a b/c", BODY, if_match='"1"'),
            lambda: client.merge_subject("a", models.MergeBody(from_="b"), if_match="*"),
            lambda: client.put_correction("a", models.CorrectionBody(label=None)),
            lambda: client.put_community("push.a", if_match="*"),
        ):
            with pytest.raises(ChangeConflict):
                change()
    first = server.asked[0]
    assert first[:2] == ("PUT", "/api/v1/subjects/a%20b%2Fc")
    headers = {name: first[2][name] for name in ("if-match", "x-functions-key", "content-type")}
    assert headers == {
        "if-match": '"1"', "x-functions-key": "secret", "content-type": "application/json",
    }  # fmt: skip
    assert first[2]["user-agent"].startswith("undertone-client/")
    assert [body for _, _, _, body in server.asked] == [
        b'{"name":"Acme","terms":[{"text":"Acme"}]}', b'{"from":"b"}', b'{"label":null}', b"",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ProblemError), (401, KeyRefused), (403, KeyRefused), (409, CycleConflict),
        (412, ChangeConflict), (422, BadParameters), (428, ChangeConflict), (500, ServerError),
    ],
)  # fmt: skip
def test_an_error_says_what_the_problem_says(status, error) -> None:
    problem = {
        "title": "No", "detail": "It can't.", "cycle": "cycle_20261127_120000",
        "errors": [{"parameter": "hours", "detail": "too many", "takes": "a number"}],
    }  # fmt: skip
    with asking(reply(problem, status, X_Request_Id="r1")) as (client, server):
        with pytest.raises(error) as raised:
            client.stats()
        assert len(server.asked) == 1
    found = raised.value
    assert type(found) is error
    assert str(found) == f"{status} No. It can't"
    assert (found.status, found.title, found.detail) == (status, "No", "It can't.")
    assert (found.request_id, found.cycle) == ("r1", "cycle_20261127_120000")
    assert [(each.parameter, each.takes) for each in found.errors] == [("hours", "a number")]


def test_the_host_s_empty_401_says_what_is_missing() -> None:
    with asking(Reply(401, b"")) as (client, _), pytest.raises(KeyRefused, match=r"key=…"):
        client.alert_rules()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"subreddit": 1}', b"\xff", b"null", b"[1]"]
)
def test_an_answer_of_something_else_is_unexpected(body) -> None:
    with asking(Reply(200, body)) as (client, server):
        with pytest.raises(UnexpectedAnswer, match=r"stats isn't what version .* reads"):
            client.stats()
        assert len(server.asked) == 1


def test_a_redirect_is_not_followed() -> None:
    with serving([page("a")]) as other:
        moved = Reply(302, b"", {"Location": f"{other.address}/api/v1/alerts/incidents"})
        with asking(moved, key="secret") as (client, _), pytest.raises(ProblemError, match="302"):
            list(client.incidents())
        assert other.asked == []


def test_what_a_newer_app_adds_breaks_nothing() -> None:
    newer = {**incident("a"), "status": "dormant", "weight": 3}
    with asking(reply([newer])) as (client, _):
        (found,) = client.incidents()
        assert found.status == "dormant"
        frame = client.incidents().frame()
    assert "weight" not in frame.columns
    assert frame["status"].cat.categories[-1] == "dormant"


def test_pages_are_followed_to_the_last_one_also_empty_ones() -> None:
    pages = [page("a", "b", to="1"), page(to="2"), page("c", to="3"), page()]
    with asking(*pages) as (client, server):
        assert ids(list(client.incidents(rule="r", page_size=2))) == ["a", "b", "c"]
    path = "/api/v1/alerts/incidents?rule=r&limit=2"
    cursors = ["", "&cursor=1", "&cursor=2", "&cursor=3"]
    assert [asked[1] for asked in server.asked] == [path + each for each in cursors]


def test_an_item_that_moves_to_a_later_page_comes_once() -> None:
    with asking(page("a", "b", to="1"), page("b", "c")) as (client, _):
        assert ids(list(client.incidents())) == ["a", "b", "c"]


def test_pages_are_read_as_they_are_needed() -> None:
    with asking(page("a", "b", to="1"), page("c")) as (client, server):
        listed = client.incidents()
        assert server.asked == []
        assert ids(list(islice(listed, 2))) == ["a", "b"]
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("most", "found", "asked", "complete"),
    [(1, ["a"], 1, False), (2, ["a", "b"], 1, False), (3, ["a", "b", "c"], 2, True),
     (9, ["a", "b", "c"], 2, True), (0, [], 1, False)],
)  # fmt: skip
def test_a_list_ends_where_one_says(most, found, asked, complete) -> None:
    for read in (lambda listed: ids(list(listed)), lambda listed: list(listed.frame()["id"])):
        with asking(page("a", "b", to="1"), page("c")) as (client, server):
            assert read(client.incidents(max_items=most)) == found
            assert len(server.asked) == asked
    with asking(page("a", "b", to="1"), page("c")) as (client, _):
        assert client.incidents(max_items=most).frame().attrs["complete"] is complete


def test_a_list_that_is_too_long_is_never_cut_in_silence(monkeypatch) -> None:
    monkeypatch.setattr(paging, "MAX_ITEMS", 2)
    pages = [page("a", "b", to="1"), page("c")]
    with asking(*pages) as (client, _), pytest.raises(TooManyItems, match="max_items"):
        list(client.incidents())


@pytest.mark.parametrize(
    "link",
    [
        "<http://evil.example/api/v1/alerts/incidents?cursor=1>; rel=next",
        "<//evil.example/api/v1/alerts/incidents?cursor=1>; rel=next",
        "</api/v1/items?cursor=1>; rel=next",
        "</api/v1/alerts/incidents?limit=2>; rel=next",
        "</api/v1/alerts/incidents?cursor=1&cursor=2>; rel=next",
        "<>; rel=next",
        "<http://[evil/api/v1/alerts/incidents?cursor=1>; rel=next",
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(link) -> None:
    with asking(reply([incident("a")], Link=link), key="secret") as (client, server):
        with pytest.raises(PagingError, match="isn't one of"):
            list(client.incidents())
        assert len(server.asked) == 1


def test_links_in_a_circle_end() -> None:
    pages = [page("a", to="1"), page("b", to="2"), page("c", to="1")]
    with asking(*pages) as (client, server):
        with pytest.raises(PagingError, match="don't end"):
            list(client.incidents())
        assert len(server.asked) == 3


def test_pages_without_an_end_end(monkeypatch) -> None:
    monkeypatch.setattr(paging, "MAX_PAGES", 3)
    pages = [page(to=str(number)) for number in range(9)]
    with asking(*pages) as (client, server):
        with pytest.raises(PagingError, match="don't end"):
            list(client.incidents())
        assert len(server.asked) == 4


def test_pages_of_two_origins_are_never_one_list() -> None:
    pages = [page("a", to="1"), page("b", Undertone_Origin="live")]
    said = "began with sample data and goes on with live"
    with asking(*pages) as (client, _), pytest.raises(OriginChanged, match=said):
        list(client.incidents())


def test_sample_data_is_refused_where_live_data_is_wanted() -> None:
    said = "sample data, not live data"
    with asking(page("a"), origin="live") as (client, _), pytest.raises(OriginChanged, match=said):
        list(client.incidents())


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("undertone.example.com", None), ("ftp://undertone.example.com", None), ("https://", None),
        ("https://undertone.example.com/?code=x", None), ("http://undertone.example.com", "secret"),
    ],
)  # fmt: skip
def test_a_bad_address_is_refused_before_anything_is_sent(address, key) -> None:
    with pytest.raises(ValueError, match="it takes https://"):
        Client(address, key=key)


def test_times_are_sent_with_their_zone_and_lists_with_commas() -> None:
    with asking(reply({}, 404)) as (client, server):
        with pytest.raises(ProblemError):
            client.stats(start=NOW, end=NOW.date())
        with pytest.raises(ProblemError):
            client.compare(scopes=["subject:a", "b c"], hours=24)
        with pytest.raises(ValueError, match="has no time zone"):
            client.stats(start=NOW.replace(tzinfo=None))
    assert [asked[1].partition("?")[2] for asked in server.asked] == [
        "start=2026-11-27T12%3A00%3A00%2B00%3A00&end=2026-11-27",
        "hours=24&scopes=subject%3Aa%2Cb+c",
    ]


def test_a_file_is_taken_as_it_is_and_asked_for_again() -> None:
    file = Reply(200, b"a,b\n\xff", {"Content-Type": "text/csv", "ETag": '"1"'})
    with asking(file, Reply(304, b""), file) as (client, server):
        read = client._file("/api/v1/file", {"format": "csv"})
        assert read.data == b"a,b\n\xff"
        assert read.refresh() is read
        assert read.refresh() == read
    assert {asked[1] for asked in server.asked} == {"/api/v1/file?format=csv"}
    known = [asked[2].get("if-none-match") for asked in server.asked]
    assert (known, server.asked[0][2]["accept"]) == ([None, '"1"', '"1"'], "*/*")


def test_a_path_before_the_api_is_kept_behind_a_gateway() -> None:
    pages = [page("a", to="1"), page("b")]
    with serving(pages) as server, Client(f"{server.address}/undertone/") as client:
        assert ids(list(client.incidents())) == ["a", "b"]
    paths = [asked[1].partition("?")[0] for asked in server.asked]
    assert paths == ["/undertone/api/v1/alerts/incidents"] * 2
