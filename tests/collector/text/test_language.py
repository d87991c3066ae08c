import csv
from pathlib import Path

import pytest

from collector.sentiment.registry import method_named
from collector.text.cleaning import clean
from collector.text.language import language_of
from shared.text.forms.reddit import REDDIT

LABELLED = Path("../shared/sentiment")

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


def test_hardly_a_real_english_comment_is_marked() -> None:
    path = LABELLED / "goemotions_train.tsv"
    if not path.exists():
        pytest.skip(f"{path} isn't there")
    with path.open(encoding="utf-8", newline="") as lines:
        texts = [row[0] for row in csv.reader(lines, delimiter="\t")]
    marked = [text for text in texts if language_of(clean(text, REDDIT)) == "other"]
    assert len(marked) / len(texts) < 0.0005, marked
