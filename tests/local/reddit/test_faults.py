import pytest

from local.reddit.faults import BadFaults, Fault, FaultPlan, Faults


def test_a_plan_is_read_from_its_description() -> None:
    plan = FaultPlan.parse(
        "429,retry_after=2,rate=0.25; private,subreddit=claude;"
        "cut,route=comments,first=3;stall,seconds=0.5;renamed,subreddit=a*,to=b;seed=7"
    )
    assert plan == FaultPlan(
        (
            Fault("429", retry_after=2.0, rate=0.25),
            Fault("private", within="claude"),
            Fault("cut", route="comments", first=3),
            Fault("stall", seconds=0.5),
            Fault("renamed", within="a*", to="b"),
        ),
        seed=7,
    )


def test_no_description_is_no_fault() -> None:
    assert FaultPlan.parse(" ; ") == FaultPlan()


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("boom", "'boom' is no kind of fault"),
        ("500,often", "'often' is no option"),
        ("500,rate=2", "rate is a share: 0 to 1"),
        ("500,rate=x", "rate takes a number from 0 on"),
        ("500,first=1.5", "first takes a whole number"),
        ("500,route=old", "no route is called 'old'"),
        ("500,seconds=3", "'seconds' is no option of 500"),
        ("stall,seconds=-1", "seconds takes a number from 0 on"),
        ("stall,seconds=nan", "seconds takes a number from 0 on"),
        ("renamed", "renamed takes to=NAME"),
        ("500,rate=1,rate=0", "stands there twice"),
        ("seed=x", "seed takes a whole number"),
    ],
)
def test_a_bad_description_is_explained(spec: str, problem: str) -> None:
    with pytest.raises(BadFaults) as raised:
        FaultPlan.parse(spec)
    assert problem in str(raised.value)
    assert "KIND[,route=PATTERN]" in str(raised.value)


def test_the_first_requests_that_match_get_the_fault() -> None:
    faults = Faults(FaultPlan.parse("500,route=new,subreddit=Cur*,first=2"))

    drawn = [
        faults.draw(route, subreddit)
        for route, subreddit in [
            ("comments", "Cursor"),
            ("new", "claude"),
            ("new", "cursor"),
            ("info", None),
            ("new", "Cursor"),
            ("new", "Cursor"),
        ]
    ]

    assert [fault.kind if fault else None for fault in drawn] == [
        None, None, "500", None, "500", None,
    ]  # fmt: skip


def test_a_rate_is_met_and_repeats_with_its_seed() -> None:
    def kinds(seed: int) -> list[bool]:
        faults = Faults(FaultPlan.parse(f"503,rate=0.3;seed={seed}"))
        return [faults.draw("info", None) is not None for _ in range(1000)]

    assert kinds(1) == kinds(1) != kinds(2)
    assert 250 < sum(kinds(1)) < 350


def test_rules_are_tried_in_their_order() -> None:
    faults = Faults(FaultPlan.parse("500,first=1;503,first=1"))
    drawn = [faults.draw("new", "a") for _ in range(3)]
    assert [fault.kind if fault else None for fault in drawn] == ["500", "503", None]
