/** What the page reads from the API. Components that need the same data share one request. */

import { useEffect } from "preact/hooks";
import {
  apiPath,
  COMMUNITIES,
  type Communities,
  type ComparedScope,
  type Comparison,
  comparisonPath,
  fetchJson,
  MAX_COMPARED,
  type PostDetail,
  type Rematch,
  type Topic,
  TRENDING,
  WATCHED,
  type WatchedCommunities,
} from "./api";
import { type Collected, stepSize } from "./figures";
import { ApiRequest, RequestCache, type RequestState, reloadAll } from "./request";

const MAX_CACHED = 80;
/** More small charts can't be compared at a glance. */
const MAX_COMMUNITIES = 40;
/** Topics are found hourly, between collections. */
const TOPICS_SECONDS = 300;
const REMATCH_MS = 1_000;

export type QueryState<T> = Pick<RequestState<T>, "data" | "error">;

const NO_QUERY: QueryState<never> = { data: undefined, error: undefined };
const queries = new RequestCache<unknown>(MAX_CACHED, (address) => {
  let options: RequestInit = {};
  return new ApiRequest<unknown>(async (store) => {
    const answer = fetchJson<unknown>(address, options);
    // A repeated request revalidates the browser's copy.
    options = { cache: "no-cache" };
    const { data } = await answer;
    store(() => data);
  });
});

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

/** Return the trending topics. */
export function useTopics(): QueryState<Topic[]> {
  return useQuery(TRENDING);
}

/** Reload the topics every few minutes while the page is in sight. */
export function useFreshTopics(): QueryState<Topic[]> {
  useEffect(() => {
    const reload = () => document.hidden || queries.get(TRENDING).reload();
    const timer = setInterval(reload, TOPICS_SECONDS * 1000);
    return () => clearInterval(timer);
  }, []);
  return useTopics();
}

/** Return one post with its comments; name: community/id. */
export function usePost(name: string): QueryState<PostDetail> {
  const [community, id] = name.split("/");
  return useQuery(apiPath(`/posts/${id}`, { subreddit: community }));
}

/** Return the trends of the named communities, or of "all"; no names: request nothing. */
export function useTrends(names: string[], hours: number): QueryState<Comparison> {
  return useQuery(trendsPath(names, hours));
}

function trendsPath(names: string[], hours: number): string | null {
  return names.length ? comparisonPath(names, hours, stepSize(hours).granularity) : null;
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
  const paths = Array.from({ length: MAX_COMMUNITIES / MAX_COMPARED }, (_, part) =>
    trendsPath(shown.slice(part * MAX_COMPARED, (part + 1) * MAX_COMPARED), hours),
  );
  // The number of hooks is the same at each render, whether or not they request anything.
  const all = paths.map((path) => useQuery<Comparison>(path));
  const requested = all.filter((_, part) => paths[part]);
  const error = names.error ?? requested.find((each) => each.error)?.error;
  const collected = requested[0]?.data;
  if (!collected || requested.some((each) => !each.data)) return { data: undefined, error };
  const compared = requested.flatMap((each) => each.data?.subreddits ?? []);
  return { data: { compared, collected }, error };
}
