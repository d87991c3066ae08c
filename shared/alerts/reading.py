"""Reads what conditions look at: each stored document once, whatever the number of rules.

Request units, as bench/request_units.py prices them: days of a scope cost one to five each, those
of `all` two, so that 44 days of both take less than 400 and 74 days less than 700; an hour that
lists items one to three, and an item one. Each rule stays below 1,000.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from shared.alerts.citing import with_items
from shared.alerts.conditions import evaluate, search
from shared.alerts.conditions.falling import fallen_days
from shared.alerts.conditions.topic import is_new_or_fast
from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import DayVoice, Evidence, Reach, Recent, TopicItems, Topics, Voice
from shared.alerts.hourly import HourlyFigures
from shared.alerts.scope_items import (
    COMMUNITY,
    Reference,
    by_age,
    read_items,
    read_known,
    read_references,
)
from shared.alerts.wording import HOURS_OF_DAY
from shared.alerts.young import lacking_communities, young_communities
from shared.communities import community_name
from shared.models import (
    ALL,
    AlertRule,
    Cell,
    ConditionType,
    DayStats,
    Item,
    Subject,
    Topic,
    Watchlist,
)
from shared.rematches import rematching
from shared.schedule import two_intervals
from shared.settings import Settings
from shared.stats.cells import cells_by_hour
from shared.stats.coverage import unknown_hours
from shared.stats.gaps import Coverage, coverage_of
from shared.stats.months import read_days
from shared.stats.subject_tables import read_tables
from shared.stats.subjects import (
    PREFIX,
    only_watched_parts,
    read_subject_days,
    subject_of,
    subject_scope,
)
from shared.stats.watched import only_watched
from shared.store import COLLECTION, CURRENT, TOPICS, Store
from shared.store.community_states import observed_names, read_states
from shared.subjects.watchlist import read_watchlist
from shared.times import Window, hour_of, hour_start, iso, parse_iso

# Four weeks, one between, seven days that end at midnight, and the day that goes on.
DAYS_NEEDED = 44
DAYS_OF_VOICE = 16
# Communities that were observed for less are left out: fewer than six spans of a week apart are no
# baseline.
LEAST_HOURS = 16 * HOURS_OF_DAY
# Each costs one to two units.
MAX_DAYS_LEFT_OUT = 150
NONE: frozenset[str] = frozenset()
LAST_SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
OF_CELLS: frozenset[ConditionType] = frozenset({"mood", "volume", "negative_share"})
OF_MENTIONS: frozenset[ConditionType] = frozenset({*OF_CELLS, "share_of_voice"})

MAX_TOPICS = 10
MAX_POSTS_OF_TOPIC = 8
# The communities of a topic in which its posts are looked for.
MAX_COMMUNITIES_OF_TOPIC = 4

REACH_DAYS = 28
REACH_ITEMS = 300
RECENT_ITEMS = 300
SEARCHED_ITEMS = 400


def days_until(hour: str, days: int) -> Window:
    """Return the window of whole days up to an hour, of which the last may be a part."""
    last = parse_iso(f"{hour}:00:00Z")
    return Window(last.replace(hour=0) - timedelta(days=days - 1), last + HOUR - LAST_SECOND)


class EvidenceReader:
    """Reads the evidence of rules; what several of them look at is read once.

    settings say what is watched. Days is the number of days that statistics are read of. One reader
    serves one run: it doesn't see what is written later.
    """

    def __init__(
        self, store: Store, settings: Settings, watchlist: Watchlist, *, days: int = DAYS_NEEDED
    ) -> None:
        self._store = store
        self._settings = settings
        self._watchlist = watchlist
        self._days = days
        self._base: Evidence | None = None
        self._stored: dict[tuple[str, str], list[DayStats]] = {}
        self._cells: dict[tuple[str, str, frozenset[str]], Mapping[str, Cell] | None] = {}
        self._coverages: dict[tuple[frozenset[str], str], Coverage | None] = {}
        self._rematching: frozenset[str] | None = None
        self._current_topics: Topics | None = None
        self._voices: dict[str, Voice] = {}
        # Items are many, so that those of one hour are kept.
        self._hour: str | None = None
        self._reaches: dict[str, Reach] = {}
        self._recents: dict[str, Recent] = {}

    async def evaluation(self, rule: AlertRule, hour: str) -> Evaluation:
        """Return what a rule's condition finds in a full hour (YYYY-MM-DDTHH), with its items.

        Raises StoreError.
        """
        evidence = await self.read(rule, hour)
        evaluation = evaluate(rule["condition"], evidence, hour)
        counted = [each for each in self._settings.watched if each not in evidence.young]
        return await with_items(self._store, evidence, evaluation, counted)

    async def read(self, rule: AlertRule, hour: str) -> Evidence:
        """Return what a rule's condition looks at for a full hour. Raises StoreError."""
        scope, name, broken = _scope_of(rule["scope"], self._watchlist, self._settings)
        is_community = scope.startswith(COMMUNITY)
        evidence = replace(
            await self.base(),
            scope=scope,
            name=name,
            broken=broken,
            communities=[scope.removeprefix(COMMUNITY)] if is_community else self._settings.watched,
        )
        if broken is not None:
            return evidence
        if is_community:
            evidence = await self._with_state(evidence, scope.removeprefix(COMMUNITY))
        kind = rule["condition"]["type"]
        if reason := await self._unmatched(scope, kind):
            return replace(evidence, no_data=reason)
        if kind in OF_CELLS:
            return await self._with_figures(evidence, kind, hour)
        if kind == "share_of_voice":
            return await self._with_voice(evidence, hour)
        return await self._with_items(evidence, kind, hour)

    async def _with_state(self, evidence: Evidence, name: str) -> Evidence:
        """Return the evidence with the state of its community, which a sample may lack."""
        if evidence.states.get(name) is not None or name in observed_names(self._settings.watched):
            return evidence
        own = await read_states(self._store, [name])
        return replace(evidence, states={**evidence.states, name: own.get(name)})

    async def _unmatched(self, scope: str, kind: ConditionType) -> str | None:
        """Return why the mentions that a condition counts can't be compared; None if they can.

        After a change of a subject's rules, new items are matched by it before older ones are.
        """
        if not scope.startswith(PREFIX) or kind not in OF_MENTIONS:
            return None
        if self._rematching is None:
            self._rematching = await rematching(self._store, self._watchlist)
        counted = {subject_of(scope), *(self._voice_set() if kind == "share_of_voice" else ())}
        if not counted & self._rematching:
            return None
        return "The watchlist has changed, and stored items aren't matched by its rules yet."

    def _voice_set(self) -> list[str]:
        """Return the ids of the subjects that share the voice: those that are no topics."""
        return [each["id"] for each in self._watchlist["subjects"] if each["role"] != "topic"]

    async def base(self) -> Evidence:
        """Return what all rules look at: the states of communities and of collection."""
        if self._base is None:
            state = await self._store.read(COLLECTION, "collection", "collection")
            names = self._settings.watched
            states = await read_states(self._store, observed_names(names))
            collected = state["last_collection_at"] if state else None
            began = state["last_started_at"] if state else None
            nothing = HourlyFigures([], {})
            self._base = Evidence(
                scope=ALL,
                name="",
                last=last_full_hour(collected, began),
                figures=nothing,
                of_all=nothing,
                states={name: states.get(name) for name in names},
                collected_at=collected,
            )
        return self._base

    async def _with_figures(self, evidence: Evidence, kind: ConditionType, hour: str) -> Evidence:
        """Return evidence with the cells of its scope and of all, up to the hour at least.

        Young communities are left out, but for shares, which compare with no other time.
        """
        end = max(hour, evidence.last or hour)
        window = days_until(end, self._days)
        hours, watched = window.hours(), list(evidence.states)
        is_community = evidence.scope.startswith(COMMUNITY)
        is_share = kind == "negative_share"
        young = NONE if is_share else await self._young(evidence, window, end)
        covered = await self._coverage(
            evidence, [n for n in watched if n not in young], window, end
        )
        of_all = await self._read_cells(ALL, window, end, young)
        if of_all is None and evidence.scope == ALL:
            reason = f"Too many communities ({len(young)}) are too young to compare."
            return replace(evidence, no_data=reason)
        if of_all is None:
            # It says only whether everything fell, and what is young adds to it.
            of_all = await self._read_cells(ALL, window, end, NONE) or {}
        left_out = NONE if is_community else young
        cells = await self._read_cells(evidence.scope, window, end, left_out) or {}
        own = covered
        if is_community:
            own = await self._coverage(evidence, evidence.communities, window, end)
        languages = self._settings.other_languages
        # A subject that was never mentioned before is quiet, but a community is just younger.
        lacking = _before_all(cells if is_community else of_all, hours)
        unknown = lacking | _unknown(own, cells, hours)
        whole = None
        if left_out:
            every = await self._read_cells(evidence.scope, window, end, NONE) or {}
            whole = HourlyFigures(hours, every, unknown, languages)
        unknown_of_all = _before_all(of_all, hours) | _unknown(covered, of_all, hours)
        figures_of_all = HourlyFigures(hours, of_all, unknown_of_all, languages)
        return replace(
            evidence,
            figures=HourlyFigures(hours, cells, unknown, languages, whole=whole),
            of_all=figures_of_all,
            falling=_falling(covered, len(watched) - len(young)),
            fell=fallen_days(figures_of_all),
            young=left_out,
        )

    async def _read_cells(
        self, scope: str, window: Window, end: str, young: frozenset[str]
    ) -> Mapping[str, Cell] | None:
        """Return the cells of a scope without these communities; None where they are too many."""
        key = (scope, end, young)
        if key not in self._cells:
            stored = await self._read_days(scope, window, end)
            days: list[DayStats] | None = stored
            if young and scope == ALL:
                days = await self._all_without(young, stored)
            elif young:
                own = {name.lower(): name for name in self._settings.watched if name not in young}
                days = [only_watched_parts(day, own) for day in stored]
            self._cells[key] = None if days is None else cells_by_hour(days)
        return self._cells[key]

    async def _read_days(self, scope: str, window: Window, end: str) -> list[DayStats]:
        if (scope, end) not in self._stored:
            store, watched, days = self._store, self._settings.watched, window.days()
            if scope.startswith(PREFIX):
                subject = subject_of(scope)
                # Months have no threads by the hour.
                read = await read_subject_days(store, [subject], days, watched, parts=True)
                found = read[subject]
            else:
                name = scope.removeprefix(COMMUNITY)
                found = (await read_days(store, [name], days))[name]
                if scope == ALL:
                    found = await only_watched(store, watched, found)
            self._stored[scope, end] = found
        return self._stored[scope, end]

    async def _all_without(
        self, young: frozenset[str], days: list[DayStats]
    ) -> list[DayStats] | None:
        """Return days of all without these communities; None where that is too many documents.

        It reads the days that a community has items on, and no others.
        """
        by_id = {day["id"]: day for day in days}
        having = {
            name: [day["id"] for day in days if name in day.get("names", (name,))] for name in young
        }
        if sum(map(len, having.values())) > MAX_DAYS_LEFT_OUT:
            return None
        for name, ids in having.items():
            known = {each for day in ids for each in by_id[day].get("names", ())}
            left = await only_watched(self._store, known - {name}, [by_id[day] for day in ids])
            by_id.update({day["id"]: day for day in left})
        return list(by_id.values())

    async def _young(
        self, evidence: Evidence, window: Window, end: str, hours: int | None = None
    ) -> frozenset[str]:
        """Return the communities that weren't observed over the last of these hours, or all."""
        listed = window.hours()[-hours:] if hours else window.hours()
        covered = await self._coverage(evidence, list(evidence.states), window, end)
        if covered is None:
            return NONE
        least = min(len(listed), LEAST_HOURS)
        young = young_communities(covered, listed, least)
        rest = [name for name in evidence.states if name not in young]
        covered = await self._coverage(evidence, rest, window, end)
        return young if covered is None else young | lacking_communities(covered, listed)

    async def _coverage(
        self, evidence: Evidence, names: Sequence[str], window: Window, end: str
    ) -> Coverage | None:
        key = (frozenset(names), end)
        if key not in self._coverages:
            own = {name: evidence.states.get(name) for name in names}
            late = two_intervals(self._settings.collect_schedule, window.end)
            # Off the loop: the intervals of months take tenths of a second.
            self._coverages[key] = await asyncio.to_thread(coverage_of, own, window, late)
        return self._coverages[key]

    async def _with_voice(self, evidence: Evidence, hour: str) -> Evidence:
        """Return evidence with the mentions of the set by day, and what was observed."""
        end = max(hour, evidence.last or hour)
        window = days_until(end, self._days)
        compared = DAYS_OF_VOICE * HOURS_OF_DAY if self._days == DAYS_NEEDED else None
        young = await self._young(evidence, window, end, compared)
        counted = [name for name in evidence.states if name not in young]
        covered = await self._coverage(evidence, counted, window, end)
        hours = window.hours()
        figures = HourlyFigures(hours, {}, _unknown(covered, {}, hours))
        if end not in self._voices:
            self._voices[end] = await self._voice(window, counted)
        return replace(evidence, figures=figures, voice=self._voices[end], young=young)

    async def _voice(self, window: Window, counted: Sequence[str]) -> Voice:
        """Return the mentions of the set by day, of the last days of a window.

        counted are the communities whose mentions count.
        """
        subjects = self._voice_set()
        days = window.days()
        if self._days == DAYS_NEEDED:
            days = days[-DAYS_OF_VOICE:]
        tables = await read_tables(
            self._store,
            [[f"{day}T{n:02}" for n in range(24)] for day in days],
            counted,
            other_languages=self._settings.other_languages,
        )
        by_day = {
            day: DayVoice(
                {subject: table.items(subject) for subject in subjects},
                {subject: table.threads(subject) for subject in subjects},
            )
            for day, table in zip(days, tables, strict=True)
        }
        return Voice(by_day, subjects)

    async def _with_items(self, evidence: Evidence, kind: ConditionType, hour: str) -> Evidence:
        """Return evidence with the items that a type of condition looks at, if any."""
        scope = evidence.scope
        if hour != self._hour:
            self._hour, self._reaches, self._recents = hour, {}, {}
        if kind == "topic":
            return replace(evidence, topics=await self._topics(scope))
        # Scores are known as they are now, so that earlier hours have none.
        if kind == "mention" and hour == evidence.last:
            if scope not in self._reaches:
                self._reaches[scope] = await self._reach(evidence, hour)
            return replace(evidence, reach=self._reaches[scope])
        if kind == "search":
            if scope not in self._recents:
                self._recents[scope] = await self._recent(scope, hour)
            return replace(evidence, recent=self._recents[scope])
        return evidence

    async def _topics(self, scope: str) -> Topics:
        """Return the new and fast topics, with those of their posts that are in the scope."""
        if self._current_topics is None:
            self._current_topics = await self._read_topics()
        current = self._current_topics
        found = [
            replace(each, posts=[post for post in each.posts if _is_in(post, scope)])
            for each in current.topics
        ]
        return Topics(current.created_at, found)

    async def _read_topics(self) -> Topics:
        """Return the new and fast topics with their posts."""
        current = await self._store.read(TOPICS, CURRENT, CURRENT)
        if current is None:
            return Topics(None, [])
        chosen = [
            topic
            for topic in current["topics"]
            if is_new_or_fast(topic.get("state"), topic["growth"])
        ][:MAX_TOPICS]
        keys = {topic["id"]: _post_keys(topic) for topic in chosen}
        references = [
            Reference(f"_{each}", name, "post") for own in keys.values() for name, each in own
        ]
        posts = {
            (post["community"], post["id"]): post
            for post in await read_items(self._store, references)
        }
        found = []
        for topic in chosen:
            own = [posts[key] for key in keys[topic["id"]] if key in posts]
            found.append(TopicItems(topic, own, len(own)))
        return Topics(current["created_at"], found)

    async def _reach(self, evidence: Evidence, hour: str) -> Reach:
        """Return the scores of four weeks, of a sample, and the items of the last day.

        The sample is of full days before yesterday: the same all day, and scores that are final.
        """
        scope, watched = evidence.scope, list(self._settings.watched)
        if not scope.startswith(COMMUNITY):
            young = await self._young(evidence, days_until(hour, self._days), hour)
            watched = [name for name in watched if name not in young]
        days = days_until(hour, REACH_DAYS + 2).hours()
        earlier = days[: REACH_DAYS * HOURS_OF_DAY]
        known = await read_known(self._store, scope, earlier, watched, most=REACH_ITEMS)
        listed = await read_references(self._store, scope, days[-HOURS_OF_DAY:], watched)
        recent = await read_items(self._store, by_age(listed, days[-HOURS_OF_DAY:], RECENT_ITEMS))
        scores = sorted(score for item in known if (score := item["upvotes"]) is not None)
        return Reach(scores, recent, len(listed))

    async def _recent(self, scope: str, hour: str) -> Recent:
        """Return the items of the last hours, in which the newest may come late."""
        hours = days_until(hour, 2).hours()[-search.HOURS :]
        references = await read_references(self._store, scope, hours, self._settings.watched)
        newest = references[::-1]
        items = await read_items(self._store, newest[:SEARCHED_ITEMS])
        return Recent(hour, items, len(newest))


