/** Sentiment and volume over time in one chart: the mean as a line, the items as bars below it. */

import { useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { ChartStep } from "../figures";
import {
  SENTIMENT_AXIS,
  sentimentAxis,
  signGradient,
  TIME_AXIS,
  timeAxis,
  timeZoneOptions,
  VOLUME_AXIS,
  volumeAxis,
} from "./axes";
import { completeStepsPath, drawMarks, drawUncollected } from "./marks";
import { cssColour, Plot } from "./plot";

/** The bars take the lower part of the chart, the line the rest. */
const BARS_SHARE = 0.3;
const DRAG_PIXELS = 4;
const PADDING = { top: 10, right: 4 };
/** What lies around the figures, in pixels. */
export const CHART_INSETS = {
  top: PADDING.top,
  right: VOLUME_AXIS + PADDING.right,
  bottom: TIME_AXIS,
  left: SENTIMENT_AXIS,
};

interface Props {
  steps: ChartStep[];
  /** The length of a step. */
  seconds: number;
  limit: number;
  maxVolume: number;
  height: number;
  compact?: boolean;
  /** Charts with the same key share their cursor. */
  syncKey?: string;
  onActiveStep?: (step: number | null) => void;
  /** Called with the first and the last step of a drag so far; null when it ends. */
  onDrag?: (span: [number, number] | null) => void;
  /** Called with the first and the last step of a click or a drag. */
  onSelect?: (first: number, last: number) => void;
  plot?: { current: uPlot | null };
}

export function SentimentChart(props: Props) {
  const { steps, seconds, limit, maxVolume, height, compact = false } = props;
  // The chart outlives a render, and must call the newest handlers.
  const latest = useRef(props);
  latest.current = props;

  const data = useMemo<uPlot.AlignedData>(
    () => [
      steps.map((step) => Date.parse(step.end) / 1000 - seconds / 2),
      steps.map((step) => step.total),
      steps.map((step) => step.negative + step.neutral),
      steps.map((step) => step.negative),
      steps.map((step) => step.avg_sentiment),
    ],
    [steps, seconds],
  );
  const chartKey = [seconds, limit, maxVolume, compact, props.syncKey].join();
  return (
    <Plot
      chartKey={chartKey}
      height={height}
      data={data}
      {...(props.plot ? { plot: props.plot } : {})}
      options={() => chartOptions(latest, compact)}
    />
  );
}

type Latest = { current: Props };
type Options = Omit<uPlot.Options, "width" | "height">;

function chartOptions(latest: Latest, compact: boolean): Options {
  const { seconds, limit, maxVolume } = latest.current;
  const lineWidth = compact ? 1.75 : 2.25;
  const lowest = -limit - (2 * limit * BARS_SHARE) / (1 - BARS_SHARE);
  return {
    ...timeZoneOptions(seconds),
    legend: { show: false },
    padding: compact ? [4, 0, 0, 0] : [PADDING.top, PADDING.right, 0, 0],
    cursor: cursorOptions(latest.current),
    scales: {
      x: { time: true, range: (_, min, max) => [min - seconds / 2, max + seconds / 2] },
      sentiment: { range: () => [lowest, limit] },
      volume: { range: () => [0, maxVolume / (BARS_SHARE * 0.9)] },
    },
    axes: compact
      ? [{ show: false }, { show: false, scale: "sentiment" }, { show: false, scale: "volume" }]
      : [timeAxis(seconds), sentimentAxis(limit), volumeAxis(maxVolume)],
    series: [
      {},
      stackedBars("positive-bar"),
      stackedBars("neutral-bar"),
      stackedBars("negative-bar"),
      meanLine(latest, lineWidth),
    ],
    hooks: {
      drawAxes: [(chart) => drawUncollected(chart, latest.current.steps, seconds), drawZero],
      draw: [(chart) => drawMarks(chart, latest.current.steps, signColour, lineWidth)],
      ...selectionHooks(latest),
    },
  };
}

function cursorOptions({ syncKey, onSelect }: Props): uPlot.Cursor {
  return {
    y: false,
    x: true,
    points: { size: 8, width: 2, fill: cssColour("card") },
    // No hand is still: a shorter drag is a click.
    drag: { x: Boolean(onSelect), y: false, setScale: false, dist: DRAG_PIXELS, click: () => {} },
    ...(syncKey ? { sync: { key: syncKey, setSeries: false, filters: { pub: isMouseMove } } } : {}),
  };
}

function stackedBars(fill: string): uPlot.Series {
  const bars = uPlot.paths.bars?.({ size: [0.72, 40], radius: 0 });
  return {
    scale: "volume",
    fill: cssColour(fill),
    width: 0,
    points: { show: false },
    ...(bars ? { paths: bars } : {}),
  };
}

function meanLine(latest: Latest, width: number): uPlot.Series {
  return {
    scale: "sentiment",
    width,
    stroke: (chart) => signGradient(chart, cssColour("positive"), cssColour("negative")),
    fill: (chart) => signGradient(chart, cssColour("positive-wash"), cssColour("negative-wash")),
    fillTo: () => 0,
    points: { show: false },
    paths: completeStepsPath(() => latest.current.steps),
  };
}

/** Report the active step, a drag over several, and what a click or a drag selects. */
function selectionHooks(latest: Latest): uPlot.Hooks.Arrays {
  // After a drag the browser reports a click as well.
  let wasDragged = false;
  let tapped: number | null | undefined;
  const setCursor = (chart: uPlot) => {
    const { left, width } = chart.select;
    const isDragged = width >= DRAG_PIXELS && chart.cursor.idx != null;
    latest.current.onDrag?.(
      isDragged ? [chart.posToIdx(left), chart.posToIdx(left + width)] : null,
    );
    latest.current.onActiveStep?.(chart.cursor.idx ?? null);
  };
  const setSelect = (chart: uPlot) => {
    const { left, width } = chart.select;
    if (width < DRAG_PIXELS) return;
    wasDragged = true;
    latest.current.onDrag?.(null);
    const first = chart.posToIdx(left);
    latest.current.onSelect?.(first, chart.posToIdx(left + width));
    chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  };
  const ready = (chart: uPlot) => {
    chart.over.addEventListener("mousedown", () => {
      wasDragged = false;
    });
    chart.over.addEventListener("click", (event) => {
      const step = chart.cursor.idx;
      // Touch has no hover: the first tap reads a step, the second one opens it.
      const isRead = !isTouch(event) || step === tapped;
      tapped = step;
      if (step != null && !wasDragged && isRead) latest.current.onSelect?.(step, step);
    });
  };
  return { setCursor: [setCursor], setSelect: [setSelect], ready: [ready] };
}

const isTouch = (event: MouseEvent) =>
  event instanceof PointerEvent && event.pointerType === "touch";

const signColour = (_: uPlot, mean: number) => cssColour(mean < 0 ? "negative" : "positive");

/** Charts share cursor moves, but no clicks and drags. */
const isMouseMove = (type: string) => type === "mousemove";

function drawZero(chart: uPlot): void {
  const zero = Math.round(chart.valToPos(0, "sentiment", true)) + 0.5;
  const { left, width } = chart.bbox;
  chart.ctx.save();
  chart.ctx.strokeStyle = cssColour("zero");
  chart.ctx.lineWidth = devicePixelRatio;
  chart.ctx.beginPath();
  chart.ctx.moveTo(left, zero);
  chart.ctx.lineTo(left + width, zero);
  chart.ctx.stroke();
  chart.ctx.restore();
}
