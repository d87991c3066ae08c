/** uPlot inside Preact: made anew for other options, told of new data, as wide as its place. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

/** Whether this browser draws: some are set to refuse a page its canvas. */
const canvasWorks = supportsCanvas();
const dark = matchMedia("(prefers-color-scheme: dark)");
/** Counts the changes between light and dark: canvases must be drawn anew. */
const themeChanges = signal(0);
/** Paper is light whatever the screen is. */
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

/** Give a colour of the style sheet as a canvas takes it. */
export function cssColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Put the cursor on a step. */
export function setCursor(chart: uPlot, step: number): void {
  const time = chart.data[0][step];
  if (time !== undefined) chart.setCursor({ left: chart.valToPos(time, "x"), top: 1 });
}

interface Props {
  /** Makes the options; made again when `of` changes. */
  options: () => Omit<uPlot.Options, "width" | "height">;
  chartKey: string;
  data: uPlot.AlignedData;
  height: number;
  plot?: { current: uPlot | null };
}

export function Plot({ options, chartKey, data, height, plot }: Props) {
  const container = useRef<HTMLDivElement>(null);
  const instance = useRef<uPlot | null>(null);
  /** Which step is being read, and its time: it stays so when the chart is drawn anew. */
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
    return () => {
      observer.disconnect();
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
    // What is read is a time, not a place: it moves along, or is gone.
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