async def read_evaluation(
    store: Store, settings: Settings, rule: AlertRule, hour: str
) -> Evaluation:
    """Return what a rule's condition finds in a full hour, by what is read for it alone.

    Several rules, or hours, cost less with one `EvidenceReader`. Raises StoreError.
    """
    reader = EvidenceReader(store, settings, await read_watchlist(store))
    return await reader.evaluation(rule, hour)


def last_full_hour(collected: str | None, began: str | None) -> str | None:
    """Return the last full hour before a collection that began and completed at these times.

    What began within an hour may have read some communities before its end.
    """
    if collected is None:
        return None
    read = min(collected, began or collected)
    return hour_of(iso(hour_start(parse_iso(read)) - HOUR))


def _scope_of(scope: str, watchlist: Watchlist, settings: Settings) -> tuple[str, str, str | None]:
    """Return a scope as it is stored, what people call it, and why it can't be looked at."""
    if scope == ALL:
        return scope, "all communities", None
    if scope.startswith(PREFIX):
        subject = _subject(watchlist, subject_of(scope))
        if subject is None:
            return scope, subject_of(scope), f"The watchlist has no subject {subject_of(scope)}."
        return subject_scope(subject["id"]), subject["name"], None
    given = scope.removeprefix(COMMUNITY)
    name = next((each for each in settings.watched if each.lower() == given.lower()), None)
    if name is None:
        return scope, community_name(given), f"{community_name(given)} isn't watched."
    return COMMUNITY + name, community_name(name), None


