/** What can be said about the time before and after a marker, in a sentence. */

import type { MarkerEffect } from "../api";
import { MIN_ITEMS, scoredCount, significantChange } from "../figures";
import { communityName, dateTime, plural, signed } from "../format";

type Change = NonNullable<MarkerEffect["change"]>;
type Unsaid = "no_clear_change" | "too_few" | NonNullable<Change["reason"]>;

/** Return the sentence of an effect. It says what came after, and never that it came from it. */
export function effectSentence({ marker, status, change, hours, ready_at }: MarkerEffect): string {
  const ready = dateTime(ready_at);
  if (status === "upcoming") return `${marker.name} is still to come: look again from ${ready} on.`;
  if (!change || hours === null)
    return `Too early to say: a full day after ${marker.name} has to be collected, until ${ready}.`;
  const length = hours % 24 ? plural(hours, "hour") : plural(hours / 24, "day");
  const moved = significantChange({ change });
  if (moved === null) return UNSAID[change.reason ?? (change.verdict as Unsaid)](change, length);
  const amount = signed(Math.abs(moved), 2).replace(/^\+/, "");
  return `${moved > 0 ? "Better" : "Worse"} after ${marker.name}: ${moved > 0 ? "up" : "down"} ${amount} over ${length}, against as long before it.`;
}

const UNSAID: Record<Unsaid, (change: Change, length: string) => string> = {
  no_clear_change: ({ avg_sentiment }, length) =>
    `No clear change: ${signed(avg_sentiment ?? 0, 2)} over ${length}, which chance may explain.`,
  too_few: ({ statistics, previous }) =>
    `Too few items to say: ${scoredCount(previous)} before it and ${scoredCount(statistics)} after it, of ${MIN_ITEMS} at least.`,
  mixed_methods: () =>
    "Not to be said: more than one method of sentiment scored what came before and after it.",
  no_earlier_data: ({ hours: known, previous }, length) =>
    previous.total
      ? `Too little to compare with: of ${length}, ${plural(known, "hour")} were observed on both sides.`
      : "Nothing to compare with: nothing is known of the time before it.",
  not_collected: ({ behind }) =>
    `Not to be said yet: ${behind.map(communityName).join(", ")} ${behind.length === 1 ? "was" : "were"} not collected up to now.`,
};
