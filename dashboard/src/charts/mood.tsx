/** Sentiment and volume over time in one chart: the mean as a line, the items as bars below it. */

import { useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Span } from "../figures";
import { bySide, sentimentAxis, timeAxis, timeOf, volumeAxis } from "./axes";
import { colour, Plot } from "./plot";

/** The line has the upper part of the chart, the bars the lower. */
const BARS_SHARE = 0.3;
const DRAG_PIXELS = 4;

interface Props {
  steps: Span[];
  /** Of one step. */
  seconds: number;
  limit: number;
  most: number;
  height: number;
  compact?: boolean;
  /** Charts of one name show the same moment. */
  sync?: string;
  onLook?: (step: number | null) => void;
  /** A click on a step or a drag over several: the first and the last of them. */
  onPick?: (first: number, last: number) => void;
  plot?: { current: uPlot | null };
}

export function MoodChart(props: Props) {
  const { steps, seconds, limit, most, height, compact = false } = props;
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
  const of = [seconds, limit, most, compact, props.sync].join();
  return (
    <Plot
      of={of}
      height={height}
      data={data}
      {...(props.plot ? { plot: props.plot } : {})}
      options={() => optionsOf(latest, compact)}
    />
  );
}

function optionsOf(
  latest: { current: Props },
  compact: boolean,
): Omit<uPlot.Options, "width" | "height"> {
  const { seconds, limit, most, sync, onPick } = latest.current;
  const bars = uPlot.paths.bars?.({ size: [0.72, 40], radius: 0 });
  const stack = (fill: string): uPlot.Series => ({
    scale: "volume",
    fill: colour(fill),
    width: 0,
    points: { show: false },
    ...(bars ? { paths: bars } : {}),
  });
  const reach = 2 * limit;
  // After a drag the browser reports a click as well.
  let wasPicked = false;
  return {
    ...timeOf(seconds),
    legend: { show: false },
    padding: compact ? [4, 0, 0, 0] : [10, 4, 0, 0],
    cursor: {
      y: false,
      x: true,
      points: { size: 8, width: 2, fill: colour("card") },
      // Nobody holds a mouse quite still: less than this is a click.
      drag: { x: Boolean(onPick), y: false, setScale: false, dist: DRAG_PIXELS, click: () => {} },
      ...(sync ? { sync: { key: sync, setSeries: false, filters: { pub: isMove } } } : {}),
    },
    scales: {
      x: { time: true, range: (_, min, max) => [min - seconds / 2, max + seconds / 2] },
      sentiment: { range: () => [-limit - (reach * BARS_SHARE) / (1 - BARS_SHARE), limit] },
      volume: { range: () => [0, most / (BARS_SHARE * 0.9)] },
    },
    axes: compact
      ? [{ show: false }, { show: false, scale: "sentiment" }, { show: false, scale: "volume" }]
      : [timeAxis(seconds), sentimentAxis(limit), volumeAxis(most)],
    series: [
      {},
      stack("positive-bar"),
      stack("neutral-bar"),
      stack("negative-bar"),
      {
        scale: "sentiment",
        width: compact ? 1.75 : 2.25,
        stroke: (chart) => bySide(chart, colour("positive"), colour("negative")),
        fill: (chart) => bySide(chart, colour("positive-wash"), colour("negative-wash")),
        fillTo: () => 0,
        spanGaps: true,
        points: { show: false },
        ...(uPlot.paths.spline ? { paths: uPlot.paths.spline() } : {}),
      },
    ],
    hooks: {
      drawAxes: [drawZero],
      setCursor: [(chart) => latest.current.onLook?.(chart.cursor.idx ?? null)],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < DRAG_PIXELS) return;
          wasPicked = true;
          const first = chart.posToIdx(left);
          latest.current.onPick?.(first, chart.posToIdx(left + width));
          chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
        },
      ],
      ready: [
        (chart) => {
          chart.over.addEventListener("mousedown", () => {
            wasPicked = false;
          });
          chart.over.addEventListener("click", () => {
            const step = chart.cursor.idx;
            if (step != null && !wasPicked) latest.current.onPick?.(step, step);
          });
        },
      ],
    },
  };
}

/** Charts look at the same moment, but a click or a drag is of one of them. */
const isMove = (type: string) => type === "mousemove";

function drawZero(chart: uPlot): void {
  const zero = Math.round(chart.valToPos(0, "sentiment", true)) + 0.5;
  const { left, width } = chart.bbox;
  chart.ctx.save();
  chart.ctx.strokeStyle = colour("zero");
  chart.ctx.lineWidth = devicePixelRatio;
  chart.ctx.beginPath();
  chart.ctx.moveTo(left, zero);
  chart.ctx.lineTo(left + width, zero);
  chart.ctx.stroke();
  chart.ctx.restore();
}
