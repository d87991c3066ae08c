/** The filter of the list: as a request to the API, and in words. */

import { type Address, dayAfter } from "../address";
import { apiPath, type Kind, subjectPath } from "../api";
import { formatSpan, windowName } from "../format";

export const HEADINGS = { posts: "Posts", items: "Posts and comments", comments: "Comments" };
const NOUNS = { posts: "post", items: "item", comments: "comment" };
const KINDS = { posts: "post", items: null, comments: "comment" };

/** Return whether the list is of all that mentions a subject, and not of a topic. */
export function listsMentions({ subject, topic, said }: Address): boolean {
  return Boolean(subject && !topic && !said);
}

/** Return what the list shows. What is said is posts and comments, unless one kind is chosen. */
export function shownKind(to: Address): Kind {
  return to.kind ?? (to.said || listsMentions(to) ? "items" : "posts");
}

/** Return what one row of the list is called. */
export function noun(to: Address): string {
  return listsMentions(to) && to.kind !== "posts" && to.kind !== "comments"
    ? "mention"
    : NOUNS[shownKind(to)];
}

/** Return the heading of the list; name is that of the subject. */
export function heading(to: Address, name: string | null): string {
  if (listsMentions(to)) return `Mentions of ${name ?? to.subject}`;
  return HEADINGS[to.topic ? "posts" : shownKind(to)];
}

/** Return the API's address of the list. A topic is a list of posts. */
export function listPath(to: Address, options: { limit: number } | { format: "csv" }): string {
  const { kind, subject, subreddit, from, sentiment, talk, q, start, end, topic, at, said } = to;
  const days = from && to.to ? { start: from, end: dayAfter(to.to) } : {};
  const window = topic ? { topic, at } : start || end ? { start, end } : days;
  const hours = from ? null : to.hours;
  if (listsMentions(to)) {
    const { via } = to;
    const filter = { subreddit, hours, sentiment, talk, q, ...window, via, sort: to.sort };
    return subjectPath(
      subject ?? "",
      { ...filter, kind: KINDS[kind ?? "items"], ...options },
      "/mentions",
    );
  }
  const sort = to.sort === "score" ? "reach" : to.sort;
  if (said && !topic) {
    const filter = { subject, subreddit, hours, ...days, sentiment, q, topic: said, sort };
    return apiPath("/items", { ...filter, kind: KINDS[kind ?? "items"], ...options });
  }
  const only = kind === "comments" ? { kind: "comment" } : {};
  const endpoint = kind && kind !== "posts" && !topic ? "/items" : "/posts/recent";
  return apiPath(endpoint, {
    subject,
    subreddit,
    hours,
    sentiment,
    talk,
    q,
    ...window,
    ...only,
    sort,
    ...options,
  });
}

/** Return whether anything but window, community and kind limits the list. */
export function isFiltered({ sentiment, talk, via, q, start, end, topic, said }: Address): boolean {
  return Boolean(sentiment || talk || via || q || start || end || topic || said);
}

/** Return the time that is searched, in words. */
export function searchedSpan({ hours, from, to, topic, said, start, end }: Address): string {
  if (topic || said) return "the topic";
  if (start || end) return formatSpan(start, end);
  return from && to ? formatSpan(from, dayAfter(to)) : `the last ${windowName(hours)}`;
}
