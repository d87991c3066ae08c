/** Posts page by page. What a later collection adds waits until the reader asks for it. */

import { useEffect } from "preact/hooks";
import { type ApiError, fetchJson } from "../api";
import { ApiRequest, RequestCache, type Store } from "../request";
import {
  appendPage,
  appendRanked,
  EMPTY_LIST,
  type ListItem,
  mergeFirstPage,
  mergeRanked,
  type PostList,
  searchedUntil,
  showFresh,
} from "./post_list";

export interface Pages {
  posts: ListItem[];
  hasMore: boolean;
  isLoading: boolean;
  error: ApiError | undefined;
  /** Posts that arrived since the list was loaded. */
  fresh: ListItem[];
  /** Whether there are more fresh posts than these. */
  hasMoreFresh: boolean;
  /** The time down to which posts were searched; null at the end of the list. */
  searchedUntil: string | null;
  loadMore: () => void;
  showFresh: () => void;
}

const MAX_CACHED = 10;
/** The lists that were read last: the way back finds its place again. */
const lists = new RequestCache<PostList>(MAX_CACHED, (first) => {
  const request: ApiRequest<PostList> = new ApiRequest((store) => {
    // A list that is loaded again must not come from the browser's copy.
    const isReload = request.state.value.data !== undefined;
    const merge = isRanked(first) ? mergeRanked : mergeFirstPage;
    return loadPage(request, first, store, merge, isReload ? { cache: "no-cache" } : {});
  }, true);
  return request;
});

type Merge = (list: PostList | undefined, posts: ListItem[], next: string | null) => PostList;

/** Return whether the list isn't newest first: nothing is newer than its first row then. */
function isRanked(address: string): boolean {
  return (new URL(address, location.origin).searchParams.get("sort") ?? "newest") !== "newest";
}

/** Add the next page, where the list ends. */
function loadNext(request: ApiRequest<PostList>, address: string): void {
  const add = isRanked(address) ? appendRanked : appendPage;
  const append: Merge = (list, posts, next) => add(list ?? EMPTY_LIST, posts, next);
  request.extend((store) => loadPage(request, address, store, append));
}

/** Load a page. A page of a search may be empty and have a next one: load that one, too. */
async function loadPage(
  request: ApiRequest<PostList>,
  address: string,
  store: Store<PostList>,
  merge: Merge,
  init: RequestInit = {},
): Promise<void> {
  const { data: posts, next } = await fetchJson<ListItem[]>(address, init);
  const list = store((before) => merge(before, posts, next));
  const hasNext = next !== null && next !== address && list?.next === next;
  if (!posts.length && hasNext) loadNext(request, next);
}

/** Return the list that begins at the address. */
export function usePages(first: string): Pages {
  const request = lists.get(first);
  const { data: list, error } = request.state.value;
  const isLoading = request.isLoading.value;
  useEffect(() => {
    const stop = request.watch();
    return () => {
      stop();
      request.cancel();
    };
  }, [request]);
  return {
    posts: list?.posts ?? [],
    hasMore: Boolean(list?.next),
    isLoading: isLoading || (!list && !error),
    error,
    fresh: list?.fresh ?? [],
    hasMoreFresh: Boolean(list?.gap),
    searchedUntil: searchedUntil(list?.next ?? null, location.origin),
    loadMore: () => {
      if (list?.next && !isLoading) loadNext(request, list.next);
    },
    showFresh: () => list && request.update(showFresh(list)),
  };
}
