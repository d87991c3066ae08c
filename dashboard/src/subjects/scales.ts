/** What the charts and counts of all subjects share, so that they compare. */

import type { Address } from "../address";
import type { Coverage, SubjectFigures, Subjects } from "../api";
import { type Collected, maxVolume, sentimentLimit, windowFilter } from "../figures";

export interface Scales {
  /** The limit of the sentiment axis, and the most mentions of a step. */
  limit: number;
  most: number;
  /** The window and the length of a step, and what was observed. */
  collected: Collected;
  coverage: Coverage | null;
  /** The filter that limits lists to the window. */
  span: Partial<Address>;
  /** Whether all are being matched again: one line says it then. */
  areAllRematching: boolean;
}

type Windowed = Pick<Subjects, "window" | "granularity" | "gaps" | "coverage">;

export function scalesOf(
  subjects: Pick<SubjectFigures, "trend_data" | "rematching">[],
  { window, granularity, gaps, coverage }: Windowed,
  now: number,
): Scales {
  const trends = subjects.map((each) => each.trend_data);
  return {
    limit: sentimentLimit(trends),
    most: maxVolume(trends),
    collected: { window, granularity, gaps },
    coverage,
    span: windowFilter(window, now),
    areAllRematching: subjects.every((each) => each.rematching),
  };
}
