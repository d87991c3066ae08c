/** Figures that are computed from the API's: steps, changes, contributors. */

import type {
  ComparedScope,
  Comparison,
  Coverage,
  Granularity,
  Label,
  MentionChange,
  MentionTotals,
  Step,
  TimeWindow,
  Totals,
  VoiceFigures,
} from "./api";

const HOUR_SECONDS = 3600;
const HOUR_MS = 1000 * HOUR_SECONDS;
/** The limit of neutral scores, by VADER's authors; the same as in api/schema/base.py. */
const NEUTRAL = 0.05;
/** The smallest limit of the sentiment axis, so that small swings look small. */
const MIN_LIMIT = 0.2;

/** The steps of a chart: requested by hour or day, and grouped to this length. */
export interface StepSize {
  granularity: Granularity;
  seconds: number;
}

export function stepSize(hours: number): StepSize {
  if (hours <= 168) return { granularity: "hour", seconds: HOUR_SECONDS };
  return { granularity: "day", seconds: 24 * HOUR_SECONDS };
}

/** Return longer steps for a single community: it has few items in an hour. */
export function coarseStepSize(hours: number): StepSize {
  const size = hours <= 24 ? 2 : hours <= 168 ? 8 : 1;
  const steps = stepSize(hours);
  return { ...steps, seconds: steps.seconds * size };
}

/** Return the steps of small charts, as /subjects has them. */
export function courseStepSize(hours: number): StepSize {
  if (hours <= 48) return { granularity: "hour", seconds: HOUR_SECONDS };
  return { granularity: "day", seconds: 24 * HOUR_SECONDS };
}

/** The collected time: the window up to the last collection, and the gaps in it. */
export type Collected = Pick<Comparison, "window" | "gaps">;

/** A step that is observed less than this is hatched: LARGE_SHARE in shared/stats/gaps.py. */
const MIN_OBSERVED = 0.8;

/** A step of a chart, with its end. The first one starts with the window. */
export interface ChartStep extends Step {
  end: string;
  /** Whether it ends after the last collection: more items may follow. */
  isOpen: boolean;
  /** Whether it is empty because a gap covers it or a part of it. */
  isUncollected: boolean;
  /** Whether it has items, and a large part of it was not observed. */
  isPartial: boolean;
  /** Why it is empty or partial, where that is known. */
  gapReason: string | null;
}

/** Group steps into steps of the given length. Each ends at a multiple of that length in UTC. */
export function chartSteps(
  steps: Step[],
  { seconds }: StepSize,
  { window, gaps }: Collected,
  coverage?: Coverage | null,
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
    const found = (coverage?.gaps ?? gaps ?? []).filter((gap) => overlaps(gap, from, end));
    const isUncollected = !sums.total && found.length > 0;
    const isPartial = sums.total > 0 && meanCoverage(group) < MIN_OBSERVED;
    return {
      ...sums,
      start: iso(from),
      end: iso(end),
      isOpen: end > Date.parse(window.end),
      coverage: meanCoverage(group),
      isUncollected,
      isPartial,
      gapReason: isUncollected || isPartial ? reasonOf(found) : null,
    };
  });
}

/** Return the part of the steps that was observed, in 0..1; 1 where nothing is recorded. */
function meanCoverage(steps: Step[]): number {
  return steps.reduce((sum, step) => sum + (step.coverage ?? 1), 0) / Math.max(1, steps.length);
}

function reasonOf(gaps: (TimeWindow | Coverage["gaps"][number])[]): string | null {
  const reasons = new Set(gaps.flatMap((gap) => ("reason" in gap ? [gap.reason] : [])));
  return reasons.size ? [...reasons].join("; ") : null;
}

function overlaps({ start, end }: TimeWindow, from: number, to: number): boolean {
  return Date.parse(start) < to && Date.parse(end) > from;
}

/**
 * Return the filter that limits posts to the window. It is empty while the window ends in this hour:
 * the list's own window ends there, too.
 */
export function windowFilter({ start, end }: TimeWindow, now: number) {
  const next = (Math.floor(Date.parse(end) / HOUR_MS) + 1) * HOUR_MS;
  return now < next ? {} : { start, end: iso(next) };
}

/** Format a time as the API does. */
function iso(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}

/** Add up the counts of the steps, and weight their means by items. */
export function sumTotals(steps: Step[]): Totals {
  const sum = (read: (step: Step) => number) => steps.reduce((all, step) => all + read(step), 0);
  const counted = sum(scoredCount);
  const average = counted
    ? sum((step) => (step.avg_sentiment ?? 0) * scoredCount(step)) / counted
    : null;
  const withItems = steps.filter(scoredCount);
  const margins = withItems.map((step) => margin(step));
  // A thread may go on in several steps: their errors add up at most.
  const off =
    average === null || margins.includes(null)
      ? null
      : sum((step) => (margin(step) ?? 0) * scoredCount(step)) / counted;
  return {
    total: sum((step) => step.total),
    positive: sum((step) => step.positive),
    negative: sum((step) => step.negative),
    neutral: sum((step) => step.neutral),
    posts: sum((step) => step.posts),
    comments: sum((step) => step.comments),
    left_out: sum((step) => step.left_out),
    copies: sum((step) => step.copies),
    corrected: sum((step) => step.corrected),
    ...mergeMethods(steps),
    avg_sentiment: average,
    coverage: null,
    stderr: null,
    interval:
      average === null || off === null
        ? null
        : [Math.max(-1, average - off), Math.min(1, average + off)],
    few: counted < MIN_ITEMS,
  };
}

