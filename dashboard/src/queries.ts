/** What the page reads from the API. Components that need the same data share one request. */

import { useEffect } from "preact/hooks";
import { dayAfter } from "./address";
import {
  type ApiResponse,
  apiPath,
  COMMUNITIES,
  type Communities,
  type CommunityPage,
  type ComparedScope,
  type Comparison,
  comparedSpan,
  comparisonPath,
  type Digest,
  digestPath,
  type Explanation,
  explainPath,
  fetchJson,
  type Granularity,
  MARKERS,
  MAX_COMPARED,
  type Marker,
  type MarkerEffect,
  type Markers,
  type Mention,
  markerEffectPath,
  type Order,
  type PostDetail,
  type Rematch,
  type ScopeTopics,
  type ShareOfVoice,
  type Span,
  type Stats,
  type SubjectCard,
  type Subjects,
  shareOfVoicePath,
  spanPath,
  subjectPath,
  subjectsPath,
  type TimeWindow,
  type Topic,
  type TopicScope,
  type Trends,
  topicsPath,
  trendingPath,
  WATCHED,
  type WatchedCommunities,
  withPages,
} from "./api";
import { type Collected, longestStep, smallChartStep } from "./figures";
import { address } from "./navigation";
import { ApiRequest, RequestCache, type RequestState, reloadAll } from "./request";

const MAX_CACHED = 80;
/** More small charts can't be compared at a glance. */
const MAX_COMMUNITIES = 40;
/** Topics are found hourly, between collections. */
const TOPICS_SECONDS = 300;
const REMATCH_MS = 1_000;
/** A subject's view shows this many of its mentions; the list has all. */
const FIRST_MENTIONS = 5;

export type QueryState<T> = Pick<RequestState<T>, "data" | "error">;

/** Lists of communities, which have a page for each 200. */
const PAGED: ReadonlySet<string> = new Set([COMMUNITIES, WATCHED]);

const NO_QUERY: QueryState<never> = { data: undefined, error: undefined };
const queries = new RequestCache<unknown>(MAX_CACHED, (address) => {
  let options: RequestInit = {};
  return new ApiRequest<unknown>(async (store) => {
    const answer = fetchJson<unknown>(address, options);
    // A repeated request revalidates the browser's copy.
    options = { cache: "no-cache" };
    const first = await answer;
    const data = PAGED.has(address)
      ? await withPages(first as ApiResponse<CommunityPage>, (next) => fetchJson(next))
      : first.data;
    store(() => data);
  });
});

/** Return the window of the page as the API takes it; the days of the address have their hours. */
function spanOf(hours: number): Span {
  const { from, to } = address.value;
  return from && to ? { start: from, end: dayAfter(to) } : { hours };
}

/** Return what the address answers, and keep it up to date; null: request nothing. */
function useQuery<T>(address: string | null): QueryState<T> {
  const query = address === null ? null : queries.get(address);
  useEffect(() => query?.watch(), [query]);
  return query ? (query.state.value as RequestState<T>) : NO_QUERY;
}

/** Return how far the stored items are matched by changed rules, and follow it to its end. */
export function useRematch(): { rematch: Rematch | null | undefined; version: number } {
  const query = queries.get(WATCHED) as ApiRequest<WatchedCommunities>;
  useEffect(() => query.watch(), [query]);
  const { data, version } = query.state.value;
  const isOn = Boolean(data?.rematch);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => document.hidden || query.reload(), REMATCH_MS);
    return () => {
      clearInterval(timer);
      // Figures that were read meanwhile may have changed.
      if (!query.state.peek().data?.rematch) reloadAll();
    };
  }, [isOn, query]);
  return { rematch: data?.rematch, version };
}

/** Return the watched communities. */
export function useCommunities(): QueryState<Communities> {
  return useQuery(COMMUNITIES);
}

/** Return the watched communities with the state of their collection. */
export function useWatched(): QueryState<WatchedCommunities> {
  return useQuery(WATCHED);
}

/** Return the trending topics, or those in which a subject is mentioned. */
export function useTopics(subject: string | null = null): QueryState<Topic[]> {
  return useQuery(trendingPath(subject));
}

/** Reload the topics every few minutes while the page is in sight. */
export function useFreshTopics(subject: string | null = null): QueryState<Topic[]> {
  const path = trendingPath(subject);
  useEffect(() => {
    const reload = () => document.hidden || queries.get(path).reload();
    const timer = setInterval(reload, TOPICS_SECONDS * 1000);
    return () => clearInterval(timer);
  }, [path]);
  return useTopics(subject);
}

/** Return what is said more in a subject or a community than before. */
export function useScopeTopics(scope: TopicScope, hours: number): QueryState<ScopeTopics> {
  return useQuery(topicsPath(scope, spanOf(hours)));
}

const NO_MARKERS: Marker[] = [];

/** Return the markers of all charts; without them charts show the rest. */
export function useMarkers(): Marker[] {
  return useQuery<Markers>(MARKERS).data?.markers ?? NO_MARKERS;
}

/** Return what changed from before a marker to after it. */
export function useMarkerEffect(id: string): QueryState<MarkerEffect> {
  return useQuery(markerEffectPath(id));
}

/** Return what made the change of a scope: all, subject:ID, or a community. */
export function useExplanation(scope: string, hours: number): QueryState<Explanation> {
  return useQuery(explainPath(scope, spanOf(hours)));
}

