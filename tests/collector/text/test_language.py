import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.field.recorded import is_there, read_recorded
from collector.sentiment.registry import method_named
from collector.text.cleaning import clean
from collector.text.language import language_of
from shared.text.forms.reddit import REDDIT

LABELLED = Path("../shared/sentiment")
RECORDED = Path("../shared")
FIXTURE = Path(__file__).parents[2] / "fixtures" / "languages.tsv"
TEXTS = [
    (language, text)
    for line in FIXTURE.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for language, _, text in [line.partition("\t")]
]
LANGUAGES = ["es", "pt", "fr", "de", "it", "nl", "pl", "tr", "id", "vi", "ru", "zh", "ja", "ko"]

FOREIGN = [
    "Gracias por la ayuda",
    "Das Update ist schlecht",
    "DAS IST NICHT GUT",
    "Ich liebe es",
    "La actualización no funciona para mí",
    "Ne fonctionne pas",
    "Seit dem letzten Update stürzt der Editor bei mir ständig ab und ich weiß nicht, warum.",
    "Hat jemand eine Idee, wie ich das wieder loswerde?",
    "Depuis la mise à jour, l'éditeur plante sans arrêt et je ne sais pas pourquoi.",
    "Quelqu'un a une idée pour que ça marche de nouveau ?",
    "Desde la última actualización el editor se cierra todo el tiempo.",
    "Estoy muy contento con esta herramienta, es la mejor que he usado.",
    "Desde a última atualização o editor fecha sozinho, não sei mais o que fazer.",
    "Dall'ultimo aggiornamento l'editor si chiude da solo e non so più che fare.",
    "Sinds de laatste update crasht de editor steeds en ik weet niet waarom.",
    "Od ostatniej aktualizacji edytor ciągle się zamyka i nie wiem, co robić.",
    "Bu editör çok yavaş ve sürekli kapanıyor.",  # noqa: RUF001 - Turkish letters
    "Sedan den senaste uppdateringen kraschar redigeraren och jag vet inte varför.",
    "После последнего обновления редактор постоянно падает.",
    "最新のアップデート以来、エディターが落ち続けます。",
    "自从上次更新以来编辑器一直崩溃。",
    "최신 업데이트 이후 편집기가 계속 종료됩니다.",
    "منذ التحديث الأخير يتعطل المحرر باستمرار.",
]
ENGLISH = [
    "die hard fan of la la land",
    "Je ne sais quoi, as they say, is what this tool has",
    "lol",
    "LGTM 👍",
    "café naïve résumé",
    "Angela Merkel und co. are at it again",
    "The new 模型 is great, but the docs are all in 中文",
    "sudo apt install foo",
    "No.",
    "¯\\_(ツ)_/¯",
    "Das Auto is what the ad says",
    "NA Streams VS EU Streams",
    "Los Angeles to Las Vegas",
    "LAS VEGAS TO LOS ANGELES",
    "Cursor est 2022 MIT",
    "El Paso to Los Alamos",
    "Met Gala: les looks",
    "OG devs met EU",
    "DAT est PDT",
    "Che Guevara, Como",
    "Je ne sais quoi",
]


@pytest.mark.parametrize("text", FOREIGN)
def test_other_languages_are_marked(text: str) -> None:
    assert language_of(text) == "other"


@pytest.mark.parametrize("text", ENGLISH)
def test_english_mixed_and_doubtful_text_is_english(text: str) -> None:
    assert language_of(text) == "en"


def test_a_text_with_no_words_has_no_language() -> None:
    assert language_of("") == "none"


@pytest.mark.parametrize("name", ["vader", "linear"])
def test_each_score_says_its_language(name: str) -> None:
    score = method_named(name).score
    assert score("Das ist sehr schlecht und ich weiß nicht, warum").language == "other"
    assert score("I like it").language == "en"
    assert score("`code`").language == "none"


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_a_frequent_language_are_marked_from_three_words_on(language: str) -> None:
    texts = [text for code, text in TEXTS if code == language]
    missed = [text for text in texts if language_of(clean(text)) != "other"]
    assert len(texts) >= 10
    assert len(missed) <= 0.1 * len(texts), missed


def test_other_scripts_and_further_languages_are_marked() -> None:
    texts = [text for code, text in TEXTS if code not in {*LANGUAGES, "en"}]
    missed = [text for text in texts if language_of(clean(text)) != "other"]
    assert len(missed) <= 1, missed


def test_names_loan_words_code_and_quotations_in_english_are_not_marked() -> None:
    texts = [text for code, text in TEXTS if code == "en"]
    assert len(texts) > 300
    assert [text for text in texts if language_of(clean(text)) == "other"] == []


@pytest.mark.parametrize("title", ["{}", "{}.", "{} 😀", "- {}", "{}!!", "({})", "> quoted\n\n{}"])
def test_signs_around_a_text_change_nothing(title: str) -> None:
    for text in ("No funciona nada", "Das gefällt mir", "太慢了", "Nie działa mi"):
        assert language_of(clean(title.format(text))) == "other"
    assert language_of(clean(title.format("NA vs EU servers"))) == "en"


def test_a_foreign_text_that_names_english_things_is_marked() -> None:
    for text in (
        "El update de Claude Code rompe todo, pero Cursor funciona bien",
        "Seit dem Update von Copilot läuft der Autocomplete nicht mehr",
        "Claude Code 把我的文件全删了",
    ):
        assert language_of(text) == "other"


def _labelled(name: str) -> Iterator[str]:
    path = LABELLED / name
    if not path.exists():
        pytest.skip(f"{path} isn't there")
    with path.open(encoding="utf-8", newline="") as lines:
        if path.suffix == ".tsv":
            yield from (row[0] for row in csv.reader(lines, delimiter="\t"))
        else:
            yield from (json.loads(line)["text"] for line in lines)


# Of 43,410, none; of 10,163, a Spanish one and a German compiler's warning.
@pytest.mark.parametrize(("name", "most"), [("goemotions_train.tsv", 4), ("field_train.jsonl", 2)])
def test_hardly_a_real_english_text_is_marked(name: str, most: int) -> None:
    marked = [text for text in _labelled(name) if language_of(clean(text, REDDIT)) == "other"]
    assert len(marked) <= most, marked


def test_of_the_recorded_items_only_those_in_other_languages_are_marked() -> None:
    if not is_there(RECORDED):
        pytest.skip(f"{RECORDED} has no recorded items")
    marked = [item.id for item in read_recorded(RECORDED) if language_of(item.text) == "other"]
    # Titles in Spanish and Vietnamese, and a line of a game in German.
    assert len(marked) == 3
    assert "reddit:t3_1ms05s" in marked
