"""The local queue behaves as Azure's storage queues do, with a clock of the tests."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from local.host.queues import Queues

DAY = 86400.0


class Clock:
    """A clock in seconds that the test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queues(tmp_path, clock) -> Queues:
    return Queues(tmp_path / "queues.db", clock=clock)


def test_a_message_is_base64_on_the_wire(queues) -> None:
    queues.put("requests", b"\x00\xffbytes")
    assert queues.texts("requests") == [base64.b64encode(b"\x00\xffbytes").decode()]


def test_a_message_whose_host_died_comes_back(queues, clock) -> None:
    queues.put("requests", b"\x00\xffbytes")
    first = queues.take("requests")
    assert first is not None
    clock.now += 599
    assert queues.take("requests") is None
    clock.now += 2
    second = queues.take("requests")
    assert second is not None
    assert (second.body, second.dequeue_count) == (b"\x00\xffbytes", 2)
    queues.delete(first)
    assert queues.count("requests") == 1, "only who holds it now may delete it"
    queues.delete(second)
    assert queues.count("requests") == 0


def test_a_renewed_message_stays_hidden(queues, clock) -> None:
    queues.put("requests", b"long work")
    message = queues.take("requests")
    for _ in range(5):
        clock.now += 300
        queues.renew(message)
    assert queues.take("requests") is None
    clock.now += 600
    assert queues.take("requests") is not None


def test_who_lost_a_message_renews_and_gives_back_nothing(queues, clock) -> None:
    queues.put("requests", b"x")
    first = queues.take("requests")
    clock.now += 601
    queues.take("requests")
    queues.give_back(first, after=0)
    assert queues.take("requests") is None
    clock.now += 300
    queues.renew(first)
    clock.now += 301
    assert queues.take("requests") is not None


@pytest.mark.parametrize("text", ["hello, world", "{}", "YQ", "YQ=", "Y*==", "YWJj\x00", "ü==="])
def test_text_that_is_not_base64_is_put_aside_at_once_as_it_is(queues, text) -> None:
    queues.put_text("requests", text)
    queues.put("requests", b"good")
    message = queues.take("requests")
    assert (message.body, message.dequeue_count) == (b"good", 1)
    assert queues.texts("requests-poison") == [text]
    assert queues.count("requests") == 1


def test_base64_in_lines_is_read(queues) -> None:
    queues.put_text("requests", "aGVs\r\n bG8=\n")
    assert queues.take("requests").body == b"hello"


def test_messages_live_seven_days_and_poisoned_ones_seven_of_their_own(queues, clock) -> None:
    queues.put("requests", b"old")
    queues.put("requests", b"bad")
    clock.now += 3 * DAY
    queues.put("requests", b"young")
    queues.take("requests", hidden=0)
    bad = [queues.take("requests") for _ in range(2)][1]
    queues.poison("requests", bad)
    clock.now += 4 * DAY
    assert queues.count("requests") == 1, "what is hidden expires too"
    assert queues.take("requests").body == b"young"
    assert queues.take("requests") is None
    clock.now += 3 * DAY - 1
    assert queues.count("requests-poison") == 1
    clock.now += 1
    assert queues.count("requests-poison") == 0
    assert queues.take("requests-poison") is None


def test_a_poisoned_message_is_a_new_one(queues, clock) -> None:
    queues.put("requests", b"bad")
    bad = queues.take("requests")
    clock.now += 5
    queues.poison("requests", bad)
    again = queues.take("requests-poison")
    assert again.id != bad.id
    assert (again.body, again.dequeue_count) == (b"bad", 1)
    assert again.inserted == bad.inserted + timedelta(seconds=5)


def test_what_is_poison_in_a_poison_queue_stays_hidden_there(queues, clock) -> None:
    queues.put("requests-poison", b"bad")
    queues.put_text("requests-poison", "not base64!")
    queues.poison("requests-poison", queues.take("requests-poison"))
    assert queues.take("requests-poison") is None
    assert queues.count("requests-poison") == 2
    assert queues.count("requests-poison-poison") == 0
    clock.now += 601
    assert queues.take("requests-poison").body == b"bad"


def test_a_message_too_long_for_azure_is_refused(queues) -> None:
    queues.put("requests", b"x" * 49_152)
    with pytest.raises(ValueError, match="65536"):
        queues.put("requests", b"x" * 49_153)


def test_a_holder_finds_what_the_one_of_its_name_held(tmp_path, clock) -> None:
    path = tmp_path / "queues.db"
    first, other = (Queues(path, clock=clock, holder=name) for name in ("a" * 32, "b" * 32))
    for body in (b"1", b"2", b"3", b"4"):
        first.put("requests", body)
    held = [first.take("requests"), first.take("requests")]
    other.take("requests")
    first.take("requests", hidden=0)
    again = Queues(path, clock=clock, holder="a" * 32)
    assert again.held("requests") == held, "not the other's, nor what is visible again"
    assert Queues(path, clock=clock).held("requests") == []
    again.give_back(held[0], after=0)
    assert again.held("requests") == held[1:]


def test_takers_at_the_same_time_never_get_the_same_message(tmp_path) -> None:
    queues = [Queues(tmp_path / "queues.db") for _ in range(4)]
    for number in range(40):
        queues[0].put("requests", b"%d" % number)
    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda n: queues[n % 4].take("requests"), range(40)))
    assert sorted(int(message.body) for message in taken if message) == list(range(40))


def test_a_file_that_another_process_has_just_made_again_takes_messages(tmp_path, queues) -> None:
    tmp_path.joinpath("queues.db").unlink()
    # It is empty until the other process has made its table.
    tmp_path.joinpath("queues.db").touch()
    queues.put("requests", b"x")
    assert queues.count("requests") == 1


def test_a_removed_file_is_made_again_by_all_at_the_same_moment(tmp_path, queues) -> None:
    together = Barrier(4)

    def put(body: bytes) -> None:
        together.wait()
        queues.put("requests", body)

    with ThreadPoolExecutor(4) as threads:
        for _ in range(5):
            tmp_path.joinpath("queues.db").unlink()
            list(threads.map(put, [b"a", b"b", b"c", b"d"]))
            assert queues.count("requests") == 4
