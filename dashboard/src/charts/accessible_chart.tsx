/** A chart that is read without being seen: by its name, step by step by keyboard, and as a table. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type uPlot from "uplot";
import { setCursor } from "./plot";

/**
 * Return the active step and its setter. The step is null again when `resetKey` changes: the chart
 * shows something else then.
 */
export function useActiveStep(resetKey: string): [number | null, (step: number | null) => void] {
  const [active, setActive] = useState<ActiveStep>({ resetKey, step: null });
  const setStep = (step: number | null) =>
    setActive((before) =>
      before.resetKey === resetKey && before.step === step ? before : { resetKey, step },
    );
  return [active.resetKey === resetKey ? active.step : null, setStep];
}

interface ActiveStep {
  resetKey: string;
  step: number | null;
}

interface Props {
  /** What the chart shows, in a sentence or two. */
  name: string;
  plot: { current: uPlot | null };
  /** What Enter opens at a step. */
  onSelect?: (step: number) => void;
  /** What tells the lines apart; below the chart, which stays where it is as this grows. */
  legend?: ComponentChildren;
  table: ComponentChildren;
  children: ComponentChildren;
}

export function AccessibleChart({ name, plot, onSelect, legend, table, children }: Props) {
  return (
    <>
      <div
        class="chart"
        role="application"
        aria-roledescription="chart"
        aria-label={name}
        tabIndex={0}
        onKeyDown={handleKeys(plot, onSelect)}
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
function handleKeys(
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
    if (to !== undefined) setCursor(chart, to);
    else if (event.key === "Enter" && at !== null && onPick) onPick(at);
    else if (event.key === "Escape") chart.setCursor({ left: -10, top: -10 });
    else return;
    event.preventDefault();
  };
}
