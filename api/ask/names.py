"""The subjects and communities that a question names, by the names and terms of the watchlist."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from api.ask.text import COMMUNITY, SUBJECT, Question, folded, lowered
from shared.communities import community_name, name_in_source
from shared.models import Role, Subject
from shared.stats.subjects import subject_scope

KindOfScope = Literal["subject", "community"]
SEPARATORS = re.compile(r"[\s_-]+")
# A word ends before "'s".
BEFORE: Final = r"(?<![\w.-])(?<!\br/)"
AFTER: Final = r"(?!\w|[.-]\w)"
# Names that are words of questions: they name a community only where it is said that it is one.
PLACED_BEFORE = re.compile(r"(\b(in|on|within|at|across|inside|from)( the)?|r/|#)\s*$")
PLACED_AFTER = re.compile(r"^\s*(communit|subreddit|sub\b|forum)")
# Names of subjects that are also words, and no names where they stand in small letters as verbs.
VERBS: Final = frozenset({"continue", "bolt", "warp"})
OWN = re.compile(
    r"\bour (own )?(product|tool|app|brand)s?\b|\bourselves\b"
    r"|\bour(?= (share|mood|sentiment|reputation|mentions|image|users)\b)"
    r"|(?<!\btell )(?<!\bshow )(?<!\bgive )(?<!\bthe )(?<!\blet )\bus\b"
    r"|\bwe(?= (doing|stand|compare|rank|perceived|seen|liked|do)\b)"
)
COMPETITORS = re.compile(
    r"\b(((our|the|its|their|all|other) )*(main )?competitors|((our|the) )?competition|rivals)\b"
)


@dataclass(frozen=True)
class NamedScope:
    """A scope that a question names: its id, what people call it, and the words that name it."""

    kind: KindOfScope
    id: str
    name: str
    words: str
    start: int = 0
    is_any_competitor: bool = False
    """True: only a word such as "competitors" names it, among others."""

    @property
    def scope(self) -> str:
        """Return the name of the scope in the API: a community, or subject:ID."""
        return subject_scope(self.id) if self.kind == "subject" else self.id


@dataclass(frozen=True)
class _Name:
    kind: KindOfScope
    id: str
    name: str
    pattern: str
    first: str
    """The letters with which it begins."""
    size: int = 0
    """Its letters."""
    is_sure: bool = True
    """True: it counts wherever it stands."""
    is_shared: bool = False
    """True: a subject has it, too."""


@dataclass(frozen=True)
class Known:
    """The names that questions can use: of subjects of the watchlist, and watched communities."""

    subjects: Sequence[Subject]
    communities: Sequence[str]

    def with_role(self, role: Role) -> list[Subject]:
        """Return the subjects of a role."""
        return [each for each in self.subjects if each["role"] == role]

    def names(self) -> list[str]:
        """Return the names of subjects, then those of communities, as people write them."""
        subjects = [each["name"] for each in self.subjects]
        taken = set(map(lowered, subjects))
        others = [each for each in self.communities if lowered(each) not in taken]
        return [*subjects, *map(community_name, others)]


UNWATCHED = re.compile(r"(?<![\w/])/?r/(?P<name>\w{2,21})")


def find_unwatched(question: Question, known: Known) -> str | None:
    """Return why a subreddit that a question names can't be answered about; None: it names none."""
    found = UNWATCHED.search(question.masked)
    if found is None:
        return None
    name = question.text[found.start("name") : found.end("name")]
    near = [each for each in known.communities if folded(each) == folded(name)]
    meant = f" Did you mean {community_name(near[0])}?" if near else ""
    return f"r/{name} isn't watched.{meant}"


def find_scopes(question: Question, known: Known) -> tuple[Question, list[NamedScope]]:
    """Return the scopes that a question names, each once, and the question with their words taken.

    Longer names come first: "Claude Code" is no "Claude". Of a subject and a community of the same
    name it is the subject, unless the words say that it is a community.
    """
    found: list[NamedScope] = []
    for name in _names_of(known):
        # A question has few of hundreds of names.
        if name.first not in question.masked:
            continue
        for match in re.finditer(name.pattern, question.masked):
            if not _counts(name, question, match):
                continue
            words = question.text[match.start() : match.end()]
            found.append(NamedScope(name.kind, name.id, name.name, words, match.start()))
            mask = SUBJECT if name.kind == "subject" else COMMUNITY
            question = question.taken(match.start(), match.end(), mask)
    found.sort(key=lambda each: each.start)
    once = {(each.kind, each.id): each for each in reversed(found)}
    return question, sorted(once.values(), key=lambda each: each.start)


