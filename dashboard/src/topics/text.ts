/** Topics in words: those of a scope, and those that trend. */

import type { ScopeTopic, ScopeTopics } from "../api";
import { count, dateTime } from "../format";

const NONE: Record<NonNullable<ScopeTopics["why_none"]>, string> = {
  no_items: "Nothing was said.",
  nothing_before: "Nothing is known of the time before.",
  nothing_stands_out: "Nothing stands out.",
};
const MAX_KINDS = 2;
const LARGE_RATIO = 10;

/** Return why there are no topics. */
export function noneText(why: NonNullable<ScopeTopics["why_none"]>): string {
  return NONE[why];
}

/** Return how large a topic is against the time before. */
export function ratioText(ratio: number): string {
  return `×${ratio.toFixed(ratio < LARGE_RATIO ? 1 : 0)}`;
}

/** Return how a topic stands. */
export function stateText(state: ScopeTopic["course"]["state"], peak: string): string {
  return state === "peaked" ? `peaked at ${dateTime(peak)}` : state;
}

/** Return the commonest kinds of talk of a topic; null where none is known. */
export function kindsText(kinds: ScopeTopic["kinds"]): string | null {
  const named = Object.entries(kinds ?? {}).filter(([kind]) => kind !== "other");
  if (!named.length) return null;
  return named
    .slice(0, MAX_KINDS)
    .map(([kind, items]) => `${count(items)} ${kind}`)
    .join(", ");
}

/** Return that a part of the items was read; null where all were. */
export function sampleText({ is_whole, read, of }: ScopeTopics["span"]): string | null {
  return is_whole ? null : `From a sample: ${count(read)} of ${count(of)} posts and comments.`;
}
