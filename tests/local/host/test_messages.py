"""Messages are rewritten as observed on Microsoft's host, by Newtonsoft's rules."""

import json
from datetime import UTC, datetime

import azure.functions as func
import pytest

from local.host.messages import incoming, outgoing
from local.host.queues import Message

DATES = [
    ("2026-11-25T10:00:00Z", "2026-11-25T10:00:00Z"),
    ("2026-11-25T10:00:00.000Z", "2026-11-25T10:00:00Z"),
    ("2026-11-25T10:00:00.1200Z", "2026-11-25T10:00:00.12Z"),
    ("2026-11-25T10:00:00.1234567Z", "2026-11-25T10:00:00.1234567Z"),
    ("2026-11-25T10:00:00z", "2026-11-25T10:00:00Z"),
    ("2026-11-25T10:00:00+00:00", "2026-11-25T10:00:00+00:00"),
    ("2026-11-25T10:00:00+02:00", "2026-11-25T08:00:00+00:00"),
    ("2026-11-25T20:00:00-0530", "2026-11-26T01:30:00+00:00"),
    ("2026-11-25T10:00:00+02", "2026-11-25T08:00:00+00:00"),
    ("2026-11-25T10:00:00", "2026-11-25T10:00:00"),
    ("2026-11-25T10:00:00.500", "2026-11-25T10:00:00.5"),
]
NO_DATES = [
    "2026-11-25",
    "2026-11-25 10:00:00",
    "2026-11-25T10:00Z",
    "2026-02-30T10:00:00Z",
    "2026-11-25T10:61:00Z",
    "0001-01-01T00:00:00+10:00",
    "2026-11-25T10:00:00.12345678Z",
    "at 2026-11-25T10:00:00Z",
    "٢٠٢٦-11-25T10:00:00Z",
    "",
]


def message(body: bytes) -> Message:
    moment = datetime(2026, 11, 25, 10, tzinfo=UTC)
    return Message("its-id", body, 2, "its-receipt", moment, moment)


def test_an_object_is_written_again_indented_by_two_spaces() -> None:
    (body,) = outgoing('{"cycle":"cycle_1","of":{"a":[1,2.5,true,null],"b":[],"c":{}},"é":"ü"}')
    assert body.decode() == (
        '{\n  "cycle": "cycle_1",\n  "of": {\n    "a": [\n      1,\n      2.5,\n      true,\n'
        '      null\n    ],\n    "b": [],\n    "c": {}\n  },\n  "é": "ü"\n}'
    )


@pytest.mark.parametrize(("given", "written"), DATES)
def test_a_date_is_written_again_in_one_form(given, written) -> None:
    (body,) = outgoing(json.dumps({"asked_at": given, "deep": [{"at": given}]}))
    assert json.loads(body) == {"asked_at": written, "deep": [{"at": written}]}


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_stays_as_it_is(text) -> None:
    (body,) = outgoing(json.dumps({"text": text}))
    assert json.loads(body) == {"text": text}


def test_an_array_becomes_a_message_for_each_item() -> None:
    items = '[{"a": 1}, "text", [1], 5, 1.0, 2.5, 1e300, true, null, "2026-11-25T10:00:00Z"]'
    assert outgoing(items) == [
        b'{\n  "a": 1\n}',
        b"text",
        b"[\n  1\n]",
        b"5",
        b"1",
        b"2.5",
        b"1E+300",
        b"True",
        b"",
        b"11/25/2026 10:00:00",
    ]
    assert outgoing(" [] ") == []


@pytest.mark.parametrize("text", ["hello", "{open", "5", '"quoted"', "null", "", "{} []", "ü"])
def test_text_that_is_no_json_stays_as_it_is(text) -> None:
    assert outgoing(text) == [text.encode()]


@pytest.mark.parametrize("text", ["{oops}", "[1,]", "{'a': 1}", '{"a": NaN}', "{} {}"])
def test_text_that_looks_like_json_and_is_none_is_an_error(text) -> None:
    with pytest.raises(ValueError, match="looks like JSON"):
        outgoing(text)


def test_none_makes_no_message_and_bytes_stay_as_they_are() -> None:
    assert outgoing(None) == []
    assert outgoing(b'{"a":1}') == [b'{"a":1}']


def test_strings_of_a_list_stay_as_they_are_a_message_each() -> None:
    assert outgoing(['{"a":1}', "text"]) == [b'{"a":1}', b"text"]


def test_a_queue_message_goes_out_as_an_object_with_its_body_inside() -> None:
    (body,) = outgoing(func.QueueMessage(body="text"))
    assert json.loads(body) == {"id": None, "body": "text"}


@pytest.mark.parametrize("value", [5, [b"bytes"], [5]])
def test_what_the_worker_cannot_send_is_an_error(value) -> None:
    with pytest.raises(NotImplementedError):
        outgoing(value)


def test_a_function_is_given_the_message_and_its_own_properties() -> None:
    given = incoming(message(b'{"cycle": "x"}'))
    assert given.get_body() == b'{"cycle": "x"}'
    assert (given.id, given.dequeue_count, given.pop_receipt) == ("its-id", 2, "its-receipt")
    assert given.insertion_time == datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert given.expiration_time == datetime(2026, 12, 2, 10, tzinfo=UTC)
    assert given.time_next_visible == datetime(2026, 11, 25, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ('{"id": "mine"}', "mine"),
        ('{"ID": "mine"}', "mine"),
        ('{"id": 5}', "5"),
        ('{"id": true}', "True"),
        ('{"id": "2026-11-25T10:00:00Z"}', "11/25/2026 10:00:00"),
        ('{"id": {"a": 1}}', "{'a': 1}"),
        ('{"id": null}', "its-id"),
        ('{"id": [1]}', "its-id"),
        ('{"of": {"id": "mine"}}', "its-id"),
        ('[{"id": "mine"}]', "its-id"),
        ('{"id": "mine"', "its-id"),
        ("{oops}", "its-id"),
        ("text", "its-id"),
    ],
)
def test_an_id_at_the_top_of_the_body_overwrites_the_messages_own(body, seen) -> None:
    given = incoming(message(body.encode()))
    assert given.id == seen
    assert given.get_body().decode() == body


def test_other_properties_overwrite_too_and_fail_where_they_are_of_another_type() -> None:
    given = incoming(message(b'{"dequeueCount": "7", "popReceipt": "r"}'))
    assert (given.dequeue_count, given.pop_receipt) == (7, "r")
    for body in (b'{"dequeueCount": "many"}', b'{"insertionTime": "yesterday"}', b"\xff\xfe"):
        with pytest.raises(ValueError):  # noqa: PT011 - of the library's own words
            incoming(message(body))
