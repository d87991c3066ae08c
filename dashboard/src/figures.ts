/** What is worked out of the figures that the API gives. */

import type { Compared, Granularity, Label, Step, Totals } from "./api";

const HOUR_SECONDS = 3600;
/** What VADER's authors take for neutral lies between these: api/models.py says the same. */
const NEUTRAL = 0.05;
/** The sentiment axis never shows less than this: small swings stay small. */
const LEAST_LIMIT = 0.2;

/** In what steps a window is shown: asked for by the hour or day, and put together to so many seconds. */
export interface Steps {
  granularity: Granularity;
  seconds: number;
}

export function stepsOf(hours: number): Steps {
  if (hours <= 168) return { granularity: "hour", seconds: HOUR_SECONDS };
  return { granularity: "day", seconds: 24 * HOUR_SECONDS };
}

/** Of one subreddit few items come in an hour: its steps are longer. */
export function wideStepsOf(hours: number): Steps {
  const size = hours <= 24 ? 2 : hours <= 168 ? 8 : 1;
  const steps = stepsOf(hours);
  return { ...steps, seconds: steps.seconds * size };
}

/** A step as it is shown: with its end, and, the first one, from where the window begins. */
export interface Span extends Step {
  end: string;
}

/** Put steps together by so many, each ending at a multiple of their length (UTC). */
export function spansOf(steps: Step[], { seconds }: Steps, since: string): Span[] {
  const groups = new Map<number, Step[]>();
  for (const step of steps) {
    const start = Math.floor(Date.parse(step.start) / 1000 / seconds) * seconds;
    groups.set(start, [...(groups.get(start) ?? []), step]);
  }
  return [...groups].map(([start, group]) => ({
    start: iso(Math.max(start * 1000, Date.parse(since))),
    end: iso((start + seconds) * 1000),
    ...summed(group),
  }));
}

/** Write a time as the API does. */
function iso(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}

function summed(steps: Step[]): Totals {
  const sum = (read: (step: Step) => number) => steps.reduce((all, step) => all + read(step), 0);
  const counted = sum(countedIn);
  return {
    total: sum((step) => step.total),
    positive: sum((step) => step.positive),
    negative: sum((step) => step.negative),
    neutral: sum((step) => step.neutral),
    posts: sum((step) => step.posts),
    comments: sum((step) => step.comments),
    left_out: sum((step) => step.left_out),
    ...methodsIn(steps),
    avg_sentiment: counted
      ? sum((step) => (step.avg_sentiment ?? 0) * countedIn(step)) / counted
      : null,
  };
}

/** How many items have a label and count in the mean. */
export function countedIn({ total, left_out }: Totals): number {
  return total - left_out;
}

function methodsIn(steps: Step[]): Pick<Totals, "methods" | "mixed_methods"> {
  const methods: Record<string, number> = {};
  for (const [name, items] of steps.flatMap((step) => Object.entries(step.methods))) {
    methods[name] = (methods[name] ?? 0) + items;
  }
  return { methods, mixed_methods: Object.keys(methods).length > 1 };
}

/** How far the sentiment axis reaches from zero so that all these steps lie on it. */
export function limitOf(trends: Step[][]): number {
  const largest = Math.max(0, ...trends.flat().map((step) => Math.abs(step.avg_sentiment ?? 0)));
  return Math.min(1, Math.max(LEAST_LIMIT, Math.ceil(largest * 10.5) / 10));
}

export function mostOf(trends: Step[][]): number {
  return Math.max(1, ...trends.flat().map((step) => step.total));
}

export function labelOf(average: number): Label {
  return average >= NEUTRAL ? "positive" : average <= -NEUTRAL ? "negative" : "neutral";
}

/** Of fewer items than this share of the window's, the window before says little. */
const LEAST_BEFORE = 0.1;

/** Whether the window before holds enough to compare with: data may not reach back that far. */
export function isComparable({ statistics, previous }: Compared): boolean {
  return previous.total > 0 && previous.total >= LEAST_BEFORE * statistics.total;
}

/**
 * By how much the mean has changed against the window before; null where nothing compares: there are
 * too few items, or not all of both windows was scored by one method.
 */
export function changeOf(compared: Compared): number | null {
  const { avg_sentiment, mixed_methods } = compared.difference;
  return isComparable(compared) && !mixed_methods ? avg_sentiment : null;
}

export interface Mover {
  name: string;
  /** By how much this subreddit alone moved the mean over all. */
  effect: number;
  compared: Compared;
}

/**
 * Which subreddits moved the mean over all, the most first.
 *
 * A subreddit's effect is its share of the items now times how far its own mean moved: subreddits
 * that grew or shrank without a change of mood have none.
 */
export function moversOf(compared: Compared[]): Mover[] {
  const all = compared.reduce((sum, each) => sum + countedIn(each.statistics), 0);
  return compared
    .flatMap((each) => {
      const moved = changeOf(each);
      if (moved === null || !all) return [];
      const effect = (moved * countedIn(each.statistics)) / all;
      return [{ name: each.subreddit, effect, compared: each }];
    })
    .filter((mover) => Math.abs(mover.effect) >= 0.0005)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}
