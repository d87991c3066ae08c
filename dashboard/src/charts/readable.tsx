/** A chart that is read without being seen: by its name, step by step by keyboard, and as a table. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type uPlot from "uplot";
import { lookAt } from "./plot";

/** Which step of `of` is being read, and what notes it: none is once the chart shows something else. */
export function useLooked(of: string): [number | null, (step: number | null) => void] {
  const [looked, note] = useState<{ of: string; step: number | null }>({ of, step: null });
  const look = (step: number | null) =>
    note((before) => (before.of === of && before.step === step ? before : { of, step }));
  return [looked.of === of ? looked.step : null, look];
}

interface Props {
  /** What the chart shows, in a sentence or two. */
  name: string;
  plot: { current: uPlot | null };
  /** What Enter opens at a step. */
  onPick?: (step: number) => void;
  /** What tells the lines apart; below the chart, which stays where it is as this grows. */
  legend?: ComponentChildren;
  table: ComponentChildren;
  children: ComponentChildren;
}

export function Readable({ name, plot, onPick, legend, table, children }: Props) {
  return (
    <>
      <div
        class="chart"
        role="application"
        aria-roledescription="chart"
        aria-label={name}
        tabIndex={0}
        onKeyDown={chartKeys(plot, onPick)}
      >
        {children}
      </div>
      {legend}
      <details class="table-of">
        <summary>The figures as a table</summary>
        {table}
      </details>
    </>
  );
}

/** Arrows move from step to step, Enter opens what is there. */
function chartKeys(
  plot: { current: uPlot | null },
  onPick?: (step: number) => void,
): (event: KeyboardEvent) => void {
  return (event) => {
    const chart = plot.current;
    const last = (chart?.data[0].length ?? 0) - 1;
    if (!chart || last < 0) return;
    const at = chart.cursor.idx ?? null;
    const moves: Record<string, number> = {
      ArrowLeft: at === null ? last : Math.max(0, at - 1),
      ArrowRight: at === null ? 0 : Math.min(last, at + 1),
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to !== undefined) lookAt(chart, to);
    else if (event.key === "Enter" && at !== null && onPick) onPick(at);
    else if (event.key === "Escape") chart.setCursor({ left: -10, top: -10 });
    else return;
    event.preventDefault();
  };
}
