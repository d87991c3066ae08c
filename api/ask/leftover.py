"""The words of a question that nothing else takes: what texts are searched for."""

import re
from collections.abc import Sequence
from typing import Final

from api.ask.text import Question


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MAX_WORDS: Final = 6
MIN_PLURAL: Final = 5
# Words of questions, that name nothing to search for.
STOP: Final = _words(
    """
    a about above abt according across actually after again against ago ahead all along already
    also am among an and angriest angry annoyed another any anybody anyone anything app are
    aren't around as ask asked asking at attitude average back bad be became because become been
    before behind being best better between biggest both brand brief bug bugs but buzz by came
    can can't case cause caused causes causing change changed changes changing check come
    comment comments communities community compare compared compares comparison competition
    competitors complain complained complaining complaint complaints concern concerned
    concerning concerns consider conversation could count criticise criticised criticising
    criticism criticize criticized criticizing currently customer customers daily day days deal
    dear decline declined declining decrease decreased decreasing describe despite dev developed
    developer developers developing development devs did didn't difference differences different
    dip dipped discuss discussed discussing discussion discussions dislike disliked dislikes
    dissatisfied do does doesn't doing don't done down drive driven driver drivers drives
    driving drop dropped dropping drops due during each effect either else engineer engineers
    enjoy enjoying enthusiastic ever every everybody everyone everything evolution evolve
    evolved evolving exactly example examples excited explain explained explains fall fallen
    falling false fan fans far favorite favorites favourite favourites feedback feel feeling
    feelings fell felt few find first folks for forum fraction from frustrated further general
    generally get gets getting give given go goes going gone good got great grew grow growing
    happen happened happening happens happier happy has hasn't hate hated have haven't having he
    head hear heard hello help helped helping her here here's hey hi high highlight highlights
    his hot how how's however hurt i i'd i'm i've idea if impact important improve improved
    improvement improves improving in incident incidents increase increased increasing indeed
    instead interesting internet into is isn't issue issues it it's item items its itself just
    kind know land landed last lately latest launch launched launches lead leader leading leads
    learn least led less let like liked likes list look looked looking lot love loved loves made
    main make makes making many matter may maybe me mean mention mentioned mentioning mentions
    might mind mine month monthly months mood moods more most mostly move moved moves moving
    much my near need needs negative negatively neither new newest news next no none nor not
    notable nothing now number of off often ok okay on once one ones only opinion opinions or
    other others our out outage outages over overall overview own paid pain part particular pay
    people per perceive perceived percent percentage perception perhaps place places please pls
    plz point points popular positive positively possible post posted posting posts ppl praise
    praised praising prefer preferred prefers presently pretty problem problems product products
    programmers proportion question questions quick quickly quite quote quotes rank ranked
    ranking rankings rate rather rating react reacted reaction reactions read reading real
    really reason reasons received recent recently reception recover recovered recovering
    recovers reddit redditors regard regarding release released releases remarkable report
    reported reporting reports reputation request requested requesting requests respond response
    responsible right rise risen rising root rose s said same satisfaction satisfied say saying
    says score search see seem seems seen send sentiment sentimental sentiments share she shift
    shifted should show side significant significantly since so some somebody someone something
    sov spike spiked spiking stand standing stands statistically status still stood story
    struggle struggles struggling stuff subject subjects subreddit subreddits success such
    summaries summarise summarize summary sure t take talk talked talking talks team teams tell
    than thank thanks that that's the their them theme themes then there there's these they
    they're thing things think thinking thinks this those thought thoughts thread threads
    through thx time times to today together tone too tool tools top topic topics total toward
    towards trend trending trends trigger triggered true trust trusted trusts turn typical u
    under unhappy until up update updates upon upset upvoted upvotes ur us usage use used user
    users using usually utc version versions versus very via vibe vibes view viewed views voice
    volume vs want wanted wants was wasn't wat way we we're we've week weekly weeks well went
    were weren't what what's whatever whats where where's whether which while who who's whole
    whom whose why will winning wish wishes with within without won't word words work worked
    works worried worry worrying worse worsen worsened worsening worst worth would write writes
    writing written yes yet you you're your yours
    """
)
# Words that name something beside another word: rate limits, team plans.
BESIDE: Final = _words(
    """
    app bug case code comment day error high issue low part point product question rate release
    request support team tool tools update usage use user version view week word work
    """
)
# What products of the field are called, where they are compared.
PRODUCTS: Final = _words(
    "agent agents ai assistant assistants code coder coders coding copilots editor editors ide ides"
)
NUMBER = re.compile(r"\d+(?:st|nd|rd|th)?$")
QUOTED = re.compile(r'"([^"]{2,80})"')


def leftover_of(question: Question) -> list[str]:
    """Return the words of a question that name something, as they were written, each once."""
    words = [
        (word, word.text.lower().removesuffix("'s").rstrip("'"))
        for word in question.words()
        # What stands behind a name: Cursor's.
        if question.masked[word.start - 1 : word.start] != "'"
    ]
    is_content = [
        bool(plain) and plain not in STOP and not NUMBER.fullmatch(plain) for _, plain in words
    ]
    found: dict[str, str] = {}
    for number, (word, plain) in enumerate(words):
        follows = number + 1 < len(words) and is_content[number + 1]
        is_beside = plain in BESIDE and follows and words[number + 1][0].start == word.end + 1
        # A number behind a word belongs to it: gateway 503.
        is_behind = number > 0 and is_content[number - 1] and plain.isdigit()
        is_behind = is_behind and words[number - 1][0].end + 1 == word.start
        if is_content[number] or is_beside or is_behind:
            found.setdefault(plain, word.text.removesuffix("'s").rstrip("'"))
    return list(found.values())


def search_for(words: Sequence[str]) -> str:
    """Return a search for words; a plural matches the singular, too."""
    return " ".join(map(_term, words))


def _term(word: str) -> str:
    plain = word.lower().strip("*\"'")
    is_plural = plain.endswith("s") and not plain.endswith(("ss", "us", "is"))
    if is_plural and len(plain) >= MIN_PLURAL and plain.isalpha():
        return f"{plain[:-1]}*"
    return plain
