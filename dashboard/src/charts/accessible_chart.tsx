/** A chart for screen readers and keyboards: a summary as its name, steps by arrow keys, and a table. */

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
  /** A summary of the chart. */
  name: string;
  plot: { current: uPlot | null };
  /** Called with the active step on Enter. */
  onSelect?: (step: number) => void;
  /** The legend, below the chart: it may grow without moving the chart. */
  legend?: ComponentChildren;
  table: ComponentChildren;
  /** What lies over the chart, with keys of its own. */
  overlay?: ComponentChildren;
  children: ComponentChildren;
}

export function AccessibleChart({ name, plot, onSelect, legend, table, overlay, children }: Props) {
  return (
    <>
      <div class="chart-frame">
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
        {overlay}
      </div>
      {legend}
      <details class="table-of">
        <summary>The figures as a table</summary>
        {table}
      </details>
    </>
  );
}

/** Handle keys: arrows move the active step, Enter opens it, Escape leaves it. */
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
