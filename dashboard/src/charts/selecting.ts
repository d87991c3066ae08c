/** Selecting a span of steps by dragging: with a mouse, a pen or a finger. */

import type uPlot from "uplot";
import type { StepRange } from "../figures";
import { cssColour } from "./plot";

/** No hand is still: a shorter drag is a click. */
const DRAG_PIXELS = 4;

interface Handlers {
  /** Called with the steps of a drag so far. */
  onDrag: (range: StepRange) => void;
  /** Called with the steps of a drag that has ended. */
  onSelect: (range: StepRange) => void;
  /** Called with the step of a click; `isTouch`: by a finger. */
  onClick: (step: number, isTouch: boolean) => void;
}

/** The cursor of such a chart: uPlot takes a click at its edge for a drag, and would swallow it. */
export const NO_DRAG: uPlot.Cursor.Drag = { x: false, y: false, click: () => {} };

/** Let a chart's steps be selected. A finger that moves up or down scrolls the page. */
export function selectBySteps(chart: uPlot, handlers: Handlers): void {
  const { over } = chart;
  let from: number | null = null;
  let isDragged = false;
  over.style.touchAction = "pan-y";
  const place = (event: PointerEvent) => {
    const { left, width } = over.getBoundingClientRect();
    return Math.max(0, Math.min(width, event.clientX - left));
  };
  const range = (event: PointerEvent, start: number): StepRange => {
    const at = place(event);
    return [chart.posToIdx(Math.min(start, at)), chart.posToIdx(Math.max(start, at))];
  };
  over.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    from = place(event);
    isDragged = false;
    over.setPointerCapture(event.pointerId);
  });
  over.addEventListener("pointermove", (event) => {
    if (from === null || !event.isPrimary) return;
    isDragged ||= Math.abs(place(event) - from) >= DRAG_PIXELS;
    if (isDragged) handlers.onDrag(range(event, from));
  });
  over.addEventListener("pointerup", (event) => {
    if (from === null || !event.isPrimary) return;
    if (isDragged) handlers.onSelect(range(event, from));
    from = null;
  });
  over.addEventListener("pointercancel", () => {
    from = null;
  });
  over.addEventListener("click", (event) => {
    // After a drag the browser reports a click as well.
    const step = chart.cursor.idx;
    if (step != null && !isDragged) handlers.onClick(step, isTouch(event));
  });
}

const isTouch = (event: MouseEvent) =>
  event instanceof PointerEvent && event.pointerType === "touch";

/** Shade the steps of a range. */
export function drawSelection(chart: uPlot, range: StepRange | null, seconds: number): void {
  const [first, last] = (range ?? []).map((step) => chart.data[0][step]);
  if (first === undefined || last === undefined) return;
  const left = chart.valToPos(first - seconds / 2, "x", true);
  const right = chart.valToPos(last + seconds / 2, "x", true);
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.globalAlpha = 0.16;
  ctx.fillStyle = cssColour("accent");
  ctx.fillRect(left, bbox.top, right - left, bbox.height);
  ctx.restore();
}
