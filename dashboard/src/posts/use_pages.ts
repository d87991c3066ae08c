/** Posts page by page, newest first; what a later collection adds waits until one wants to see it. */

import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { ApiError, fetchJson, type Item, type Post } from "../api";
import { noteAnswer, retries, version } from "../data";

/** What a list holds: posts, or posts and comments. */
export type ListItem = Post | Item;

export interface Pages {
  posts: ListItem[];
  /** Whether there are more to be had. */
  hasMore: boolean;
  isLoading: boolean;
  failure: ApiError | undefined;
  /** Posts that came since; where they don't reach down to the others there are more of them. */
  fresh: ListItem[];
  hasMoreFresh: boolean;
  /** The time down to which posts were looked through, while there are more; null at the end. */
  reach: string | null;
  loadMore: () => void;
  showFresh: () => void;
}

interface State {
  posts: ListItem[];
  next: string | null;
  fresh: ListItem[];
  /** Where the page after the fresh ones is, when they don't reach down to the others. */
  gap: string | null;
  /** The version of the data that its first page was asked for last. */
  version: number;
}

type Use = (posts: ListItem[], next: string | null) => State;

/** Lists as they were left, so that the way back finds the place again. */
const kept = new Map<string, State>();
const MAX_KEPT = 10;
const RETRY_MS = 5_000;

export function usePages(first: string): Pages {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [failure, setFailure] = useState<ApiError>();
  const [isLoading, setLoading] = useState(false);
  const shown = useRef(first);
  const timer = useRef<number | undefined>(undefined);
  const again = useRef<() => void>(() => {});
  /** Counts the questions: a later one takes over from one that still follows empty pages. */
  const turns = useRef(0);
  const state = kept.get(first);

  /**
   * Ask for a page, and give it unless something else is looked at or asked for meanwhile. A page of
   * a search may be empty though a next one follows: then that one is asked for, too.
   */
  const load = async (address: string, use: Use) => {
    clearTimeout(timer.current);
    setLoading(true);
    turns.current += 1;
    const turn = turns.current;
    const isOver = () => shown.current !== first || turn !== turns.current;
    again.current = () => load(address, use);
    try {
      // A list that is there already is asked for anew because there is new data.
      const isAnew = address === first && kept.has(first);
      const { data, next } = await fetchJson<ListItem[]>(
        address,
        isAnew ? { cache: "no-cache" } : {},
      );
      noteAnswer();
      if (isOver()) return;
      setFailure(undefined);
      keep(first, use(data, next));
      redraw(undefined);
      const isNext = next !== null && next !== address && kept.get(first)?.next === next;
      if (!data.length && isNext) await load(next, append);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      noteAnswer(error);
      if (isOver()) return;
      setFailure(error);
      const wait = error.retrySeconds ? error.retrySeconds * 1000 : RETRY_MS;
      if (error.isTransient)
        timer.current = setTimeout(() => load(address, use), wait) as unknown as number;
    } finally {
      if (!isOver()) setLoading(false);
    }
  };
  const append: Use = (posts, next) => {
    const before = kept.get(first) ?? { posts: [], fresh: [], gap: null, version: version.value };
    return { ...before, posts: joined(before.posts, posts), next };
  };

  useEffect(() => {
    shown.current = first;
    setFailure(undefined);
    setLoading(false);
    return () => {
      shown.current = "";
      clearTimeout(timer.current);
    };
  }, [first]);

  useEffect(() => {
    const asked = version.value;
    if (kept.get(first)?.version === asked) return;
    load(first, (posts, next) => ({ ...merged(kept.get(first), posts, next), version: asked }));
  }, [first, version.value]);

  useEffect(() => {
    if (failure) again.current();
  }, [retries.value]);

  return {
    posts: state?.posts ?? [],
    hasMore: Boolean(state?.next),
    isLoading: isLoading || (!state && !failure),
    failure,
    fresh: state?.fresh ?? [],
    hasMoreFresh: Boolean(state?.gap),
    reach: reachOf(state?.next ?? null),
    loadMore: () => {
      if (!state?.next || isLoading) return;
      load(state.next, append);
    },
    showFresh: () => {
      if (!state) return;
      const { posts, fresh, gap } = state;
      // Where posts are missing between both, the list begins anew: the others follow below.
      const all = gap ? { posts: fresh, next: gap } : { posts: joined(fresh, posts) };
      keep(first, { ...state, ...all, fresh: [], gap: null });
      redraw(undefined);
    },
  };
}

function keep(first: string, state: State): void {
  kept.delete(first);
  kept.set(first, state);
  if (kept.size > MAX_KEPT) kept.delete([...kept.keys()][0] ?? "");
}

/** Take new counts over where they stand, and hold what is new back: nothing jumps. */
function merged(before: State | undefined, posts: ListItem[], next: string | null) {
  if (!before?.posts.length) return { posts, next, fresh: [], gap: null };
  const latest = new Map(posts.map((post) => [post.id, post]));
  const known = new Set(before.posts.map((post) => post.id));
  const last = posts.at(-1);
  const reach = next && last ? place(last) : next;
  const isGone = (post: ListItem) => !latest.has(post.id) && (reach ?? "") <= place(post);
  const newest = before.posts[0] as ListItem;
  return {
    posts: before.posts.filter((post) => !isGone(post)).map((post) => latest.get(post.id) ?? post),
    next: before.next,
    fresh: posts.filter((post) => !known.has(post.id)),
    gap: next && reach && reach > place(newest) ? next : null,
  };
}

function joined(first: ListItem[], then: ListItem[]): ListItem[] {
  const known = new Set(first.map((post) => post.id));
  const all = [...first, ...then.filter((post) => !known.has(post.id))];
  return all.sort((one, other) => (place(one) < place(other) ? 1 : -1));
}

/** The time that the next page begins below: its cursor says it. */
function reachOf(next: string | null): string | null {
  const cursor = next && new URL(next, location.origin).searchParams.get("cursor");
  return cursor ? (cursor.split("_")[0] ?? null) : null;
}

/** Where a post stands in the API's order. */
function place(post: ListItem): string {
  return `${post.created_utc}_${post.id}`;
}
