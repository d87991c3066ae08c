"""host.json's settings of queues and time-outs: those that the real host accepts, no others."""

import json
from pathlib import Path

import pytest

from local.host.config import HostError, QueueConfig, read_host_json

ROOT = Path(__file__).parents[3]


@pytest.fixture
def read(tmp_path):
    def read_with(queues: object, **more: object):
        content = {"version": "2.0", "extensions": {"queues": queues}, **more}
        (tmp_path / "host.json").write_text(json.dumps(content))
        return read_host_json(tmp_path)

    return read_with


def test_the_defaults_are_the_real_hosts(read) -> None:
    assert read({}).queues == QueueConfig(
        batch_size=16,
        new_batch_threshold=8,
        max_dequeue_count=5,
        retry_seconds=0.0,
        max_polling_seconds=60.0,
    )
    assert read({"batchSize": 5}).queues.new_batch_threshold == 2


def test_this_apps_own_is_read() -> None:
    assert read_host_json(ROOT).queues == QueueConfig(
        batch_size=1,
        new_batch_threshold=0,
        max_dequeue_count=5,
        retry_seconds=30.0,
        max_polling_seconds=2.0,
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:00:00.1", 0.1),
        ("00:00:02", 2),
        ("0:0:5", 5),
        ("23:59:59.9999999", 86399.9999999),
        ("1.00:00:00", 86400),
    ],
)
def test_time_spans_are_read(read, text, seconds) -> None:
    given = read({"maxPollingInterval": text, "visibilityTimeout": text}).queues
    assert given.max_polling_seconds == pytest.approx(seconds)
    assert given.retry_seconds == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["abc", "", "30", "00:30", "24:00:00", "00:60:00", "00:00:60", "-00:00:01", 2, []]
)
@pytest.mark.parametrize("key", ["maxPollingInterval", "visibilityTimeout", "functionTimeout"])
def test_what_is_no_time_span_is_refused_with_the_key_and_what_it_takes(read, key, text) -> None:
    is_of_queues = key != "functionTimeout"
    with pytest.raises(HostError, match=rf"{key} takes a time of the form hh:mm:ss") as refused:
        read({key: text} if is_of_queues else {}, **({} if is_of_queues else {key: text}))
    assert "\n" not in str(refused.value)
    assert repr(text) in str(refused.value)


def test_null_is_as_if_the_key_were_not_there(read) -> None:
    nothing = dict.fromkeys(["maxPollingInterval", "visibilityTimeout", "batchSize"])
    assert read(nothing, functionTimeout=None) == read({})


@pytest.mark.parametrize(
    ("key", "value", "takes"),
    [
        ("batchSize", 0, "a number from 1 to 32"),
        ("batchSize", 64, "a number from 1 to 32"),
        ("batchSize", "16", "a number from 1 to 32"),
        ("batchSize", True, "a number from 1 to 32"),
        ("newBatchThreshold", -1, "a number of at least 0"),
        ("newBatchThreshold", 1.5, "a number of at least 0"),
        ("maxDequeueCount", 0, "a number from 1 to 100"),
        ("maxPollingInterval", "00:00:00.05", "at least 0.1 s"),
        ("maxPollingInterval", "00:00:00", "at least 0.1 s"),
        ("visibilityTimeout", "8.00:00:00", "at most 604800 s"),
        ("messageEncoding", "none", "base64"),
    ],
)
def test_what_is_out_of_range_is_refused_with_the_key_and_what_it_takes(
    read, key, value, takes
) -> None:
    with pytest.raises(HostError, match=rf"host.json: {key} takes .*{takes}"):
        read({key: value})


@pytest.mark.parametrize("text", ["00:00:00", "00:00:00.5", "-00:05:00"])
def test_a_function_has_a_second_at_least(read, text) -> None:
    with pytest.raises(HostError, match=r"functionTimeout takes a time .*at least 1 s"):
        read({}, functionTimeout=text)


def test_a_function_may_have_for_ever(read) -> None:
    assert read({}, functionTimeout="-1").function_timeout is None
    assert read({}, functionTimeout="00:30:00").function_timeout == 1800
    assert read({}).function_timeout == 1800
