"""Whether a text is English, told by its letters and its commonest words.

Cheap and careful: a text counts as another language's only when its words say so clearly, since one
that is wrongly left out is worse than one that is scored in vain.
"""

import re

from shared.models import Language

# Enough to tell; a long text isn't read to its end.
CHARACTERS = 1_000
# So few words say nothing for sure.
FEWEST_FOREIGN = 2
FOREIGN_SHARE = 0.2
NOT_LATIN_SHARE = 0.5
FEWEST_LETTERS = 4

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
NOT_LATIN = re.compile(
    r"[\u0370-\u1cff\u2c00-\u2dff\u3040-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENGLISH = _words(
    "the of and to a in is it you that he was for on are with as i his they at be this "
    "have from or had by but what some we can out other were all there when up your how "
    "said an each she which do their if will way about many then them would like so these "
    "her him has see could no than been who its now did get my me just not don t s im any "
    "because good know think people really lol am why where more very only here need want "
    "new too us"
)
# Commonest words of other languages that no English writer slips in.
FOREIGN = _words(
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
# These are names, slang or English words too: they count only where no word is English.
DOUBTFUL = _words(
    "to is der das den die des le la el de del en et un du au il lo se son es su sin con mi yo "
    "y o e da do os as um no na com ma ne di ja nu ze van te op er med til av om men har "
    "var som kan dan ada w z i po ve ho ce mon ton mit wie was so bei sur pour sans plus "
    "tout ama care din ini"
)
AMBIGUOUS = DOUBTFUL & ENGLISH
FEWEST_DOUBTFUL = 2


def language_of(words: str) -> Language:
    """Name the language of a cleaned text."""
    if not words:
        return "none"
    start = words[:CHARACTERS].lower()
    if not start.isascii() and _is_in_other_script(start):
        return "other"
    if FOREIGN.isdisjoint(start.split()):
        return "en"
    seen = set(WORD.findall(start))
    foreign = len(FOREIGN & seen)
    english = len(ENGLISH & seen)
    if foreign >= FEWEST_FOREIGN and foreign > 2 * english and foreign >= FOREIGN_SHARE * len(seen):
        return "other"
    if english > len(AMBIGUOUS & seen):
        return "en"
    evidence = foreign + len(DOUBTFUL & seen) + (not start.isascii())
    return "other" if evidence >= FEWEST_DOUBTFUL else "en"


def _is_in_other_script(text: str) -> bool:
    foreign = len(NOT_LATIN.findall(text))
    return foreign >= FEWEST_LETTERS and foreign > NOT_LATIN_SHARE * sum(map(str.isalpha, text))
