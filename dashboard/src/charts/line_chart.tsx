/** The mean sentiment of several communities in one chart. Lines differ in colour and dash. */

import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { ChartStep, StepRange } from "../figures";
import { SENTIMENT_AXIS, sentimentAxis, TIME_AXIS, timeAxis, timeZoneOptions } from "./axes";
import { completeStepsPath, drawBands, drawMarks, drawUncollected } from "./marks";
import { cssColour, Plot, useRedraw } from "./plot";
import { drawSelection, NO_DRAG, selectBySteps } from "./selecting";

/** One dash for each line; the style sheet has the colours: --line-1 and so on. */
export const DASHES = [[], [7, 4], [2, 4], [10, 4, 2, 4], [4, 2]];

/** What lies around the figures, in pixels. */
export const LINE_CHART_INSETS = { top: 10, right: 28, bottom: TIME_AXIS, left: SENTIMENT_AXIS };

interface Props {
  trends: { name: string; steps: ChartStep[] }[];
  seconds: number;
  limit: number;
  height: number;
  onActiveStep: (step: number | null) => void;
  /** The steps that are selected. */
  selected: StepRange | null;
  /** Called with the steps of a drag; null: a click ends the selection. */
  onSelect: (range: StepRange | null, isDragging: boolean) => void;
  plot: { current: uPlot | null };
}

export function LineChart(props: Props) {
  const { trends, seconds, limit, height, plot } = props;
  const latest = useRef(props);
  latest.current = props;
  useRedraw(plot, props.selected?.join());
  const data = useMemo<uPlot.AlignedData>(
    () => [
      (trends[0]?.steps ?? []).map((step) => Date.parse(step.end) / 1000 - seconds / 2),
      ...trends.map((trend) => trend.steps.map((step) => step.avg_sentiment)),
    ],
    [trends, seconds],
  );
  const chartKey = [seconds, limit, ...trends.map((trend) => trend.name)].join();
  return (
    <Plot
      chartKey={chartKey}
      height={height}
      data={data}
      plot={plot}
      options={() => chartOptions(latest)}
    />
  );
}

function chartOptions(latest: { current: Props }): Omit<uPlot.Options, "width" | "height"> {
  const { trends, seconds, limit } = latest.current;
  return {
    ...timeZoneOptions(seconds),
    legend: { show: false },
    padding: [LINE_CHART_INSETS.top, LINE_CHART_INSETS.right, 0, 0],
    cursor: {
      y: false,
      points: { size: 8, width: 2, fill: cssColour("card") },
      drag: NO_DRAG,
    },
    scales: {
      x: { time: true, range: (_, min, max) => [min - seconds / 2, max + seconds / 2] },
      sentiment: { range: () => [-limit, limit] },
    },
    axes: [timeAxis(seconds), sentimentAxis(limit)],
    series: [
      {},
      ...trends.map((trend, number) => ({
        scale: "sentiment",
        width: 2,
        stroke: cssColour(`line-${number + 1}`),
        dash: DASHES[number] ?? [],
        points: { show: false },
        paths: completeStepsPath(() => latest.current.trends[number]?.steps ?? trend.steps),
      })),
    ],
    hooks: {
      drawAxes: [
        (chart) => drawUncollected(chart, latest.current.trends[0]?.steps ?? [], seconds),
        (chart) => drawSelection(chart, latest.current.selected, seconds),
        (chart) =>
          latest.current.trends.forEach(({ steps }, number) => {
            drawBands(chart, steps, cssColour(`line-${number + 1}`), limit);
          }),
      ],
      draw: [
        (chart) =>
          latest.current.trends.forEach(({ steps }, number) => {
            drawMarks(chart, steps, () => cssColour(`line-${number + 1}`), 2);
          }),
      ],
      setCursor: [(chart) => latest.current.onActiveStep(chart.cursor.idx ?? null)],
      ready: [
        (chart) =>
          selectBySteps(chart, {
            onDrag: (range) => latest.current.onSelect(range, true),
            onSelect: (range) => latest.current.onSelect(range, false),
            onClick: () => latest.current.onSelect(null, false),
          }),
      ],
    },
  };
}
