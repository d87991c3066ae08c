"""A sketch lets a term through if it may have posts of five people, and most others not."""

from collector.trending.sketch import MOST_ADDED, Sketch, SketchSum, TermFilter


def filter_of(*groups: list[list[str]]) -> TermFilter:
    total = SketchSum()
    for posts in groups:
        sketch = Sketch()
        for terms in posts:
            sketch.add(terms)
        total.add(sketch.content())
    return TermFilter(total.enough())


def test_a_term_of_five_posts_passes_wherever_they_are_and_however_they_spell_it() -> None:
    groups = [[["rate limit", "once"]], [["rate-limits"], ["ratelimit"]], [["Rate Limits"]] * 2]
    passes = filter_of(*groups).passes
    assert passes("rate limit")
    assert passes("rate-limiting")
    assert not passes("once")


def test_four_posts_are_too_few_and_one_post_counts_once_for_all_its_spellings() -> None:
    spellings = ["rate limit", "rate-limits", "ratelimit"]
    assert not filter_of([spellings] * 3, [spellings]).passes("rate limit")


def test_any_number_of_groups_adds_up() -> None:
    often, seldom = [["often"]] * 9, [["seldom"]]
    groups = [often] * (MOST_ADDED + 9)
    passes = filter_of(*groups, *[seldom] * 4).passes
    assert (passes("often"), passes("seldom")) == (True, False)
    assert filter_of(*[seldom] * (MOST_ADDED * 2 + 3)).passes("seldom")


def test_few_terms_of_one_post_pass_by_chance() -> None:
    posts = [[f"word{number}x{place}" for place in range(80)] for number in range(1000)]
    passes = filter_of(posts).passes
    assert sum(passes(term) for terms in posts for term in terms) < 8