def _subject(watchlist: Watchlist, subject_id: str) -> Subject | None:
    """Return the subject with this id, or the one that it was merged into."""
    subjects = watchlist["subjects"]
    own = (each for each in subjects if each["id"] == subject_id)
    merged = (each for each in subjects if subject_id in each["merged_from"])
    return next(own, None) or next(merged, None)


def _unknown(
    coverage: Coverage | None, cells: Mapping[str, Cell], hours: Sequence[str]
) -> frozenset[str]:
    """Return the hours that are unknown; guessed where there is no record."""
    return frozenset(unknown_hours(cells, hours) if coverage is None else coverage.unknown)


def _before_all(cells: Mapping[str, Cell], hours: Sequence[str]) -> frozenset[str]:
    """Return the hours before the first item: a source may show nothing so old, or not say so."""
    first = min(cells, default=None)
    return frozenset() if first is None else frozenset(hour for hour in hours if hour < first)


def _falling(coverage: Coverage | None, communities: int) -> frozenset[str]:
    """Return the hours that more than half of the communities lack."""
    if coverage is None:
        return frozenset()
    lacking = Counter(hour for hours in coverage.unobserved_of.values() for hour in hours)
    return frozenset(hour for hour, number in lacking.items() if 2 * number > communities)


def _post_keys(topic: Topic) -> list[tuple[str, str]]:
    communities = topic["communities"][:MAX_COMMUNITIES_OF_TOPIC]
    return [(name, each) for each in topic["post_ids"][:MAX_POSTS_OF_TOPIC] for name in communities]


def _is_in(post: Item, scope: str) -> bool:
    if scope.startswith(PREFIX):
        return any(each["subject"] == subject_of(scope) for each in post.get("mentions", ()))
    return scope == ALL or post["community"] == scope.removeprefix(COMMUNITY)
