"""The labelled set of this field: its tooling."""

import gzip
import json

import pytest

from bench.field.__main__ import main
from bench.field.agreement import kappa
from bench.field.draw import QUOTAS, draw
from bench.field.joining import part_of
from bench.field.recorded import MAX_CHARACTERS, Recorded, is_there, read_recorded


def test_kappa_is_that_of_published_examples() -> None:
    # Wikipedia, "Cohen's kappa": 50 grant proposals, read by two people.
    grants = (
        20 * [("yes", "yes")] + 5 * [("yes", "no")] + 10 * [("no", "yes")] + 15 * [("no", "no")]
    )
    assert kappa(grants) == pytest.approx(0.4)
    # The same article: both tables have the same share of equal labels.
    agree = [*45 * [("yes", "yes")], *15 * [("yes", "no")], *25 * [("no", "yes")]]
    assert kappa([*agree, *15 * [("no", "no")]]) == pytest.approx(0.1304, abs=1e-4)
    agree = [*25 * [("yes", "yes")], *35 * [("yes", "no")], *5 * [("no", "yes")]]
    assert kappa([*agree, *35 * [("no", "no")]]) == pytest.approx(0.2593, abs=1e-4)
    assert kappa([("neutral", "neutral")] * 3) == 1


def test_the_split_is_fixed_and_a_third_is_for_the_test() -> None:
    ids = [f"reddit:t1_{number}" for number in range(3_000)]
    parts = [part_of(each) for each in ids]
    assert parts[:6] == [part_of(each) for each in ids[:6]]
    assert parts.count("test") / len(parts) == pytest.approx(1 / 3, abs=0.03)
    assert parts.count("dev") / len(parts) == pytest.approx(1 / 6, abs=0.03)


def test_a_draw_has_short_and_long_texts_of_each_kind_and_none_twice() -> None:
    short = [Recorded(f"reddit:t1_s{n}", "reddit", "comment", f"Well, {n}.") for n in range(2_000)]
    long = [
        Recorded(f"reddit:t1_l{n}", "reddit", "comment", f"It was {n}. " * 60) for n in range(2_000)
    ]
    twice = [Recorded(f"reddit:t1_x{n}", "reddit", "comment", "GitHub is down") for n in range(9)]
    foreign = [Recorded("reddit:t1_de", "reddit", "comment", "Das war nicht gut, wir sind auch da")]
    drawn = draw([*short, *long, *twice, *foreign])
    assert drawn == draw([*foreign, *twice, *long, *short])
    lengths = [len(each.item.text) > 100 for each in drawn if not each.targets]
    assert len(lengths) == QUOTAS["reddit", "comment", "nothing"]
    assert lengths.count(True) == pytest.approx(len(lengths) / 2, abs=1)
    assert [each.targets for each in drawn if each.targets] == [["GitHub"]]
    assert "reddit:t1_de" not in {each.item.id for each in drawn}


def test_recorded_items_are_peoples_own_words(tmp_path) -> None:
    (tmp_path / "reddit").mkdir()
    (tmp_path / "sources" / "hn_algolia").mkdir(parents=True)
    comments = [
        {"name": "t1_a", "author": "ann", "body": "> a quote\n\nmy answer"},
        {"name": "t1_b", "author": "AutoModerator", "body": "Your post was removed"},
        {"name": "t1_c", "author": None, "body": "[removed]"},
        {"name": "t1_d", "author": "dan", "body": "word " * 1_000},
    ]
    with gzip.open(tmp_path / "reddit" / "comments.ndjson.gz", "wt") as lines:
        lines.writelines(json.dumps({"kind": "t1", "data": each}) + "\n" for each in comments)
    tree = {"id": 1, "author": "eve", "title": "Ask HN: Why?", "text": None, "children": []}
    (tmp_path / "sources" / "hn_algolia" / "item_tree.json").write_text(json.dumps(tree))

    found = {item.id: item.text for item in read_recorded(tmp_path)}

    assert set(found) == {"reddit:t1_a", "reddit:t1_d", "hn:1"}
    assert (found["reddit:t1_a"], found["hn:1"]) == ("my answer", "Why?")
    assert len(found["reddit:t1_d"]) <= MAX_CHARACTERS


@pytest.mark.skipif(not is_there(), reason="../shared is missing")
def test_the_draw_is_large_enough_and_names_products() -> None:
    drawn = draw(read_recorded())
    assert len(drawn) >= 850
    assert sum(bool(each.targets) for each in drawn) >= 350
    assert {each.item.source for each in drawn} == {"reddit", "hackernews", "github"}


def test_two_passes_are_merged_once_disagreements_are_settled(tmp_path, capsys) -> None:
    def written(name: str, *rows: dict[str, object]) -> str:
        path = tmp_path / name
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return str(path)

    a = written("a", {"id": "w1-1", "text": "neg", "targets": {"Zed": "neg"}, "bare": True})
    b = written("b", {"id": "w1-1", "text": "neu", "targets": {"Zed": "neg"}})
    main(["compare", a, b])
    assert capsys.readouterr().out == "w1-1\t(text)\tnegative\tneutral\n"
    with pytest.raises(SystemExit, match="w1-1: its text is negative or neutral, and not settled"):
        main(["merge", a, b, written("none"), str(tmp_path / "out")])
    main(["merge", a, b, written("settled", {"id": "w1-1", "text": "neg"}), str(tmp_path / "out")])
    assert json.loads((tmp_path / "out").read_text()) == {
        "id": "w1-1",
        "text": ["negative", "neutral", "negative"],
        "targets": {"Zed": ["negative", "negative", "negative"]},
    }
    with pytest.raises(SystemExit, match="'bad' isn't one of neg, neu, pos"):
        main(["merge", a, b, written("wrong", {"id": "w1-1", "text": "bad"}), str(tmp_path / "o")])
