/** What is worked out of the figures that the API gives. */

import type {
  ComparedScope,
  Comparison,
  Granularity,
  Label,
  Step,
  TimeWindow,
  Totals,
} from "./api";

const HOUR_SECONDS = 3600;
const HOUR_MS = 1000 * HOUR_SECONDS;
/** What VADER's authors take for neutral lies between these: api/schema/base.py says the same. */
const NEUTRAL = 0.05;
/** The sentiment axis never shows less than this: small swings stay small. */
const MIN_LIMIT = 0.2;

/** In what steps a window is shown: asked for by the hour or day, and put together to so many seconds. */
export interface StepSize {
  granularity: Granularity;
  seconds: number;
}

export function stepSize(hours: number): StepSize {
  if (hours <= 168) return { granularity: "hour", seconds: HOUR_SECONDS };
  return { granularity: "day", seconds: 24 * HOUR_SECONDS };
}

/** Of one subreddit few items come in an hour: its steps are longer. */
export function coarseStepSize(hours: number): StepSize {
  const size = hours <= 24 ? 2 : hours <= 168 ? 8 : 1;
  const steps = stepSize(hours);
  return { ...steps, seconds: steps.seconds * size };
}

/** What was collected of the time that is shown: up to when, and but for which hours. */
export type Collected = Pick<Comparison, "window" | "gaps">;

/** A step as it is shown: with its end, and, the first one, from where the window begins. */
export interface ChartStep extends Step {
  end: string;
  /** Whether it goes on, or was collected in part: it ends after the last collection. */
  isOpen: boolean;
  /** Whether it holds nothing because nothing was collected in it, as far as can be told. */
  isUncollected: boolean;
}

/** Put steps together by so many, each ending at a multiple of their length (UTC). */
export function chartSteps(
  steps: Step[],
  { seconds }: StepSize,
  { window, gaps }: Collected,
): ChartStep[] {
  const groups = new Map<number, Step[]>();
  for (const step of steps) {
    const start = Math.floor(Date.parse(step.start) / 1000 / seconds) * seconds;
    groups.set(start, [...(groups.get(start) ?? []), step]);
  }
  return [...groups].map(([start, group]) => {
    const from = Math.max(start * 1000, Date.parse(window.start));
    const end = (start + seconds) * 1000;
    const sums = sumTotals(group);
    return {
      start: iso(from),
      end: iso(end),
      isOpen: end > Date.parse(window.end),
      isUncollected: !sums.total && (gaps ?? []).some((gap) => overlaps(gap, from, end)),
      ...sums,
    };
  });
}

function overlaps({ start, end }: TimeWindow, from: number, to: number): boolean {
  return Date.parse(start) < to && Date.parse(end) > from;
}

/**
 * What narrows the posts down to the window: nothing while it ends in this hour, as theirs does, and
 * else its own hours.
 */
export function windowFilter({ start, end }: TimeWindow, now: number) {
  const next = (Math.floor(Date.parse(end) / HOUR_MS) + 1) * HOUR_MS;
  return now < next ? {} : { start, end: iso(next) };
}

/** Write a time as the API does. */
function iso(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}

/** Put steps together: their counts added up, their means weighted by items. */
export function sumTotals(steps: Step[]): Totals {
  const sum = (read: (step: Step) => number) => steps.reduce((all, step) => all + read(step), 0);
  const counted = sum(scoredCount);
  return {
    total: sum((step) => step.total),
    positive: sum((step) => step.positive),
    negative: sum((step) => step.negative),
    neutral: sum((step) => step.neutral),
    posts: sum((step) => step.posts),
    comments: sum((step) => step.comments),
    left_out: sum((step) => step.left_out),
    copies: sum((step) => step.copies),
    ...mergeMethods(steps),
    avg_sentiment: counted
      ? sum((step) => (step.avg_sentiment ?? 0) * scoredCount(step)) / counted
      : null,
  };
}

