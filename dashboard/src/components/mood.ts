/** The sentence of a mood: what it is, and how it changed. */

import type { Baseline } from "../api";
import { isStale } from "../cycles";
import {
  type Measured,
  MIN_ITEMS,
  scoredCount,
  significantChange,
  significantLabel,
} from "../figures";
import { baselineName, plural } from "../format";
import { windowText } from "./window_text";

/** A smaller change of the mean needs no explanation. */
export const MIN_CHANGE = 0.01;
const MOODS = { positive: "positive", neutral: "mixed", negative: "negative" };

interface Words {
  /** What has the mood. */
  mood: string;
  /** What is counted. */
  one: string;
  /** The time that it is compared with. */
  before: Baseline | null | undefined;
}

/** Return the sentence of a scope that has items. */
export function moodSentence(
  measured: Measured,
  hours: number,
  { mood, one, before: baseline }: Words,
): string {
  const { statistics, change } = measured;
  if (isStale.value) return "Collection is behind: the mood of now isn't known.";
  const label = significantLabel(measured);
  if (label === null) {
    const items = plural(scoredCount(statistics), one);
    return `Too few to name a mood: ${items} in ${windowText(hours)}, of ${MIN_ITEMS} at least.`;
  }
  const feeling = `${mood} is ${MOODS[label]}`;
  const before = baselineName(hours, baseline);
  if (change?.verdict === "no_clear_change")
    return `${feeling}, with no clear change on ${before}.`;
  const moved = significantChange(measured);
  if (moved === null) return `${feeling}.`;
  if (Math.abs(moved) < MIN_CHANGE) return `${feeling}, as in ${before}.`;
  const amount = Math.abs(moved) < 0.03 ? "a little " : Math.abs(moved) > 0.1 ? "much " : "";
  return `${feeling}, ${amount}${moved > 0 ? "better" : "worse"} than in ${before}.`;
}
