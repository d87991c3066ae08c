/** The texts of a chart's step. */

import type { ChartStep } from "../figures";
import { plural, formatStep as timeOf } from "../format";

export const NOT_COLLECTED = "nothing was collected";

/** Return the time of the step, and whether it is still open. */
export function stepTime(step: ChartStep): string {
  return step.isOpen ? `${timeOf(step)}, so far` : timeOf(step);
}

export function stepItems(step: ChartStep): string {
  return step.isUncollected ? NOT_COLLECTED : plural(step.total, "item");
}
