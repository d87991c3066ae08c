/** The frame of a small chart: pointer and keys read a step, and select a span that is read out. */

import type { ComponentChildren, TargetedPointerEvent } from "preact";
import { useRef } from "preact/hooks";
import { extendRange, type StepRange } from "../figures";
import { type Selection, stepOfKey, useActiveStep, useSelection } from "./accessible_chart";

const KEYS = "Arrow keys read it step by step, and with Shift they select a span.";

interface Props {
  /** A summary of the chart. */
  name: string;
  /** The number of its steps. */
  count: number;
  /** What the chart shows; another one has no active step and no selection. */
  resetKey: string;
  readStep: (step: number) => ComponentChildren;
  readSpan: (selection: Selection) => ComponentChildren;
  children: ComponentChildren;
}

export function SmallChart({ name, count, resetKey, readStep, readSpan, children }: Props) {
  const [active, setActive] = useActiveStep(resetKey);
  const [selection, select] = useSelection(resetKey);
  const marked: StepRange | null = selection?.range ?? (active === null ? null : [active, active]);
  const leave = () => {
    setActive(null);
    select(null);
  };
  const pointer = usePointer(count, setActive, select);
  return (
    <div
      class="small-chart"
      role="application"
      aria-roledescription="chart"
      aria-label={`${name}. ${KEYS}`}
      tabIndex={0}
      onBlur={leave}
      onKeyDown={(event) => {
        const to = stepOfKey(event.key, active, count);
        if (to !== undefined) {
          const range = event.shiftKey && extendRange(selection?.range ?? null, active ?? to, to);
          select(range || null);
          setActive(to);
        } else if (event.key === "Escape" && marked) leave();
        else return;
        event.preventDefault();
      }}
      {...pointer}
    >
      {marked && <Marked range={marked} count={count} />}
      {children}
      <p class="small-readout" aria-live="polite">
        {selection ? readSpan(selection) : active !== null && active < count && readStep(active)}
      </p>
    </div>
  );
}

function Marked({ range: [first, last], count }: { range: StepRange; count: number }) {
  const width = 100 / count;
  return (
    <span
      class="marked-steps"
      style={{ left: `${first * width}%`, width: `${(last + 1 - first) * width}%` }}
    />
  );
}

/** Return the handlers of a pointer: it reads the step below it, and a drag selects steps. */
function usePointer(
  count: number,
  setActive: (step: number | null) => void,
  select: (range: StepRange | null, isDragging?: boolean) => void,
) {
  const from = useRef<number | null>(null);
  const dragged = useRef<StepRange | null>(null);
  type Event = TargetedPointerEvent<HTMLDivElement>;
  const stepAt = ({ currentTarget, clientX }: Event) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(count - 1, Math.floor((count * (clientX - left)) / width)));
  };
  return {
    onPointerDown: (event: Event) => {
      if (!event.isPrimary || event.button !== 0 || !count) return;
      from.current = stepAt(event);
      dragged.current = null;
      setActive(from.current);
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: Event) => {
      if (!event.isPrimary || !count) return;
      const step = stepAt(event);
      setActive(step);
      if (from.current === null || (step === from.current && !dragged.current)) return;
      dragged.current = [Math.min(from.current, step), Math.max(from.current, step)];
      select(dragged.current, true);
    },
    onPointerUp: (event: Event) => {
      if (from.current === null || !event.isPrimary) return;
      select(dragged.current);
      from.current = null;
    },
    onPointerCancel: () => {
      from.current = null;
      select(null);
    },
    // A finger leaves when it is lifted: what it read stays.
    onPointerLeave: (event: Event) => {
      if (event.pointerType !== "touch") setActive(null);
    },
  };
}
