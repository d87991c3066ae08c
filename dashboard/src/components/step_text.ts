/** What is said of a step of a chart, wherever it is read. */

import type { ChartStep } from "../figures";
import { plural, formatStep as timeOf } from "../format";

export const NOT_COLLECTED = "nothing was collected";

/** A step's time; one that goes on says so. */
export function stepTime(step: ChartStep): string {
  return step.isOpen ? `${timeOf(step)}, so far` : timeOf(step);
}

export function stepItems(step: ChartStep): string {
  return step.isUncollected ? NOT_COLLECTED : plural(step.total, "item");
}
