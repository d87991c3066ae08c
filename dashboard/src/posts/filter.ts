/** The filter of the list: as a request to the API, and in words. */

import type { Address } from "../address";
import { apiPath, type Kind } from "../api";
import { formatSpan, windowName } from "../format";

export const HEADINGS = { posts: "Posts", items: "Posts and comments", comments: "Comments" };
const NOUNS = { posts: "post", items: "item", comments: "comment" };

/** Return what one row of the list is called. */
export function noun(kind: Kind | null): string {
  return NOUNS[kind ?? "posts"];
}

/** Return the API's address of the list. A topic is a list of posts. */
export function listPath(to: Address, options: { limit: number } | { format: "csv" }): string {
  const { kind, subreddit, hours, sentiment, q, start, end, topic, at } = to;
  const window = topic ? { topic, at } : start || end ? { start, end } : {};
  const only = kind === "comments" ? { kind: "comment" } : {};
  const endpoint = kind && !topic ? "/items" : "/posts/recent";
  return apiPath(endpoint, { subreddit, hours, sentiment, q, ...window, ...only, ...options });
}

/** Return whether anything but window, community and kind limits the list. */
export function isFiltered({ sentiment, q, start, end, topic }: Address): boolean {
  return Boolean(sentiment || q || start || end || topic);
}

/** Return the time that is searched, in words. */
export function searchedSpan({ hours, topic, start, end }: Address): string {
  if (topic) return "the topic";
  return start || end ? formatSpan(start, end) : `the last ${windowName(hours)}`;
}
