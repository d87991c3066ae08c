/** A list of posts that grows page by page. */

import type { Item, Mention, Post } from "../api";

/** A list holds posts, posts and comments, or mentions of a subject. */
export type ListItem = Post | Item | Mention;

export interface PostList {
  posts: ListItem[];
  /** The address of the next page; null at the end. */
  next: string | null;
  /** Newer posts, which wait until the reader asks for them. */
  fresh: ListItem[];
  /** The address of the page after the fresh posts, when they don't reach down to the others. */
  gap: string | null;
}

export const EMPTY_LIST: PostList = { posts: [], next: null, fresh: [], gap: null };

/** Add a page at the end. */
export function appendPage(list: PostList, posts: ListItem[], next: string | null): PostList {
  return { ...list, posts: mergePosts(list.posts, posts), next };
}

/**
 * Merge a reloaded first page: update the posts that it repeats, drop those that it lacks, and hold
 * new ones back, so that nothing moves under the reader's eyes.
 */
export function mergeFirstPage(
  list: PostList | undefined,
  posts: ListItem[],
  next: string | null,
): PostList {
  const newest = list?.posts[0];
  if (!list || !newest) return { ...EMPTY_LIST, posts, next };
  const latest = new Map(posts.map((post) => [itemKey(post), post]));
  const known = new Set(list.posts.map(itemKey));
  const last = posts.at(-1);
  // Older posts may be on later pages.
  const oldest = next && last ? sortKey(last) : next;
  const isGone = (post: ListItem) => !latest.has(itemKey(post)) && (oldest ?? "") <= sortKey(post);
  return {
    posts: list.posts
      .filter((post) => !isGone(post))
      .map((post) => latest.get(itemKey(post)) ?? post),
    next: list.next,
    fresh: posts.filter((post) => !known.has(itemKey(post))),
    gap: next && oldest && oldest > sortKey(newest) ? next : null,
  };
}

/** Move the fresh posts into the list. Across a gap the list starts over with them. */
export function showFresh({ posts, next, fresh, gap }: PostList): PostList {
  if (gap) return { ...EMPTY_LIST, posts: fresh, next: gap };
  return { ...EMPTY_LIST, posts: mergePosts(fresh, posts), next };
}

/** Add a page at the end of a list in another order than newest first. */
export function appendRanked(list: PostList, posts: ListItem[], next: string | null): PostList {
  const known = new Set(list.posts.map(itemKey));
  const more = posts.filter((post) => !known.has(itemKey(post)));
  return { ...list, posts: [...list.posts, ...more], next };
}

/** Merge a reloaded first page of such a list: it has the new order, and the rest follows. */
export function mergeRanked(
  list: PostList | undefined,
  posts: ListItem[],
  next: string | null,
): PostList {
  const first = { ...EMPTY_LIST, posts, next };
  const rest = list?.posts.slice(posts.length) ?? [];
  return list && rest.length ? appendRanked(first, rest, list.next) : first;
}

/** Return the time down to which posts were searched: the cursor of the next page holds it. */
export function searchedUntil(next: string | null, base: string): string | null {
  const cursor = next && new URL(next, base).searchParams.get("cursor");
  const time = cursor?.split("_")[0] ?? "";
  return Number.isNaN(Date.parse(time)) ? null : time;
}

/** Merge two lists, newest first; the first one wins where both hold a post. */
function mergePosts(first: ListItem[], second: ListItem[]): ListItem[] {
  const all = appendRanked({ ...EMPTY_LIST, posts: first }, second, null).posts;
  return all.sort((one, other) => (sortKey(one) < sortKey(other) ? 1 : -1));
}

/** Return what names an item in a list: a post and a comment may have the same id. */
export function itemKey(item: ListItem): string {
  return `${"kind" in item ? item.kind : "post"}:${item.id}`;
}

/** Return the key that the API sorts by. */
function sortKey(post: ListItem): string {
  return `${post.created_utc}_${post.id}`;
}