/** How many items have a label and count in the mean. */
export function scoredCount({ total, left_out }: Totals): number {
  return total - left_out;
}

function mergeMethods(steps: Step[]): Pick<Totals, "methods" | "mixed_methods"> {
  const methods: Record<string, number> = {};
  for (const [name, items] of steps.flatMap((step) => Object.entries(step.methods))) {
    methods[name] = (methods[name] ?? 0) + items;
  }
  return { methods, mixed_methods: Object.keys(methods).length > 1 };
}

/** How far the sentiment axis reaches from zero so that all these steps lie on it. */
export function sentimentLimit(trends: Step[][]): number {
  const largest = Math.max(0, ...trends.flat().map((step) => Math.abs(step.avg_sentiment ?? 0)));
  return Math.min(1, Math.max(MIN_LIMIT, Math.ceil(largest * 10.5) / 10));
}

export function maxVolume(trends: Step[][]): number {
  return Math.max(1, ...trends.flat().map((step) => step.total));
}

export function labelFor(average: number): Label {
  return average >= NEUTRAL ? "positive" : average <= -NEUTRAL ? "negative" : "neutral";
}

/** A mean of fewer items than this names no mood. */
export const MIN_ITEMS = 30;
const STANDARD_ERRORS = 2;

/** The mood that a mean and its standard error allow to be named; null: there are too few items. */
export function significantLabel({ statistics, standard_error }: ComparedScope): Label | null {
  const { avg_sentiment: average } = statistics;
  if (average === null || scoredCount(statistics) < MIN_ITEMS) return null;
  const isClear = Math.abs(average) > STANDARD_ERRORS * (standard_error ?? 0);
  return isClear ? labelFor(average) : "neutral";
}

/** Whether the full hours before hold enough to compare with. */
export function isComparable({ change }: ComparedScope): boolean {
  return change != null && !INCOMPARABLE.has(change.verdict);
}
const INCOMPARABLE = new Set(["no_earlier_data", "not_collected"]);

/** By how much the mean has changed against as many hours before; null where chance may do as much. */
export function significantChange({ change }: ComparedScope): number | null {
  return change?.verdict === "better" || change?.verdict === "worse" ? change.avg_sentiment : null;
}

/** How many more there are than in as many hours before. */
export function countChange({ change }: ComparedScope, read: (totals: Totals) => number): number {
  return change ? read(change.statistics) - read(change.previous) : 0;
}

/** By how many points a label's share has changed; null where chance may do as much. */
export function significantShareChange({ change }: ComparedScope, label: Label): number | null {
  if (!change || change.verdict === "mixed_methods") return null;
  const [items, before] = [scoredCount(change.statistics), scoredCount(change.previous)];
  if (Math.min(items, before) < MIN_ITEMS) return null;
  const [now, then] = [change.statistics[label] / items, change.previous[label] / before];
  const error = Math.sqrt((now * (1 - now)) / items + (then * (1 - then)) / before);
  return Math.abs(now - then) > STANDARD_ERRORS * error ? 100 * (now - then) : null;
}

export interface Contributor {
  name: string;
  /** By how much this subreddit alone moved the mean over all. */
  effect: number;
  compared: ComparedScope;
}

/**
 * Which subreddits moved the mean over all, the most first.
 *
 * A subreddit's effect is its share of the items now times how far its own mean moved: subreddits
 * that grew or shrank without a change of mood have none.
 */
export function rankContributors(compared: ComparedScope[]): Contributor[] {
  const all = compared.reduce((sum, each) => sum + scoredCount(each.statistics), 0);
  return compared
    .flatMap((each) => {
      const moved = significantChange(each);
      if (moved === null || !all) return [];
      const effect = (moved * scoredCount(each.statistics)) / all;
      return [{ name: each.subreddit, effect, compared: each }];
    })
    .filter((contributor) => Math.abs(contributor.effect) >= 0.0005)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}
