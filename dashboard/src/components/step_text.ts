/** The texts of a chart's step. */

import type { MentionTotals } from "../api";
import { type ChartStep, margin, type StepState } from "../figures";
import { plural, score, formatStep as timeOf } from "../format";

const NOT_COLLECTED = "nothing was collected";

/** Return what an empty step says, with the reason where it is known. */
export function uncollectedText({ gapReason }: StepState): string {
  return gapReason ? `${NOT_COLLECTED}: ${gapReason}` : NOT_COLLECTED;
}

/** Return what a step with items adds if a large part of it is missing. */
export function partialText({ isPartial, gapReason }: StepState): string {
  if (!isPartial) return "";
  return gapReason ? `; a part is missing: ${gapReason}` : "; a part is missing";
}

/** Return the time of the step, and whether it is still open. */
export function stepTime(step: StepState): string {
  return step.isOpen ? `${timeOf(step)}, so far` : timeOf(step);
}

export function stepItems(step: ChartStep): string {
  return step.isUncollected
    ? uncollectedText(step)
    : plural(step.total, "item") + partialText(step);
}

/** Return a mean with how far it may be off, and whether it is of few items. */
export function meanText(
  totals: Pick<MentionTotals, "avg_sentiment" | "interval" | "few">,
): string {
  const off = margin(totals);
  const range = off === null ? "" : `±${off.toFixed(2)}`;
  const few = totals.few && totals.avg_sentiment !== null ? " (few items)" : "";
  return `${score(totals.avg_sentiment)}${range}${few}`;
}
