"""Recognises texts that aren't English, by their letters and common words.

It is fast and careful: a text counts as another language only if its words clearly show it, because
leaving out an English text is worse than scoring a foreign one.
"""

import re
from collections.abc import Sequence

from shared.models import Language
from shared.text.english import ENGLISH, words_of

# The beginning of a longer text is enough.
CHARACTERS = 1_000
FOREIGN_SHARE = 0.2
NOT_LATIN_SHARE = 0.5
MIN_LETTERS = 4

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
NOT_LATIN = re.compile(
    r"[\u0370-\u1cff\u2c00-\u2dff\u3040-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)

# Common words of other languages that English texts don't contain.
FOREIGN = words_of(
    # German, Dutch
    "und ist nicht ich sie auf für ein eine einen auch wir aber oder wenn noch nach zum "
    "zur wird sind kann habe haben dass sich nur schon sehr immer mein kein keine wieder "
    "mehr het een niet voor zijn mir jemand maar ook naar deze heb wordt geen hoe jij wat dat met "
    # French
    "les est une dans que qui pas avec cette vous nous je elle sont mais où très être "
    "avoir leur ça aux mes été fait c'est suis faire quand merci "
    # Spanish, Portuguese, Italian
    "los las una por para como pero más muy esto esta este está sobre también cuando "
    "porque tiene qué todo hacer gracias cómo  fue tengo puede não uma você muito isso "
    "são foi ele ela também já tem meu minha eu obrigado gli che sono è questo questa "
    "anche della nel più molto perché tutto essere sempre grazie "
    # Polish, Czech, Turkish
    "nie się jest że czy już tylko bardzo przez jeszcze jak není jsem jsou nebo když "
    "proč wiem dobry bir bu için çok gibi daha değil "
    # Swedish, Norwegian, Danish, Finnish
    "och att är jag inte för hur vad ikke og jeg det på ei että mutta kun niin meget virkelig "
    # Romanian, Indonesian
    "și pentru sunt yang itu tidak untuk dengan saya bisa "
    # Vietnamese
    "không tôi là và của"
)
# Words that are also names, slang or English; they count only if no word is English.
DOUBTFUL = words_of(
    "to is der das den die des le la el de del en et un du au il lo se son es su sin con mi yo "
    "y o e da do os as um no na com ma ne di ja nu ze van te op er med til av om men har "
    "var som kan dan ada w z i po ve ho ce mon ton mit wie was so bei sur pour sans plus "
    "tout ama care din ini"
)
AMBIGUOUS = DOUBTFUL & ENGLISH
# Words of both lists that are also English words, units or abbreviations; they alone don't make a
# text foreign.
ALSO_ENGLISH = words_of(
    "est les eu met dat wat hoe og att je una como para esta auf sur det ei bu bir ela meu mes gli "
    "che sono era tem mir kun hur vad ele ese jest"
) & (FOREIGN | DOUBTFUL)
# Articles that begin a name before a capital, as in Los Angeles.
BEFORE_NAMES = words_of(
    "los las la le les el une una des del de da do dos du san santa van und och il"
)
MIN_DOUBTFUL = 2
# This number of doubtful words makes a text foreign without a clear word.
MANY_DOUBTFUL = 4


def language_of(words: str) -> Language:
    """Return the language of a cleaned text."""
    if not words:
        return "none"
    text = words[:CHARACTERS]
    start = text.lower()
    if not start.isascii() and _is_in_other_script(start):
        return "other"
    if FOREIGN.isdisjoint(start.split()):
        return "en"
    written = WORD.findall(text)
    seen = {word.lower() for word in written}
    telling = _telling(written)
    clear = FOREIGN & telling
    english = len(ENGLISH & seen)
    foreign = len(clear)
    needed = MIN_DOUBTFUL if clear - ALSO_ENGLISH else MANY_DOUBTFUL
    share = foreign / len(seen)
    if foreign >= needed and foreign > 2 * english and share >= FOREIGN_SHARE:
        return "other"
    if english > len(AMBIGUOUS & seen):
        return "en"
    evidence = foreign + len(DOUBTFUL & telling) + (not start.isascii())
    return "other" if evidence >= needed else "en"


def _telling(written: Sequence[str]) -> set[str]:
    """Return the words in lower case, without names and abbreviations such as Las Vegas and EU.

    A capitalised word counts only as the first word, or in a text all in capitals.
    """
    if not any(word.islower() for word in written):
        loud = all(map(str.isupper, written))
        return {word.lower() for word in written} - BEFORE_NAMES if loud else set()
    telling = {word for word in written if word.islower()}
    first, *rest = written
    if first.istitle() and not (rest and rest[0][0].isupper() and first.lower() in BEFORE_NAMES):
        telling.add(first.lower())
    return telling


def _is_in_other_script(text: str) -> bool:
    foreign = len(NOT_LATIN.findall(text))
    return foreign >= MIN_LETTERS and foreign > NOT_LATIN_SHARE * sum(map(str.isalpha, text))
