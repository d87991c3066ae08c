/** Sentiment and volume over time in one chart: the mean as a line, the items as bars below it. */

import { useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { ChartStep } from "../figures";
import { sentimentAxis, signGradient, timeAxis, timeZoneOptions, volumeAxis } from "./axes";
import { completeStepsPath, drawMarks, drawUncollected } from "./marks";
import { cssColour, Plot } from "./plot";

/** The line has the upper part of the chart, the bars the lower. */
const BARS_SHARE = 0.3;
const DRAG_PIXELS = 4;

interface Props {
  steps: ChartStep[];
  /** Of one step. */
  seconds: number;
  limit: number;
  maxVolume: number;
  height: number;
  compact?: boolean;
  /** Charts of one name show the same moment. */
  syncKey?: string;
  onActiveStep?: (step: number | null) => void;
  /** The steps that a drag has reached so far; null once it ends. */
  onDrag?: (span: [number, number] | null) => void;
  /** A click on a step or a drag over several: the first and the last of them. */
  onSelect?: (first: number, last: number) => void;
  plot?: { current: uPlot | null };
}

export function SentimentChart(props: Props) {
  const { steps, seconds, limit, maxVolume, height, compact = false } = props;
  // The chart lives longer than a render, and calls what the last one gave.
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

function chartOptions(
  latest: { current: Props },
  compact: boolean,
): Omit<uPlot.Options, "width" | "height"> {
  const { seconds, limit, maxVolume, syncKey, onSelect } = latest.current;
  const bars = uPlot.paths.bars?.({ size: [0.72, 40], radius: 0 });
  const stack = (fill: string): uPlot.Series => ({
    scale: "volume",
    fill: cssColour(fill),
    width: 0,
    points: { show: false },
    ...(bars ? { paths: bars } : {}),
  });
  const reach = 2 * limit;
  // After a drag the browser reports a click as well.
  let wasDragged = false;
  let tapped: number | null | undefined;
  return {
    ...timeZoneOptions(seconds),
    legend: { show: false },
    padding: compact ? [4, 0, 0, 0] : [10, 4, 0, 0],
    cursor: {
      y: false,
      x: true,
      points: { size: 8, width: 2, fill: cssColour("card") },
      // Nobody holds a mouse quite still: less than this is a click.
      drag: { x: Boolean(onSelect), y: false, setScale: false, dist: DRAG_PIXELS, click: () => {} },
      ...(syncKey
        ? { sync: { key: syncKey, setSeries: false, filters: { pub: isMouseMove } } }
        : {}),
    },
    scales: {
      x: { time: true, range: (_, min, max) => [min - seconds / 2, max + seconds / 2] },
      sentiment: { range: () => [-limit - (reach * BARS_SHARE) / (1 - BARS_SHARE), limit] },
      volume: { range: () => [0, maxVolume / (BARS_SHARE * 0.9)] },
    },
    axes: compact
      ? [{ show: false }, { show: false, scale: "sentiment" }, { show: false, scale: "volume" }]
      : [timeAxis(seconds), sentimentAxis(limit), volumeAxis(maxVolume)],
    series: [
      {},
      stack("positive-bar"),
      stack("neutral-bar"),
      stack("negative-bar"),
      {
        scale: "sentiment",
        width: compact ? 1.75 : 2.25,
        stroke: (chart) => signGradient(chart, cssColour("positive"), cssColour("negative")),
        fill: (chart) =>
          signGradient(chart, cssColour("positive-wash"), cssColour("negative-wash")),
        fillTo: () => 0,
        points: { show: false },
        paths: completeStepsPath(() => latest.current.steps),
      },
    ],
    hooks: {
      drawAxes: [(chart) => drawUncollected(chart, latest.current.steps, seconds), drawZero],
      draw: [(chart) => drawMarks(chart, latest.current.steps, signColour, compact ? 1.75 : 2.25)],
      setCursor: [
        (chart) => {
          const { left, width } = chart.select;
          const isDragged = width >= DRAG_PIXELS && chart.cursor.idx != null;
          latest.current.onDrag?.(
            isDragged ? [chart.posToIdx(left), chart.posToIdx(left + width)] : null,
          );
          latest.current.onActiveStep?.(chart.cursor.idx ?? null);
        },
      ],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < DRAG_PIXELS) return;
          wasDragged = true;
          latest.current.onDrag?.(null);
          const first = chart.posToIdx(left);
          latest.current.onSelect?.(first, chart.posToIdx(left + width));
          chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
        },
      ],
      ready: [
        (chart) => {
          chart.over.addEventListener("mousedown", () => {
            wasDragged = false;
          });
          chart.over.addEventListener("click", (event) => {
            const step = chart.cursor.idx;
            // A finger reads a step first: it has no way to point without a tap.
            const isRead = !isTouch(event) || step === tapped;
            tapped = step;
            if (step != null && !wasDragged && isRead) latest.current.onSelect?.(step, step);
          });
        },
      ],
    },
  };
}

const isTouch = (event: MouseEvent) =>
  event instanceof PointerEvent && event.pointerType === "touch";

const signColour = (_: uPlot, mean: number) => cssColour(mean < 0 ? "negative" : "positive");

/** Charts look at the same moment, but a click or a drag is of one of them. */
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