def find_roles(question: Question, known: Known) -> tuple[Question, list[NamedScope], list[str]]:
    """Return the subjects that words such as "we" and "competitors" name, and what they can't."""
    found: list[NamedScope] = []
    cannot: list[str] = []
    roles: Mapping[Role, re.Pattern[str]] = {"own": OWN, "competitor": COMPETITORS}
    for role, pattern in roles.items():
        match = pattern.search(question.masked)
        if match is None:
            continue
        words = question.text[match.start() : match.end()]
        subjects = known.with_role(role)
        if not subjects:
            cannot.append(
                f"No subject of the watchlist has the role {role}, so “{words}” names none:"
                " name a product, or give its subject this role on the page Watchlist."
            )
        found += [
            NamedScope(
                "subject",
                each["id"],
                each["name"],
                words,
                match.start(),
                is_any_competitor=role == "competitor",
            )
            for each in subjects
        ]
        question = question.taken(match.start(), match.end(), SUBJECT)
    return question, found, cannot


def _names_of(known: Known) -> Iterator[_Name]:
    """Yield the names that questions may have, those of sure communities first, longer ones first.

    A pattern is of a text in small letters.
    """
    yield from (
        _Name("community", each, community_name(each), _placed(each), lowered(each))
        for each in _longest(known.communities)
    )
    names = {lowered(word) for each in known.subjects for word in _words_of(each)}
    others = [
        _Name(
            "subject",
            subject["id"],
            subject["name"],
            _pattern(word),
            SEPARATORS.split(lowered(word))[0],
            len(folded(word)),
        )
        for subject in known.subjects
        for word in _words_of(subject)
    ]
    others += [
        _Name(
            "community",
            each,
            community_name(each),
            BEFORE + re.escape(lowered(word)) + AFTER,
            lowered(word),
            len(folded(word)),
            is_sure=False,
            is_shared=lowered(word) in names,
        )
        for each in known.communities
        for word in {each, name_in_source(each)}
    ]
    # "Claude Code" before "claude"; "kiroIDE" is a community although a subject is called Kiro IDE.
    yield from sorted(others, key=lambda each: (-each.size, each.kind))


def _placed(community: str) -> str:
    """Return the pattern of a name that is said to be a community's: r/NAME, NAME subreddit."""
    name = re.escape(lowered(community))
    after = r"(?=\s+(?:communit|subreddit|sub\b|forum))"
    return rf"(?<!\w)/?r/{name}{AFTER}|{BEFORE}(?:the )?{name}{after}"


def _words_of(subject: Subject) -> Iterable[str]:
    """Return the words that name a subject in a question: its name, its id and its terms."""
    terms = (each["text"] for each in subject["terms"])
    return dict.fromkeys((subject["name"], subject["id"], *subject["merged_from"], *terms))


def _pattern(word: str) -> str:
    pieces = [re.escape(each) for each in SEPARATORS.split(lowered(word)) if each]
    return BEFORE + r"[\s_-]?".join(pieces) + AFTER if pieces else r"(?!)"


def _longest(names: Iterable[str]) -> list[str]:
    return sorted(names, key=len, reverse=True)


def _counts(name: _Name, question: Question, match: "re.Match[str]") -> bool:
    """Return whether the words at a place name the subject or the community."""
    words = question.text[match.start() : match.end()]
    before, after = question.masked[: match.start()], question.masked[match.end() :]
    if name.kind == "subject":
        is_verb = words in VERBS and re.search(r"(\bto|\b(people|they|users|will|it))\s*$", before)
        return not is_verb
    if name.is_sure:
        return True
    if name.is_shared:
        return False
    is_placed = PLACED_BEFORE.search(before) or PLACED_AFTER.search(after)
    # Such a name is no word of the language: kiroIDE, hn.claude-code.
    is_special = any(each.isupper() for each in words[1:]) or "." in words
    return bool(is_placed or is_special)
