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
  VoiceFigures,
} from "./api";

const HOUR_SECONDS = 3600;
const HOUR_MS = 1000 * HOUR_SECONDS;
/** The limit of neutral scores, by VADER's authors; the same as in api/schema/base.py. */
const NEUTRAL = 0.05;
/** The smallest limit of the sentiment axis, so that small swings look small. */
const MIN_LIMIT = 0.2;

/** The length of a step in hours, by its name. */
const STEP_HOURS: Record<Granularity, number> = {
  hour: 1,
  "2h": 2,
  "4h": 4,
  "8h": 8,
  day: 24,
  week: 168,
};

export function stepSeconds(granularity: Granularity): number {
  return STEP_HOURS[granularity] * HOUR_SECONDS;
}

/** Return the longest of the steps; an hour where there is none. */
export function longestStep(steps: Granularity[]): Granularity {
  return steps.reduce<Granularity>(
    (longest, each) => (STEP_HOURS[each] > STEP_HOURS[longest] ? each : longest),
    "hour",
  );
}

/** Return the steps of small charts, as /subjects has them. */
export function smallChartStep(hours: number): Granularity {
  return hours <= 48 ? "hour" : "day";
}

/**
 * The collected time: the window up to the last collection, its gaps, and the length of its steps;
 * and the time that changes compare it with.
 */
export type Collected = Pick<Comparison, "window" | "gaps" | "granularity"> &
  Partial<Pick<Comparison, "before">>;

/** A step that is observed less than this is hatched: LARGE_SHARE in shared/stats/gaps.py. */
export const MIN_OBSERVED = 0.8;

/** What charts know of a step beside its figures. The first one starts with the window. */
export interface StepState {
  start: string;
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

/** A step of a chart. */
export interface ChartStep extends Step, StepState {
  start: string;
}

/**
 * Return the API's steps with their ends, and with what is missing of them.
 *
 * Steps that end before `since`, when the scope's data begins, are left out.
 */
export function chartSteps<Counted extends Pick<Step, "start" | "total" | "coverage">>(
  steps: Counted[],
  { window, gaps, granularity }: Collected,
  coverage?: Coverage | null,
  since: string | null = coverage?.since ?? null,
): (Counted & StepState)[] {
  const length = 1000 * stepSeconds(granularity ?? "hour");
  const seen = steps.filter(
    ({ start }) => !since || Date.parse(start) + length > Date.parse(since),
  );
  return (seen.length ? seen : steps).map((step) => {
    const starts = Date.parse(step.start);
    const [from, end] = [Math.max(starts, Date.parse(window.start)), starts + length];
    const found = (coverage?.gaps ?? gaps ?? []).filter((gap) => overlaps(gap, from, end));
    const isUncollected = !step.total && found.length > 0;
    const isPartial = step.total > 0 && (step.coverage ?? 1) < MIN_OBSERVED;
    return {
      ...step,
      start: iso(from),
      end: iso(end),
      isOpen: end > Date.parse(window.end),
      isUncollected,
      isPartial,
      gapReason: isUncollected || isPartial ? reasonOf(found) : null,
    };
  });
}

/** The first and the last step of a span, both included. */
export type StepRange = [number, number];

/** Return the time from the start of one step to the end of another, as a filter of posts. */
export function stepsSpan(steps: StepState[], [first, last]: StepRange): TimeWindow | null {
  const [from, to] = [steps[first], steps[last]];
  return from && to ? { start: from.start, end: to.end } : null;
}

/** Return the full hours of the steps that were collected; null: there is none. */
export function comparableSpan(
  steps: StepState[],
  range: StepRange,
  { window }: Pick<Collected, "window">,
): TimeWindow | null {
  const span = stepsSpan(steps, range);
  if (!span) return null;
  const over = Math.floor(Date.parse(window.end) / HOUR_MS) * HOUR_MS;
  const end = Math.min(Date.parse(span.end), over);
  return Date.parse(span.start) < end ? { start: span.start, end: iso(end) } : null;
}

/** Return the selection from where it began to a step. `at` is the active step, which it ends at. */
export function extendRange(selected: StepRange | null, at: number, to: number): StepRange {
  const [first, last] = selected ?? [at, at];
  const anchor = first === at ? last : first;
  return [Math.min(anchor, to), Math.max(anchor, to)];
}

/** Return the number of items in the steps of a range. */
export function itemsIn(steps: Pick<Step, "total">[], [first, last]: StepRange): number {
  return steps.slice(first, last + 1).reduce((sum, step) => sum + step.total, 0);
}

/** Return since when any of the scopes is observed, as their charts share steps; null: unknown. */
export function firstSince(compared: Pick<ComparedScope, "coverage">[]): string | null {
  const starts = compared.map(({ coverage }) => coverage?.since ?? "");
  return starts.sort()[0] || null;
}

/** Return since when there is data, if the window begins earlier. */
export function youngSince(
  { window }: Pick<Collected, "window">,
  coverage: Coverage | null | undefined,
): string | null {
  const since = coverage?.since ?? null;
  return since && Date.parse(since) - Date.parse(window.start) >= HOUR_MS ? since : null;
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
  const next = Math.ceil(Date.parse(end) / HOUR_MS) * HOUR_MS;
  return now < next ? {} : { start, end: iso(next) };
}

/** Format a time as the API does. */
function iso(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}

/** Return the number of items that have a label and count in the mean. */
export function scoredCount({ total, left_out }: MentionTotals): number {
  return total - left_out;
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
 * Nobody looks at shares alone, so one of them is shown only beside a clear change of the mean.
 */
export function significantShareChange({ change }: Measured, label: Label): number | null {
  if (!change || significantChange({ change }) === null) return null;
  const [items, before] = [scoredCount(change.statistics), scoredCount(change.previous)];
  if (Math.min(items, before) < MIN_ITEMS) return null;
  const [now, then] = [change.statistics[label] / items, change.previous[label] / before];
  const error = Math.hypot(
    shareError(change.statistics, label),
    shareError(change.previous, label),
  );
  return Math.abs(now - then) > STANDARD_ERRORS * error ? 100 * (now - then) : null;
}

/** Return the standard error of a label's share: by threads, or else as of independent items. */
function shareError(totals: MentionTotals, label: Label): number {
  const items = scoredCount(totals);
  const share = totals[label] / items;
  return totals.shares?.[label].stderr ?? Math.sqrt((share * (1 - share)) / items);
}

/** Return the change of a share of voice in points; null: chance may explain it. */
export function significantVoiceChange(
  {
    share,
    previous,
    change,
    change_interval,
  }: Pick<VoiceFigures, "share" | "previous" | "change" | "change_interval">,
  base: number,
  previousBase: number,
): number | null {
  if (share === null || previous === null || change === null) return null;
  if (Math.min(base, previousBase) < MIN_ITEMS) return null;
  if (change_interval) {
    const [low = 0, high = 0] = change_interval;
    return low > 0 || high < 0 ? 100 * change : null;
  }
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
