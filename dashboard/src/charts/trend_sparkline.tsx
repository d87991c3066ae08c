/** A small chart of mentions: the mean as a line, and how many there were as bars below it. */

import { useId } from "preact/hooks";
import type { Marker, SubjectPoint } from "../api";
import { Mean } from "../components/sentiment";
import { meanText, partialText, stepTime, uncollectedText } from "../components/step_text";
import {
  chartSteps,
  comparableSpan,
  itemsIn,
  type StepState,
  stepSeconds,
  stepsSpan,
} from "../figures";
import { formatSpan, plural } from "../format";
import { markersSummary, type PlacedMarker, placeMarkers, stepsRange } from "../markers/placing";
import { type StatsScope, useSpanStats } from "../queries";
import type { Scales } from "../subjects/scales";
import type { Selection } from "./accessible_chart";
import { SmallChart } from "./small_chart";
import { type TrendMarks, trendMarks } from "./trend_marks";

const HEIGHT = 40;
/** The bars take the lower part, as in the large charts. */
const LINE_HEIGHT = 27;

/** A step of a subject's course, with its end and what is missing of it. */
export type SmallStep = SubjectPoint & StepState;

interface Props {
  points: SubjectPoint[];
  /** What charts side by side share. */
  scales: Scales;
  name: string;
  /** The mentions that the chart shows. */
  scope: StatsScope;
  markers?: Marker[];
}

export function TrendSparkline({ points, scales, name, scope, markers = [] }: Props) {
  const { collected, limit, most } = scales;
  const steps = chartSteps(points, collected, scales.coverage, null);
  const seconds = stepSeconds(collected.granularity ?? "hour");
  const placed = placeMarkers(markers, stepsRange(steps, seconds));
  return (
    <SmallChart
      name={name}
      count={steps.length}
      resetKey={`${scope.subject} ${scope.subreddit} ${steps[0]?.start}`}
      readStep={(at) => stepText(steps[at])}
      readSpan={(selection) => (
        <SpanText steps={steps} selection={selection} scales={scales} scope={scope} />
      )}
    >
      <svg
        class="trend"
        viewBox={`0 0 100 ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={placed.length ? `${name}.${markersSummary(placed)}` : name}
      >
        <Volume steps={steps} most={most} />
        <MarkerPaths placed={placed} />
        <Means marks={trendMarks(steps, { limit, height: LINE_HEIGHT })} />
      </svg>
    </SmallChart>
  );
}

function stepText(step: SmallStep | undefined): string {
  if (!step) return "";
  if (step.isUncollected) return `${stepTime(step)}: ${uncollectedText(step)}`;
  const mean = step.avg_sentiment === null ? "" : `, ${meanText(step)}`;
  return `${stepTime(step)}: ${plural(step.total, "mention")}${mean}${partialText(step)}`;
}

interface SpanProps {
  steps: SmallStep[];
  selection: Selection;
  scales: Scales;
  scope: StatsScope;
}

/** The mentions of a selected span and, after the drag, their mean as the API has it. */
function SpanText({ steps, selection: { range, isDragging }, scales, scope }: SpanProps) {
  const full = isDragging ? null : comparableSpan(steps, range, scales.collected);
  const { data, error } = useSpanStats(scope, full);
  const span = stepsSpan(steps, range);
  if (data) {
    const { window, statistics } = data;
    return (
      <>
        {formatSpan(window.start, window.end)}: {plural(statistics.total, "mention")},{" "}
        <Mean measured={data} />
      </>
    );
  }
  return (
    <>
      {span && formatSpan(span.start, span.end)}: {plural(itemsIn(steps, range), "mention")}
      {error && ` (${error.message})`}
    </>
  );
}

/** The mentions of each step as bars; steps that weren't observed are hatched. */
function Volume({ steps, most }: { steps: SmallStep[]; most: number }) {
  const hatch = useId();
  const width = 100 / Math.max(1, steps.length);
  return (
    <>
      <pattern id={hatch} width="2.5" height="5" patternUnits="userSpaceOnUse">
        <path class="hatch" d="M0 5L2.5 0" />
      </pattern>
      {steps.map(({ end, total, isOpen, isUncollected, isPartial }, number) => {
        const height = total ? Math.max(0.8, ((HEIGHT - LINE_HEIGHT - 1) * total) / most) : 0;
        const x = number * width;
        return (
          <g key={end} class={isOpen ? "open" : ""}>
            {(isUncollected || isPartial) && (
              <rect x={x} width={width} y={0} height={HEIGHT} fill={`url(#${hatch})`} />
            )}
            <rect
              class="bar"
              x={x + width * 0.14}
              width={width * 0.72}
              y={HEIGHT - height}
              height={height}
            />
          </g>
        );
      })}
    </>
  );
}

function MarkerPaths({ placed }: { placed: PlacedMarker[] }) {
  return (
    <>
      {placed.map(({ marker, at }) => (
        <path key={marker.id} class="marker" d={`M${100 * at} 0V${HEIGHT}`} />
      ))}
    </>
  );
}

/** The line of the means with its bands; the running step is a ring at the end of a dashed line. */
function Means({ marks }: { marks: TrendMarks }) {
  const gradient = useId();
  const stroke = `url(#${gradient})`;
  return (
    <>
      <linearGradient
        id={gradient}
        gradientUnits="userSpaceOnUse"
        x1="0"
        y1="0"
        x2="0"
        y2={LINE_HEIGHT}
      >
        <stop offset="50%" class="above" />
        <stop offset="50%" class="below" />
      </linearGradient>
      <path class="band" d={marks.bands} />
      <path class="band bar-of-one" d={marks.bars} />
      <path class="zero" d={`M0 ${LINE_HEIGHT / 2}H100`} />
      <path class="mean few-items" d={marks.faded} stroke={stroke} />
      <path class="mean dot few-items" d={marks.fadedDots} stroke={stroke} />
      <path class="mean" d={marks.line} stroke={stroke} />
      <path class="mean dot" d={marks.dots} stroke={stroke} />
      <path class="mean running" d={marks.running} stroke={stroke} />
      <path class="mean ring" d={marks.runningDot} stroke={stroke} />
      <path class="mean ring-inside" d={marks.runningDot} />
    </>
  );
}
