/** Where a post leads. Addresses in posts are untrusted: they may lead anywhere. */

import type { Post } from "../api";

const REDDIT = "https://www.reddit.com/";
/** What an archive holds stands on Reddit itself. */
const OF_REDDIT: ReadonlySet<string> = new Set(["reddit", "arctic_shift"]);
const TEXTS: Record<string, string> = {
  hackernews: "Open at Hacker News",
  discourse: "Open in the forum",
  github: "Open at GitHub",
};

/** Return the link to the post at its source; null: its source gives none. */
export function originalLink({
  source,
  id,
  permalink,
}: Post): { text: string; href: string } | null {
  if (OF_REDDIT.has(source)) {
    const href = permalink.startsWith(REDDIT) ? permalink : `${REDDIT}comments/${id}/`;
    return { text: "Open on Reddit", href };
  }
  return isWebAddress(permalink)
    ? { text: TEXTS[source] ?? "Open at its source", href: permalink }
    : null;
}

/** Return whether the post links to something other than itself. */
export function isExternal({ source, url, permalink }: Post): boolean {
  if (!isWebAddress(url) || url === permalink) return false;
  return !OF_REDDIT.has(source) || !/(^|\.)reddit\.com$/.test(hostname(url));
}

export function hostname(url: string): string {
  return new URL(url).hostname.replace(/^www\./, "");
}

/** Return whether an address leads into the web; browsers would run javascript:. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}
