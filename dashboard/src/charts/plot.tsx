/** uPlot as a Preact component. It is recreated for new options, updated for new data, and resized. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { onPrint } from "./printing";

/** Whether canvas works: browsers may be set to refuse it. */
const canvasWorks = supportsCanvas();
const dark = matchMedia("(prefers-color-scheme: dark)");
/** Counts the changes between light and dark, which redraw the canvases. */
const themeChanges = signal(0);
/** Print is always light. */
for (const query of [dark, matchMedia("print")]) {
  query.addEventListener("change", () => {
    themeChanges.value += 1;
  });
}

function supportsCanvas(): boolean {
  try {
    return Boolean(document.createElement("canvas").getContext("2d") && new Path2D());
  } catch {
    return false;
  }
}

/** Return a colour of the style sheet, for a canvas. */
export function cssColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Move the cursor to a step. */
export function setCursor(chart: uPlot, step: number): void {
  const time = chart.data[0][step];
  if (time !== undefined) chart.setCursor({ left: chart.valToPos(time, "x"), top: 1 });
}

/** Draw a chart again when `key` changes: what lies on it isn't in its data. */
export function useRedraw(plot: { current: uPlot | null }, key: string | undefined): void {
  useEffect(() => plot.current?.redraw(false, false), [plot, key]);
}

interface Props {
  /** Returns the options. The chart is recreated when `chartKey` changes. */
  options: () => Omit<uPlot.Options, "width" | "height">;
  chartKey: string;
  data: uPlot.AlignedData;
  height: number;
  plot?: { current: uPlot | null };
}

export function Plot({ options, chartKey, data, height, plot }: Props) {
  const container = useRef<HTMLDivElement>(null);
  const instance = useRef<uPlot | null>(null);
  /** The active step and its time, which outlive a recreated chart. */
  const activePoint = useRef<{ step: number; time: number } | null>(null);
  const theme = themeChanges.value;

  useEffect(() => {
    const element = container.current;
    if (!element || !canvasWorks) return;
    const chart = new uPlot({ ...options(), width: element.clientWidth, height }, data, element);
    instance.current = chart;
    if (plot) plot.current = chart;
    if (activePoint.current && data[0][activePoint.current.step] === activePoint.current.time) {
      setCursor(chart, activePoint.current.step);
    }
    const observer = new ResizeObserver(() => {
      if (element.clientWidth) chart.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    const endPrint = onPrint(() => chart.setSize({ width: element.clientWidth, height }));
    return () => {
      observer.disconnect();
      endPrint();
      const step = chart.cursor.idx;
      const time = step == null ? undefined : chart.data[0][step];
      activePoint.current = step == null || time === undefined ? null : { step, time };
      chart.destroy();
      instance.current = null;
      if (plot) plot.current = null;
    };
  }, [chartKey, height, theme]);

  useEffect(() => {
    const chart = instance.current;
    if (!chart || chart.data === data) return;
    const step = chart.cursor.idx;
    const time = step == null ? undefined : chart.data[0][step];
    chart.setData(data);
    if (time === undefined) return;
    // The cursor follows the time that was active, or leaves when it is gone.
    const at = data[0].indexOf(time);
    if (at < 0) chart.setCursor({ left: -10, top: -10 });
    else setCursor(chart, at);
  }, [data]);

  if (!canvasWorks) {
    return (
      <p class="muted plot-refused">This browser draws no charts here; the figures are beside.</p>
    );
  }
  return <div class="plot" ref={container} style={{ height: `${height}px` }} />;
}
