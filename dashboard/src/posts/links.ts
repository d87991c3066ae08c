/** Where a post leads. Addresses in posts are untrusted: they may lead anywhere. */

import type { Post } from "../api";

const REDDIT = "https://www.reddit.com/";

/** Return the link to the post at its source; null: its source gives none. */
export function originalLink({
  source,
  id,
  permalink,
}: Post): { text: string; href: string } | null {
  if (source === "reddit") {
    const href = permalink.startsWith(REDDIT) ? permalink : `${REDDIT}comments/${id}/`;
    return { text: "Open on Reddit", href };
  }
  return isWebAddress(permalink) ? { text: "Open at its source", href: permalink } : null;
}

/** Return whether the post links to something other than itself. */
export function isExternal({ source, url, permalink }: Post): boolean {
  if (!isWebAddress(url) || url === permalink) return false;
  return source !== "reddit" || !/(^|\.)reddit\.com$/.test(hostname(url));
}

export function hostname(url: string): string {
  return new URL(url).hostname.replace(/^www\./, "");
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}