/** Return the number of items that have a label and count in the mean. */
export function scoredCount({ total, left_out }: MentionTotals): number {
  return total - left_out;
}

function mergeMethods(steps: Step[]): Pick<Totals, "methods" | "mixed_methods"> {
  const methods: Record<string, number> = {};
  for (const [name, items] of steps.flatMap((step) => Object.entries(step.methods))) {
    methods[name] = (methods[name] ?? 0) + items;
  }
  return { methods, mixed_methods: Object.keys(methods).length > 1 };
}

/** Return the limit of a symmetric sentiment axis that holds all steps. */
export function sentimentLimit(trends: Pick<Step, "avg_sentiment">[][]): number {
  const largest = Math.max(0, ...trends.flat().map((step) => Math.abs(step.avg_sentiment ?? 0)));
  return Math.min(1, Math.max(MIN_LIMIT, Math.ceil(largest * 10.5) / 10));
}

export function maxVolume(trends: Pick<Step, "total">[][]): number {
  return Math.max(1, ...trends.flat().map((step) => step.total));
}

export function labelFor(average: number): Label {
  return average >= NEUTRAL ? "positive" : average <= -NEUTRAL ? "negative" : "neutral";
}

/** The smallest number of items whose mean is given a label. */
export const MIN_ITEMS = 30;
const STANDARD_ERRORS = 2;

/** What is measured of a community or a subject: the window, and its change. */
export interface Measured {
  statistics: MentionTotals;
  change: MentionChange | null;
}

/** Return the label of a mean, neutral where zero may be the true one; null: too few items. */
export function significantLabel({ statistics }: Measured): Label | null {
  const { avg_sentiment: average, interval } = statistics;
  if (average === null || statistics.few) return null;
  const [low = 0, high = 0] = interval ?? [];
  return low > 0 || high < 0 ? labelFor(average) : "neutral";
}

/** Return how far a mean may be off, either way; null: it is unknown. */
export function margin({ interval }: Pick<MentionTotals, "interval">): number | null {
  const [low, high] = interval ?? [];
  return low === undefined || high === undefined ? null : (high - low) / 2;
}

/** Return whether the hours before hold enough to compare with. */
export function isComparable({ change }: Measured): boolean {
  return change != null && (change.reason === null || change.reason === "mixed_methods");
}

/** Return the change of the mean against the hours before; null: chance may explain it. */
export function significantChange({ change }: Pick<Measured, "change">): number | null {
  return change?.verdict === "better" || change?.verdict === "worse" ? change.avg_sentiment : null;
}

/** Return the difference of a count to the hours before. */
export function countChange({ change }: Measured, read: (totals: MentionTotals) => number): number {
  return change ? read(change.statistics) - read(change.previous) : 0;
}

/**
 * Return the change of a label's share in points; null: chance may explain it.
 *
 * Shares don't know their threads, so one of them is shown only beside a clear change of the mean.
 */
export function significantShareChange({ change }: Measured, label: Label): number | null {
  if (!change || significantChange({ change }) === null) return null;
  const [items, before] = [scoredCount(change.statistics), scoredCount(change.previous)];
  if (Math.min(items, before) < MIN_ITEMS) return null;
  const [now, then] = [change.statistics[label] / items, change.previous[label] / before];
  const error = Math.sqrt((now * (1 - now)) / items + (then * (1 - then)) / before);
  return Math.abs(now - then) > STANDARD_ERRORS * error ? 100 * (now - then) : null;
}

/** Return the change of a share of voice in points; null: chance may explain it. */
export function significantVoiceChange(
  { share, previous, change }: Pick<VoiceFigures, "share" | "previous" | "change">,
  base: number,
  previousBase: number,
): number | null {
  if (share === null || previous === null || change === null) return null;
  if (Math.min(base, previousBase) < MIN_ITEMS) return null;
  const error = Math.sqrt(
    (share * (1 - share)) / base + (previous * (1 - previous)) / previousBase,
  );
  return Math.abs(change) > STANDARD_ERRORS * error ? 100 * change : null;
}

export interface Contributor {
  name: string;
  /** The part of the change of the mean over all that comes from this community. */
  effect: number;
  compared: ComparedScope;
}

/**
 * Return the communities that moved the mean over all, the largest effect first.
 *
 * The effect is the community's share of the items times the change of its own mean. A community that
 * only grew or shrank has none.
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
