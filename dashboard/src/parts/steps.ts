/** What is said of a step of a chart, wherever it is read. */

import type { Span } from "../figures";
import { plural, stepName as timeOf } from "../format";

export const NOT_COLLECTED = "nothing was collected";

/** A step's time; one that goes on says so. */
export function stepName(step: Span): string {
  return step.isRunning ? `${timeOf(step)}, so far` : timeOf(step);
}

export function itemsIn(step: Span): string {
  return step.isUnknown ? NOT_COLLECTED : plural(step.total, "item");
}
