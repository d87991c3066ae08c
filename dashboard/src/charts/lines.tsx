/** The mean sentiment of several subreddits in one chart, told apart by colour and by dash. */

import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { Span } from "../figures";
import { sentimentAxis, timeAxis, timeOf } from "./axes";
import { drawMarks, drawUnknown, wholeSteps } from "./marks";
import { colour, Plot } from "./plot";

/** As many as can be compared here; the style sheet has a colour for each: --line-1 and so on. */
export const DASHES = [[], [7, 4], [2, 4], [10, 4, 2, 4], [4, 2]];

interface Props {
  trends: { name: string; steps: Span[] }[];
  seconds: number;
  limit: number;
  height: number;
  onLook: (step: number | null) => void;
  plot: { current: uPlot | null };
}

export function LinesChart(props: Props) {
  const { trends, seconds, limit, height, plot } = props;
  const latest = useRef(props);
  latest.current = props;
  const data = useMemo<uPlot.AlignedData>(
    () => [
      (trends[0]?.steps ?? []).map((step) => Date.parse(step.end) / 1000 - seconds / 2),
      ...trends.map((trend) => trend.steps.map((step) => step.avg_sentiment)),
    ],
    [trends, seconds],
  );
  const of = [seconds, limit, ...trends.map((trend) => trend.name)].join();
  return <Plot of={of} height={height} data={data} plot={plot} options={() => optionsOf(latest)} />;
}

function optionsOf(latest: { current: Props }): Omit<uPlot.Options, "width" | "height"> {
  const { trends, seconds, limit } = latest.current;
  return {
    ...timeOf(seconds),
    legend: { show: false },
    padding: [10, 28, 0, 0],
    cursor: { y: false, points: { size: 8, width: 2, fill: colour("card") }, drag: { x: false } },
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
        stroke: colour(`line-${number + 1}`),
        dash: DASHES[number] ?? [],
        points: { show: false },
        paths: wholeSteps(() => latest.current.trends[number]?.steps ?? trend.steps),
      })),
    ],
    hooks: {
      drawAxes: [(chart) => drawUnknown(chart, latest.current.trends[0]?.steps ?? [], seconds)],
      draw: [
        (chart) =>
          latest.current.trends.forEach(({ steps }, number) => {
            drawMarks(chart, steps, () => colour(`line-${number + 1}`), 2);
          }),
      ],
      setCursor: [(chart) => latest.current.onLook(chart.cursor.idx ?? null)],
    },
  };
}
