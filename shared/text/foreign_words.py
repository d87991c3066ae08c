"""Words, spellings and phrases that tell other languages from English."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from shared.text.english import ENGLISH, words_of
from shared.text.stopwords import stopwords

FILE = Path(__file__).with_name("frequent_words.txt")

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
    "tout ama care din ini sa"
)
# Words of both lists that are also English words, units or abbreviations; they alone don't make a
# text foreign.
ALSO_ENGLISH = words_of(
    "est les eu met dat wat hoe og att je para sur det ei bu bir ela mes che era tem kun hur vad "
    "ele ese jest todo"
) & (FOREIGN | DOUBTFUL)
# Articles that begin a name before a capital, as in Los Angeles.
BEFORE_NAMES = words_of(
    "los las la le les el une una des del de da do dos du san santa van und och il"
)
# English words that other languages have too, or have taken over; they speak for neither.
BORROWED = words_of(
    "a i me in an am so per update updates link links post posts bot bots mod mods info thread "
    "threads sub subs faq gif png jpg jpeg pm http https www wiki webp flair spoiler poll op lol "
    "btw hi hey hello sorry repost moderator moderators megathread crosspost url youtube youtu "
    "reddit imgur subreddit tl dr s t d m ll ve y problem question questions weekend minute "
    "minutes april august september november december"
)
# Parts of words that English doesn't have, without accents. In this order: Turkish, Polish, German,
# Dutch, French, Indonesian, Italian, Spanish and Portuguese, French and Italian elisions.
SPELLING = re.compile(
    r"[ie]yor|uyor|(?:lari|leri)(?:n|ni|m)?$|[^aeiou]m[ae]k$|iniz$|[ln][ae]r[ae]k$"
    r"|prz|rzy|rze$|szcz|zcz|wsz|dzie|dzia|owan|owac$|iej$|czn|[^s]ych$|nych$|[aeknury]cj[aei]|uje$"
    r"|^nie(?!ce)...|^roz"
    r"|iert$|ieren$|schl|[^e]icht$|echt(?:e[nrs]?)?$|[^e]lich$|[hk]eit$|ungen$|.ische[ns]?$"
    r"|^(?:ver|auf|aus(?!s)|zu(?!l))[bdfghklmnrstwz]..+(?:en|t)$|^be[dfgkmnrstwz].+(?:igt|elt|ert)$"
    r"|ij[kdnstv]|uik|euw|ee[rn]d$|[^t]heid$|schap|tjes?$"
    r"|[^aeiou]eux$|aient$|ionne"
    r"|^men[gy][aeiou]|..nya$|^di..+kan$|ngga|[ah]kan$|^(?:pem|peng|ber).{3,}an$|^ke.{4,}an$"
    r"|zion[ei]|zzat|ggi[oa]$|iamo$|ssim[oai]$|[aei]rsi$"
    r"|[au]cion(?:es)?$|coes$|[^e]mente$|[^l][ai]ndo$|iendo$|dade$|[^r][ai]mos$|uier|lh[ao]s?$"
    r"|[^yr]nh[ao]s?$|ienta$|[st]iv[oa]s$|[^v]ieira$|eiro$|ncia$|amiento$|imento$"
    r"|^qu'|^[jl]'|^[dns]'[^oy]|^(?:dell|all|nell|sull|dall|un|quest|quell|[ct])'[aeiouhé]\w\w"
)
# Letters that English has only in loan words; at a word's end "â" and "ã" are wrongly decoded.
ACCENT = re.compile(r"[\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
LETTER = re.compile(rf"^(?!.*[ãâ]$|â).*{ACCENT.pattern}")
# Letters that loan words and names in English texts hardly have.
RARE_ACCENT = re.compile(r"[ãõąćęłńśźżğışőűřěůčďťơưđ\u1e00-\u1eff]")
# Loan words with an accent, written without it.
LOAN_WORDS = words_of(
    "cafe cafes naive naivete resume resumes fiance fiancee fiances cliche cliches cliched facade "
    "facades deja vu pinata pinatas jalapeno jalapenos uber nee decor entree entrees touche senor "
    "senora senorita voila expose protege saute sauteed souffle puree pate creme brulee fete "
    "melee risque blase passe soiree matinee communique attache canape consomme crepe crepes "
    "doppelganger smorgasbord aioli acai habanero emigre divorcee mache outre roue cooperate "
    "coordinate reelect zoology noel pho banh mi smorrebrod skal angstrom fohn mobius gruyere "
    "rose role detente tete apres eclair chateau garcon francais provencal loge colada cortege "
    "denouement regime seance premiere"
)
# A vowel or c stands for any accent on it.
LOAN_PHRASES = (
    r"hasta la vista|c'est la vie|que sera,? sera|no bueno|mon (?:ami|frere|dieu|cheri)"
    r"|au contraire|muchas gracias|mucho gusto|por favor|mi casa(?: es)? su casa|mano a mano"
    r"|cinco de mayo|dia de (?:los )?muertos|hola amigos?|adios amigos?|que pasa|vaya con dios"
    r"|viva la \w+|nada y pues nada|arroz con pollo|(?:chile|chili) con (?:carne|queso)"
    r"|dulce de leche|pico de gallo|al pastor|los angeles|las vegas|la la land|sao paulo"
    r"|je ne sais quoi|je suis charlie|raison d'etre|coup d'etat|coup de \w+|carte blanche"
    r"|creme brulee|creme de la creme|piece de resistance|tour de \w+|femme fatale|faux pas"
    r"|joie de vivre|esprit de corps|bete noire|cause celebre|fait accompli|hors d'oeuvres?"
    r"|l'esprit de l'escalier|laissez[- ]faire|savoir[- ]faire|mise en \w+|nom de \w+"
    r"|tete[- ]a[- ]tete|vis[- ]a[- ]vis|a la (?:carte|mode|king)|bon (?:voyage|appetit)"
    r"|merci beaucoup|tres (?:bien|chic)|sacre bleu|plus ca change|menage a trois"
    r"|noblesse oblige|au revoir|deja vu|l'chaim|voulez[- ]vous|ich bin ein berliner|uber alles"
    r"|ordnung muss sein|vorsprung durch technik|sehr gut|auf wiedersehen|guten (?:tag|morgen)"
    r"|danke schon|mein gott|gott mit uns|das boot|sprechen sie|was ist das|alles gut|ciao bella"
    r"|la dolce vita|dolce far niente|grazie mille|molto bene|prima (?:donna|facie)|che bella"
    r"|et voila|de novo|mamma mia|et tu|lorem ipsum.*|van der \w+|von der \w+|(?:ja\W+)+ja"
)


def _any_accent(phrases: str) -> str:
    accents = {"a": "aàáâä", "e": "eéèêë", "i": "iíî", "o": "oóôö", "u": "uúûü", "c": "cç"}
    return re.sub(r"(?<!\\)[aeiouc]", lambda vowel: f"[{accents[vowel[0]]}]", phrases)


LOAN_PHRASE = re.compile(rf"\b(?:{_any_accent(LOAN_PHRASES)})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Words:
    """Words, in lower case, that decide whether a text is English.

    clear and doubtful are of other languages; english is neither in other languages nor borrowed.
    """

    clear: frozenset[str]
    doubtful: frozenset[str]
    english: frozenset[str]


@lru_cache(maxsize=1)
def known_words() -> Words:
    """Return the words of the lists and of the file."""
    paragraphs = FILE.read_text(encoding="utf-8").split("\n\n")
    listed = {
        name: words_of(words)
        for name, colon, words in (paragraph.partition(":") for paragraph in paragraphs)
        if colon and not name.startswith("#")
    }
    unsure = listed.pop("doubtful") | DOUBTFUL | ALSO_ENGLISH
    frequent = frozenset().union(*listed.values())
    english = (ENGLISH | stopwords()) - unsure - FOREIGN - BORROWED
    clear = (frequent - unsure - english) | (FOREIGN - ALSO_ENGLISH)
    doubtful = frozenset(word for word in unsure - clear - ENGLISH if len(word) > 1)
    return Words(clear, doubtful, english)
