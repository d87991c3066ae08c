/** The courses of topics as steps of a small chart. */

import type { ScopeTopic, Topic } from "../api";
import type { CountStep } from "../charts/sparkline";
import { stepSeconds } from "../figures";

const HOUR_MS = 3_600_000;

/** Return the hours or days of a scope's topic. */
export function courseSteps({ granularity, steps }: ScopeTopic["course"]): CountStep[] {
  const length = 1000 * stepSeconds(granularity);
  return steps.map(({ start, items }) => ({
    start,
    end: new Date(Date.parse(start) + length).toISOString(),
    total: items,
  }));
}

/** Return the hours of a trending topic: the last one is that in which it was found. */
export function hourSteps({
  mentions_by_hour: counts,
  created_at,
}: Pick<Topic, "mentions_by_hour" | "created_at">): CountStep[] {
  const last = Math.floor(Date.parse(created_at) / HOUR_MS) * HOUR_MS;
  return counts.map((total, number) => {
    const start = last - (counts.length - 1 - number) * HOUR_MS;
    return {
      start: new Date(start).toISOString(),
      end: new Date(start + HOUR_MS).toISOString(),
      total,
    };
  });
}

/** Return the most items of a step of any chart; 1 at least. */
export function mostItems(courses: CountStep[][]): number {
  return Math.max(1, ...courses.flat().map(({ total }) => total));
}
