/** What a chart of means shows: the length of its steps, its points and its bands. */

import type { Granularity } from "../api";
import { MIN_ITEMS } from "../figures";

const STEP_NAMES: Record<Granularity, string> = {
  hour: "an hour",
  "2h": "2 hours",
  "4h": "4 hours",
  "8h": "8 hours",
  day: "a day",
  week: "a week",
};

export function stepName(granularity: Granularity | null): string {
  return STEP_NAMES[granularity ?? "hour"];
}

export function ChartCaption({ granularity }: { granularity: Granularity | null }) {
  return (
    <p class="chart-caption muted">
      Each point is {stepName(granularity)}; small, pale ones have fewer than {MIN_ITEMS} items. The
      band holds the true mean in 95 of 100 cases.
    </p>
  );
}
