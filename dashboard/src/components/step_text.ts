/** The texts of a chart's step. */

import type { ChartStep } from "../figures";
import { plural, formatStep as timeOf } from "../format";

const NOT_COLLECTED = "nothing was collected";

/** Return what an empty step says, with the reason where it is known. */
export function uncollectedText({ gapReason }: ChartStep): string {
  return gapReason ? `${NOT_COLLECTED}: ${gapReason}` : NOT_COLLECTED;
}

/** Return what a step with items adds if a large part of it is missing. */
export function partialText({ isPartial, gapReason }: ChartStep): string {
  if (!isPartial) return "";
  return gapReason ? `; a part is missing: ${gapReason}` : "; a part is missing";
}

/** Return the time of the step, and whether it is still open. */
export function stepTime(step: ChartStep): string {
  return step.isOpen ? `${timeOf(step)}, so far` : timeOf(step);
}

export function stepItems(step: ChartStep): string {
  return step.isUncollected
    ? uncollectedText(step)
    : plural(step.total, "item") + partialText(step);
}
