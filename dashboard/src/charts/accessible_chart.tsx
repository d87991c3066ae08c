/** A chart for screen readers and keyboards: a summary as its name, steps by arrow keys, and a table. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type uPlot from "uplot";
import { extendRange, type StepRange } from "../figures";
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

/** Steps that are selected, and whether the drag goes on. */
export interface Selection {
  range: StepRange;
  isDragging: boolean;
}

/** Return the selected steps and their setter; none are when `resetKey` changes. */
export function useSelection(resetKey: string) {
  const [held, setHeld] = useState<{ resetKey: string; selection: Selection | null }>();
  const select = (range: StepRange | null, isDragging = false) =>
    setHeld({ resetKey, selection: range && { range, isDragging } });
  return [held?.resetKey === resetKey ? held.selection : null, select] as const;
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
  onOpen?: (step: number) => void;
  selected: StepRange | null;
  /** Called with the steps that Shift and arrows select; null: none any more. */
  onSelect: (range: StepRange | null) => void;
  /** The legend, below the chart: it may grow without moving the chart. */
  legend?: ComponentChildren;
  table: ComponentChildren;
  /** What lies over the chart, with keys of its own. */
  overlay?: ComponentChildren;
  children: ComponentChildren;
}

export function AccessibleChart(props: Props) {
  const { name, legend, table, overlay, children } = props;
  return (
    <>
      <div class="chart-frame">
        <div
          class="chart"
          role="application"
          aria-roledescription="chart"
          aria-label={name}
          tabIndex={0}
          onKeyDown={(event) => handleKey(event, props)}
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

/** Handle a key: arrows move the active step, with Shift they select, Enter opens, Escape leaves. */
function handleKey(event: KeyboardEvent, { plot, onOpen, selected, onSelect }: Props): void {
  const chart = plot.current;
  const count = chart?.data[0].length ?? 0;
  if (!chart || !count) return;
  const at = chart.cursor.idx ?? null;
  const to = stepOfKey(event.key, at, count);
  if (to !== undefined) {
    onSelect(event.shiftKey ? extendRange(selected, at ?? to, to) : null);
    setCursor(chart, to);
  } else if (event.key === "Enter" && at !== null && onOpen) onOpen(at);
  else if (event.key === "Escape") {
    onSelect(null);
    chart.setCursor({ left: -10, top: -10 });
  } else return;
  event.preventDefault();
}

/** Return the step that a key leads to; undefined: the key moves nothing. */
export function stepOfKey(key: string, at: number | null, count: number): number | undefined {
  const last = count - 1;
  const moves: Record<string, number> = {
    ArrowLeft: at === null ? last : Math.max(0, at - 1),
    ArrowRight: at === null ? 0 : Math.min(last, at + 1),
    Home: 0,
    End: last,
  };
  return moves[key];
}