/** Return the address of the same as a report in Markdown. */
export function explanationReport(scope: string, hours: number): string {
  return explainPath(scope, spanOf(hours), "markdown");
}

/** Return the digest of a period; what is null or empty has its default. */
export function useDigest(asked: {
  period: string;
  end: string | null;
  time_zone: string | null;
  subjects: string;
}): QueryState<Digest> {
  return useQuery(digestPath(asked));
}

/** Return one post with its comments; name: community/id. */
export function usePost(name: string): QueryState<PostDetail> {
  return useQuery(postPath(name));
}

/** Load one post again. */
export function reloadPost(name: string): Promise<void> {
  return queries.get(postPath(name)).reload();
}

function postPath(name: string): string {
  const [community, id] = name.split("/");
  return apiPath(`/posts/${id}`, { subreddit: community });
}

/** Return the trends of scopes: communities, "all", subject:ID; no names: request nothing. */
export function useTrends(names: string[], hours: number): QueryState<Comparison> {
  return useQuery(trendsPath(names, hours));
}

/** Return the address of trends whose steps hold enough items, or have the given length. */
function trendsPath(
  names: string[],
  hours: number,
  granularity: Granularity | "auto" = "auto",
): string | null {
  return names.length ? comparisonPath(names, spanOf(hours), granularity) : null;
}

/** Return the figures of scopes in a span, and their changes; null: request nothing. */
export function useSpan(
  scopes: string[],
  span: TimeWindow | null,
  baseline: "before" | null = null,
): QueryState<Comparison> {
  return useQuery(span && spanPath(scopes, span, baseline));
}

/** The mentions of a subject, or those in one community. */
export interface StatsScope {
  subject: string;
  subreddit?: string;
}

/** Return the mentions in a span; null: request nothing. */
export function useSpanStats(scope: StatsScope, span: TimeWindow | null): QueryState<Stats> {
  return useQuery(span && apiPath("/sentiment/stats", { ...scope, ...span }));
}

/** Return the figures of one community until now; null: request nothing. */
export function useStats(community: string | null, hours: number): QueryState<Stats> {
  return useQuery(
    community && apiPath("/sentiment/stats", { subreddit: community, ...spanOf(hours) }),
  );
}

/** Return the subjects of the watchlist with their figures; null: request nothing. */
export function useSubjects(hours: number | null): QueryState<Subjects> {
  return useQuery(hours === null ? null : subjectsPath(spanOf(hours)));
}

/** Return one subject with its figures. */
export function useSubject(id: string, hours: number): QueryState<SubjectCard> {
  return useQuery(subjectPath(id, { ...comparedSpan(spanOf(hours)), until: "collected" }));
}

/** Return how mentions of a subject run in each community. */
export function useTrendsByCommunity(subject: string, hours: number): QueryState<Trends> {
  const granularity = smallChartStep(hours);
  return useQuery(
    apiPath("/sentiment/trends", { subject, ...spanOf(hours), granularity, by: "community" }),
  );
}

/** Return the first mentions of a subject in an order; null: request nothing. */
export function useTopMentions(
  subject: string,
  hours: number,
  sort: Order | null,
): QueryState<Mention[]> {
  const query = { ...spanOf(hours), sort, limit: FIRST_MENTIONS };
  return useQuery(sort === null ? null : subjectPath(subject, query, "/mentions"));
}

/** Return the share of voice of a set of subjects; an empty set: own ones and competitors. */
export function useShareOfVoice(
  set: string[],
  hours: number,
  home: "exclude" | null,
): QueryState<ShareOfVoice> {
  return useQuery(shareOfVoicePath(set, spanOf(hours), home));
}

export interface AllTrends {
  compared: ComparedScope[];
  /** The window, and what was collected of it. */
  collected: Collected;
}

/** Return the trends of every watched community: the API compares ten at a time. */
export function useAllTrends(hours: number): QueryState<AllTrends> {
  const names = useCommunities();
  const shown = (names.data?.subreddits ?? []).slice(0, MAX_COMMUNITIES);
  const parts = Array.from({ length: MAX_COMMUNITIES / MAX_COMPARED }, (_, part) =>
    shown.slice(part * MAX_COMPARED, (part + 1) * MAX_COMPARED),
  );
  // The number of hooks is the same at each render, whether or not they request anything.
  const first = parts.map((own) => useQuery<Comparison>(trendsPath(own, hours)));
  const step = longestStep(first.flatMap(({ data }) => data?.granularity ?? []));
  const isShorter = first.map(({ data }) => (data ? data.granularity !== step : false));
  const areAllThere = parts.every((own, part) => !own.length || first[part]?.data);
  // One scale has one step: the longest that an answer chose.
  const again = parts.map((own, part) =>
    useQuery<Comparison>(areAllThere && isShorter[part] ? trendsPath(own, hours, step) : null),
  );
  const all = first.map((each, part) => (areAllThere && isShorter[part] ? again[part] : each));
  const requested = all.flatMap((each, part) => (parts[part]?.length && each ? [each] : []));
  const error = names.error ?? requested.find((each) => each.error)?.error;
  const collected = requested[0]?.data;
  if (!collected || requested.some((each) => !each.data)) return { data: undefined, error };
  // A community that is alone in its answer may be too young for the week before.
  const because = collected.before?.because;
  const compared = requested.flatMap(({ data }) =>
    data?.before?.because === because
      ? (data?.subreddits ?? [])
      : (data?.subreddits ?? []).map((each) => ({ ...each, change: null })),
  );
  return { data: { compared, collected }, error };
}
