"""The local queue against Microsoft's client and emulator, also with the app's own message."""

import json
from datetime import timedelta

import pytest

from local.host.messages import incoming, outgoing
from local.host.queues import LIFETIME, Queues
from shared.on_demand import QUEUE, CollectMessage, read_message

ASKED = CollectMessage(cycle="cycle_20261125_100000", asked_at="2026-11-25T10:00:00Z")
TEXT = ASKED.model_dump_json()
# Forms in which the host and other clients may send it.
VARIANTS = {
    "as it is": TEXT,
    "rewritten by the host": outgoing(TEXT)[0].decode(),
    "rewritten twice": outgoing(outgoing(TEXT)[0].decode())[0].decode(),
    "as one of an array": outgoing(f"[{TEXT}]")[0].decode(),
    "in another order": json.dumps({"asked_at": ASKED.asked_at, "cycle": ASKED.cycle}),
    "in lines of Windows": json.dumps(json.loads(TEXT), indent=2).replace("\n", "\r\n"),
    "with spaces around": f" \n{TEXT}\n ",
    "with other properties": json.dumps(
        {**json.loads(TEXT), "id": "x", "$AzureWebJobsParentId": "y", "more": [1, {"a": None}]}
    ),
}
DATES = [
    "2026-11-25T10:00:00Z",
    "2026-11-25T10:00:00.000Z",
    "2026-11-25T10:00:00.123456Z",
    "2026-11-25T10:00:00+00:00",
    "2026-11-25T12:00:00+02:00",
    "11/25/2026 10:00:00",
]


@pytest.fixture
def queues(tmp_path) -> Queues:
    return Queues(tmp_path / "queues.db")


@pytest.mark.parametrize("text", VARIANTS.values(), ids=VARIANTS.keys())
def test_our_message_survives_the_wire(queue_client, text) -> None:
    queue_client.send_message(text)
    received = queue_client.receive_message()
    assert received.content == text
    assert read_message(received.content.encode()) == ASKED


@pytest.mark.parametrize("date", DATES)
def test_our_message_survives_what_becomes_of_its_date(queue_client, date) -> None:
    (body,) = outgoing(json.dumps({"cycle": ASKED.cycle, "asked_at": date}))
    queue_client.send_message(body.decode())
    received = queue_client.receive_message()
    assert read_message(received.content.encode()).cycle == ASKED.cycle


@pytest.mark.parametrize("text", VARIANTS.values(), ids=VARIANTS.keys())
def test_our_message_survives_the_local_queue(queues, text) -> None:
    for body in outgoing(text):
        queues.put(QUEUE, body)
    taken = queues.take(QUEUE)
    assert read_message(incoming(taken).get_body()) == ASKED


def test_the_local_queue_holds_the_text_that_the_official_client_sends(
    queues, queue_client, plain_client
) -> None:
    text = outgoing(TEXT)[0].decode() + " ☃ é"
    queues.put("requests", text.encode())
    queue_client.send_message(text)
    (peeked,) = plain_client.peek_messages()
    assert queues.texts("requests") == [peeked.content]


def test_each_reads_what_the_other_wrote(queues, queue_client, plain_client) -> None:
    queues.put("requests", TEXT.encode())
    plain_client.send_message(queues.texts("requests")[0])
    assert queue_client.receive_message().content == TEXT
    queue_client.send_message(TEXT)
    queues.put_text("official", plain_client.peek_messages()[0].content)
    assert queues.take("official").body == TEXT.encode()


@pytest.mark.parametrize("text", ["hello, world", "YQ"])
def test_what_the_official_client_cannot_decode_the_local_queue_puts_aside(
    queues, queue_client, plain_client, text
) -> None:
    exceptions = pytest.importorskip("azure.core.exceptions")
    plain_client.send_message(text)
    # Version 12.18 of the client fails while it raises its own error; others raise it.
    with pytest.raises((exceptions.DecodeError, AttributeError)):
        queue_client.receive_message()
    queues.put_text("requests", text)
    assert queues.take("requests") is None
    assert queues.texts("requests-poison") == [text]


def test_a_local_message_has_the_times_of_a_real_one(queues, queue_client) -> None:
    queue_client.send_message(TEXT)
    real = queue_client.receive_message(visibility_timeout=600)
    queues.put("requests", TEXT.encode())
    local = incoming(queues.take("requests"))
    assert real.expires_on - real.inserted_on == LIFETIME
    assert local.expiration_time - local.insertion_time == LIFETIME
    for hidden in (
        real.next_visible_on - real.inserted_on,
        local.time_next_visible - local.insertion_time,
    ):
        assert timedelta(minutes=10) <= hidden < timedelta(minutes=12)
    assert local.dequeue_count == real.dequeue_count == 1


def test_a_renewed_message_stays_hidden_and_one_given_back_is_seen(queues, queue_client) -> None:
    queue_client.send_message("x")
    real = queue_client.receive_message(visibility_timeout=600)
    real = queue_client.update_message(real, visibility_timeout=600)
    assert queue_client.receive_message() is None
    queue_client.update_message(real, visibility_timeout=0)
    queues.put("requests", b"x")
    local = queues.take("requests")
    queues.renew(local)
    assert queues.take("requests") is None
    queues.give_back(local, after=0)
    assert queue_client.receive_message().dequeue_count == 2
    assert queues.take("requests").dequeue_count == 2
