/** What the charts and counts of all subjects share, so that they compare. */

import type { Address } from "../address";
import type { SubjectFigures, Subjects } from "../api";
import { maxVolume, sentimentLimit, windowFilter } from "../figures";

export interface Scales {
  /** The limit of the sentiment axis, and the most mentions of a step. */
  limit: number;
  most: number;
  /** The end of the window, and the length of a step. */
  end: string;
  seconds: number;
  /** The filter that limits lists to the window. */
  span: Partial<Address>;
  /** Whether all are being matched again: one line says it then. */
  areAllRematching: boolean;
}

type Windowed = Pick<Subjects, "window" | "granularity">;

export function scalesOf(
  subjects: Pick<SubjectFigures, "trend_data" | "rematching">[],
  { window, granularity }: Windowed,
  now: number,
): Scales {
  const trends = subjects.map((each) => each.trend_data);
  return {
    limit: sentimentLimit(trends),
    most: maxVolume(trends),
    end: window.end,
    seconds: granularity === "hour" ? 3600 : 86_400,
    span: windowFilter(window, now),
    areAllRematching: subjects.every((each) => each.rematching),
  };
}
