/** Sentiment and volume over time in one chart: the mean as a line, the items as bars below it. */

import { useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { ChartStep, StepRange } from "../figures";
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
import { completeStepsPath, drawBands, drawMarks, drawUncollected } from "./marks";
import { cssColour, Plot, useRedraw } from "./plot";
import { drawSelection, NO_DRAG, selectBySteps } from "./selecting";

/** The bars take the lower part of the chart, the line the rest. */
const BARS_SHARE = 0.3;
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
  /** The steps that are selected. */
  selected?: StepRange | null;
  /** Called with the steps of a drag, and null for a click while steps are selected. */
  onSelect?: (range: StepRange | null, isDragging: boolean) => void;
  /** Called with the step of a click, or of the second tap on it. */
  onOpen?: (step: number) => void;
  plot?: { current: uPlot | null };
}

export function SentimentChart(props: Props) {
  const { steps, seconds, limit, maxVolume, height, compact = false } = props;
  // The chart outlives a render, and must call the newest handlers.
  const latest = useRef(props);
  latest.current = props;
  const own = useRef<uPlot | null>(null);
  const plot = props.plot ?? own;
  useRedraw(plot, props.selected?.join());

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
      plot={plot}
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
      drawAxes: [
        (chart) => drawUncollected(chart, latest.current.steps, seconds),
        (chart) => drawSelection(chart, latest.current.selected ?? null, seconds),
        (chart) => drawBands(chart, latest.current.steps, cssColour("muted"), limit),
        drawZero,
      ],
      draw: [(chart) => drawMarks(chart, latest.current.steps, signColour, lineWidth)],
      setCursor: [(chart) => latest.current.onActiveStep?.(chart.cursor.idx ?? null)],
      ready: [(chart) => handlePointer(chart, latest)],
    },
  };
}

function cursorOptions({ syncKey }: Props): uPlot.Cursor {
  return {
    y: false,
    x: true,
    points: { size: 8, width: 2, fill: cssColour("card") },
    drag: NO_DRAG,
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
    points: { show: false },
    paths: completeStepsPath(() => latest.current.steps),
  };
}

/** Report what a drag selects and what a click opens. */
function handlePointer(chart: uPlot, latest: Latest): void {
  let tapped: number | null = null;
  selectBySteps(chart, {
    onDrag: (range) => latest.current.onSelect?.(range, true),
    onSelect: (range) => latest.current.onSelect?.(range, false),
    onClick: (step, isTouch) => {
      const { selected, onSelect, onOpen } = latest.current;
      // Touch has no hover: the first tap reads a step, the second one opens it.
      const isRead = !isTouch || step === tapped;
      tapped = step;
      if (selected) onSelect?.(null, false);
      else if (isRead) onOpen?.(step);
    },
  });
}

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
