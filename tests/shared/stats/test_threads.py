"""Threads as text, added up and taken apart."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from shared.models import DayStats
from shared.stats.cell_threads import with_threads
from shared.stats.cells import recount, scored
from shared.stats.months import pack, unpack
from shared.stats.threads import (
    MAX_OF_DAY,
    Threads,
    largest,
    pack_threads,
    together,
    unpack_threads,
    without,
)
from shared.stats.uncertainty import Rest, Thread, mean_of, rest_of
from tests.shared.stats.test_cells import item

NAMES = st.sampled_from([f"t{number}" for number in range(40)])
THREADS = st.builds(
    lambda items, tenths: Thread(items, round(items * tenths / 10, 4)),
    st.integers(1, 60),
    st.integers(-10, 10),
)
LISTED = st.dictionaries(NAMES, THREADS).map(Threads)


@given(LISTED, st.integers(0, 30))
def test_text_gives_the_same_threads_back(threads: Threads, most: int) -> None:
    some = largest(threads, most)
    assert unpack_threads(pack_threads(some)) == Threads(
        dict(sorted(some.listed.items())), some.rest
    )
    assert some.items == threads.items


def test_a_thread_may_name_its_community() -> None:
    threads = Threads({"a": Thread(3, -0.5), "b": Thread(1, 0.25)}, communities={"a": "aws"})
    assert pack_threads(threads) == "a 3 -0.5 aws,b 1 0.25"
    assert unpack_threads(pack_threads(threads)) == threads
    assert largest(threads, 1).communities == {"a": "aws"}


@given(LISTED, st.integers(0, 40))
def test_a_mean_is_the_same_however_many_threads_are_listed(threads: Threads, most: int) -> None:
    some = largest(threads, most)
    whole = mean_of(list(threads.listed.values()))
    found = mean_of(list(some.listed.values()), some.rest)
    assert (whole is None) == (found is None)
    if whole is not None and found is not None:
        assert isclose(whole.value, found.value, abs_tol=1e-6)


@given(LISTED, LISTED)
def test_what_is_taken_out_leaves_the_rest(one: Threads, other: Threads) -> None:
    assert without(together([one, other]), other).listed == one.listed


def test_what_is_taken_out_may_lie_in_the_rest() -> None:
    threads = {f"t{number}": Thread(number, number / 10) for number in range(1, 6)}
    whole = largest(Threads(threads), 2)
    left = without(whole, Threads({"t1": threads["t1"], "t5": threads["t5"]}))
    assert left.listed == {"t4": threads["t4"]}
    assert left.rest == largest(Threads({"t2": threads["t2"], "t3": threads["t3"]}), 0).rest


def test_rests_are_added_up() -> None:
    rests = [rest_of([Thread(1, 0.5)]), rest_of([Thread(2, -1.0), Thread(1, 0.25)])]
    found = together([Threads({}, rest) for rest in rests])
    assert found.rest == Rest(3, 4, -0.25, 6, -1.25, 1.3125)


def a_cell(threads: dict[str, list[float]], language: str = "en"):
    posts = [
        (name, {**item(compound, language=language), "id": name})
        for name, compounds in threads.items()
        for compound in compounds
    ]
    items = [each for _, each in posts]
    return with_threads(recount(items, []), [(name, scored(each)) for name, each in posts])


def test_a_month_has_a_digest_of_each_day() -> None:
    hours = {
        "07": a_cell({f"p{number:02}": [0.5] for number in range(30)}),
        "09": a_cell({"p29": [0.25, 0.75]}),
        "23": a_cell({"x": [-0.5]}, language="other"),
    }
    days = [DayStats(id="2026-11-22", scope="aws", hours=hours)]
    month = pack("aws", "2026-11", days)
    whole, others = month["digests"]["22"]
    found = unpack_threads(whole)
    assert found.listed["p29"] == Thread(3, 1.5)
    assert len(found.listed) == MAX_OF_DAY
    assert found.items == 33
    assert unpack_threads(others).listed == {"x": Thread(1, -0.5)}
    # A month that is read and written again keeps it.
    (again,) = unpack(month)
    assert pack("aws", "2026-11", [again]) == month


def test_a_day_of_an_earlier_version_has_no_digest() -> None:
    hours = {"07": a_cell({"a": [0.5]}), "08": recount([item(0.5)], [])}
    month = pack("aws", "2026-11", [DayStats(id="2026-11-22", scope="aws", hours=hours)])
    assert "digests" not in month
    assert "digest" not in unpack(month)[0]["hours"]["07"]
