/** Posts page by page, newest first; what a later collection adds waits until one wants to see it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ask, Failure, type Post } from "../api";
import { noteAnswer, version } from "../data";

export interface Pages {
  posts: Post[];
  /** Whether there are more to be had. */
  hasMore: boolean;
  isLoading: boolean;
  failure: Failure | undefined;
  /** Posts that came since, above the first. */
  fresh: Post[];
  more: () => void;
  showFresh: () => void;
}

interface State {
  posts: Post[];
  next: string | null;
  fresh: Post[];
}

/** Lists as they were left, so that the way back finds the place again. */
const kept = new Map<string, State>();
const MOST_KEPT = 10;
const RETRY_MS = 5_000;

export function usePages(first: string): Pages {
  const [state, setState] = useState<State | undefined>(kept.get(first));
  const [failure, setFailure] = useState<Failure>();
  const [isLoading, setLoading] = useState(false);
  const shown = useRef(first);
  const seen = useRef(version.value);
  const current = useRef(state);
  const timer = useRef<number | undefined>(undefined);

  const put = (to: State) => {
    current.current = to;
    kept.delete(first);
    kept.set(first, to);
    if (kept.size > MOST_KEPT) kept.delete([...kept.keys()][0] ?? "");
    setState(to);
  };

  /** Ask for a page, and give it unless something else is looked at meanwhile. */
  const load = async (address: string, use: (posts: Post[], next: string | null) => void) => {
    clearTimeout(timer.current);
    setLoading(true);
    try {
      const { data, next } = await ask<Post[]>(address, { cache: "no-cache" });
      noteAnswer();
      if (shown.current !== first) return;
      setFailure(undefined);
      use(data, next);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      noteAnswer(error);
      if (shown.current !== first) return;
      setFailure(error);
      if (error.passes)
        timer.current = setTimeout(() => load(address, use), RETRY_MS) as unknown as number;
    } finally {
      if (shown.current === first) setLoading(false);
    }
  };

  useEffect(() => {
    shown.current = first;
    current.current = kept.get(first);
    setState(current.current);
    setFailure(undefined);
    if (!current.current) load(first, (posts, next) => put({ posts, next, fresh: [] }));
    return () => {
      shown.current = "";
      clearTimeout(timer.current);
    };
  }, [first]);

  useEffect(() => {
    if (seen.current === version.value) return;
    seen.current = version.value;
    load(first, (posts, next) => put(merged(current.current, posts, next)));
  }, [version.value]);

  return {
    posts: state?.posts ?? [],
    hasMore: Boolean(state?.next),
    isLoading: isLoading || (!state && !failure),
    failure,
    fresh: state?.fresh ?? [],
    more: () => {
      const from = current.current;
      if (!from?.next || isLoading) return;
      load(from.next, (posts, next) => put({ ...from, posts: joined(from.posts, posts), next }));
    },
    showFresh: () => {
      const from = current.current;
      if (from) put({ ...from, posts: joined(from.fresh, from.posts), fresh: [] });
    },
  };
}

/** Take new counts over where they stand, and hold what is new back: nothing jumps. */
function merged(before: State | undefined, posts: Post[], next: string | null): State {
  if (!before?.posts.length) return { posts, next, fresh: [] };
  const latest = new Map(posts.map((post) => [post.id, post]));
  const known = new Set(before.posts.map((post) => post.id));
  return {
    ...before,
    posts: before.posts.map((post) => latest.get(post.id) ?? post),
    fresh: posts.filter((post) => !known.has(post.id)),
  };
}

function joined(first: Post[], then: Post[]): Post[] {
  const known = new Set(first.map((post) => post.id));
  return [...first, ...then.filter((post) => !known.has(post.id))];
}
