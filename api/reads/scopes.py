"""The scope that a request asks for: a watched community, or all; and its subject."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from api.deps import Deps
from api.errors import BadParameters, UnknownCommunity, UnknownSubject, shortened
from api.reads.rematch import read_rematching
from api.schema.corrections import CorrectionPath
from api.schema.parameters import CommunityParameters, PostParameters, SubjectFilter
from api.schema.problems import BadParameter
from shared.alerts.validation import COMMUNITY
from shared.models import ALL, Subject, Via
from shared.settings import Settings
from shared.stats.subjects import PREFIX, subject_scope

# Ids of subjects in a message.
MAX_NAMED = 20


# Names of communities that an error lists.
MAX_SHOWN = 100


@dataclass(frozen=True)
class Scope:
    """A community or all, and the subject whose mentions count there, if any."""

    community: str = ALL
    subject: Subject | None = None
    via: Via | None = None
    is_rematching: bool = False

    @property
    def subject_id(self) -> str | None:
        """Return the id of the subject."""
        return self.subject["id"] if self.subject else None

    @property
    def title(self) -> str:
        """Return what people call the subject, or the community."""
        return self.subject["name"] if self.subject else self.community

    @property
    def name(self) -> str:
        """Return the name of the scope: a community, all, or subject:ID."""
        return subject_scope(self.subject["id"]) if self.subject else self.community

    def has_part(self, via: Via, community: str) -> bool:
        """Return whether a subject's mentions with this via in this community count."""
        return self.via in (None, via) and self.community in (ALL, community)


async def read_scope(deps: Deps, parameters: CommunityParameters) -> Scope:
    """Return the scope of the parameters, with its subject if they name one.

    Raises UnknownCommunity, UnknownSubject, BadParameters and StoreError.
    """
    community = scope_asked(deps.settings, parameters)
    if not isinstance(parameters, SubjectFilter):
        return Scope(community)
    if parameters.subject is None:
        check_needs_subject(via=parameters.via)
        return Scope(community)
    scope = await read_scope_of_subject(deps, parameters.subject)
    return replace(scope, community=community, via=parameters.via)


async def read_scope_of_subject(
    deps: Deps, name: str | None, *, parameter: str = "subject"
) -> Scope:
    """Return the scope of the subject with this id, or of all without one.

    Raises UnknownSubject and StoreError.
    """
    if name is None:
        return Scope()
    watchlist = await deps.read_watchlist()
    subject = subject_named(watchlist["subjects"], name, parameter=parameter)
    return Scope(subject=subject, is_rematching=subject["id"] in await read_rematching(deps))


async def read_scope_named(deps: Deps, name: str, *, parameter: str = "scope") -> Scope:
    """Return the scope with this name: all, subject:ID, or a community's id or community:ID.

    Raises UnknownCommunity, UnknownSubject and StoreError.
    """
    if name.startswith(PREFIX):
        return await read_scope_of_subject(deps, name.removeprefix(PREFIX), parameter=parameter)
    return Scope(scope_of(deps.settings, name.removeprefix(COMMUNITY), parameter=parameter))


def check_needs_subject(**given: object) -> None:
    """Check that parameters that count with `subject` alone are absent. Raises BadParameters."""
    bad = [
        BadParameter(
            parameter=name,
            detail=f"{value!r} counts only with `subject`, which is missing",
            takes=f"`subject` beside it, or no `{name}`",
        )
        for name, value in given.items()
        if value is not None
    ]
    if bad:
        raise BadParameters(bad)


def subject_named(subjects: Sequence[Subject], name: str, *, parameter: str = "subject") -> Subject:
    """Return the subject with this id, in any case. Raises UnknownSubject."""
    wanted = name.lower()
    for subject in subjects:
        if subject["id"].lower() == wanted:
            return subject
    for subject in subjects:
        if wanted in map(str.lower, subject["merged_from"]):
            into = subject["id"]
            raise UnknownSubject(
                [
                    BadParameter(
                        parameter=parameter,
                        detail=f"{shortened(name)!r} was merged into {into!r}",
                        takes=f"{into}: /api/v1/subjects/{into}",
                    )
                ]
            )
    raise UnknownSubject(
        [
            BadParameter(
                parameter=parameter,
                detail=f"{shortened(name)!r} is no subject of the watchlist",
                takes=_named(subject["id"] for subject in subjects),
            )
        ]
    )


def _named(ids: Iterable[str]) -> str:
    listed = list(ids)
    if not listed:
        return "an id of a subject; there are none yet"
    more = f" and {len(listed) - MAX_NAMED} more" if len(listed) > MAX_NAMED else ""
    return f"one of {', '.join(listed[:MAX_NAMED])}{more} (GET /api/v1/subjects)"


def scope_asked(
    settings: Settings, parameters: CommunityParameters | PostParameters | CorrectionPath
) -> str:
    """Return the community that these parameters name, or `all`. Raises UnknownCommunity."""
    if parameters.community is not None:
        return scope_of(settings, parameters.community, parameter="community")
    return scope_of(settings, parameters.subreddit)


def scope_of(settings: Settings, name: str | None, *, parameter: str = "subreddit") -> str:
    """Return the community's id as it is configured, or `all`. Raises UnknownCommunity."""
    if name is None or name.lower() == ALL:
        return ALL
    community = settings.community_named(name)
    if community is None:
        shown = settings.watched[:MAX_SHOWN]
        more = " …: GET /api/v1/communities lists all" if shown != settings.watched else ""
        known = ", ".join(shown) + more
        bad = BadParameter(
            parameter=parameter,
            detail=f"{shortened(name)!r} isn't watched",
            takes=f"one of {known}",
        )
        raise UnknownCommunity([bad])
    return community


async def compared_scopes(deps: Deps, names: Iterable[str]) -> list[Scope]:
    """Return the scopes of these names, each once: communities, all, or subject:ID.

    Raises UnknownCommunity, UnknownSubject and StoreError.
    """
    listed = list(names)
    scopes: dict[str, Scope] = {}
    subjects, rematching = list[Subject](), frozenset[str]()
    if any(name.startswith(PREFIX) for name in listed):
        subjects = (await deps.read_watchlist())["subjects"]
        rematching = await read_rematching(deps)
    for name in listed:
        if name.startswith(PREFIX):
            subject = subject_named(subjects, name.removeprefix(PREFIX), parameter="scopes")
            scope = Scope(subject=subject, is_rematching=subject["id"] in rematching)
        else:
            scope = Scope(scope_of(deps.settings, name))
        scopes.setdefault(scope.name, scope)
    return list(scopes.values())
