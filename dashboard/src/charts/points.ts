/** The points of means, which show how many items they have, and the bands of their intervals. */

import type { MentionTotals } from "../api";
import { type ChartStep, MIN_ITEMS, scoredCount } from "../figures";

export const RADIUS = 3.5;
export const MIN_RADIUS = 1.5;
/** The opacity of a point of one item; one of MIN_ITEMS or more is opaque. */
const MIN_OPACITY = 0.55;

/**
 * Return the radius and the opacity of a step's point: both grow with its items up to MIN_ITEMS.
 *
 * A point on a line is no larger than `room`; an isolated one always shows.
 */
export function pointOf(step: MentionTotals, isOnLine: boolean, room: number) {
  const weight = Math.min(1, scoredCount(step) / MIN_ITEMS);
  const radius = MIN_RADIUS + (RADIUS - MIN_RADIUS) * Math.sqrt(weight);
  return {
    radius: isOnLine ? Math.min(radius, Math.max(1, room)) : Math.max(2, radius),
    opacity: MIN_OPACITY + (1 - MIN_OPACITY) * weight,
  };
}

export interface BandPoint {
  at: number;
  low: number;
  high: number;
}

/** Return the intervals of complete steps, those of adjacent ones together. */
export function bandsOf(
  steps: Pick<ChartStep, "avg_sentiment" | "interval" | "isOpen">[],
): BandPoint[][] {
  const runs: BandPoint[][] = [];
  steps.forEach(({ avg_sentiment: mean, interval, isOpen }, at) => {
    const [low, high] = interval ?? [];
    if (mean === null || isOpen || low === undefined || high === undefined) return;
    const run = runs.at(-1);
    if (run?.at(-1)?.at === at - 1) run.push({ at, low, high });
    else runs.push([{ at, low, high }]);
  });
  return runs;
}
