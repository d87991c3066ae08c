/** Mean and volume over time. Each step and each span links to its posts. */

import { useMemo, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { LABELS, NO_FILTER } from "../address";
import type { ComparedScope, Totals } from "../api";
import { AccessibleChart, useActiveStep } from "../charts/accessible_chart";
import { CHART_INSETS, SentimentChart } from "../charts/sentiment_chart";
import {
  type ChartStep,
  type Collected,
  chartSteps,
  margin,
  maxVolume,
  type StepSize,
  sentimentLimit,
  sumTotals,
} from "../figures";
import { count, formatSpan, plural, score, windowName } from "../format";
import { MarkerLayer, MarkersInRow } from "../markers/layer";
import {
  markersByStep,
  markersOf,
  markersSummary,
  type PlacedMarker,
  placeMarkers,
  stepsRange,
} from "../markers/placing";
import { address, go } from "../navigation";
import { useMarkers } from "../queries";
import { Link } from "./link";
import { ScrollRegion } from "./scroll_region";
import { partialText, stepTime, uncollectedText } from "./step_text";

interface Props {
  compared: ComparedScope;
  /** What the scope is called in a sentence. */
  name: string;
  collected: Collected;
  /** The steps: longer ones for what has few items. */
  size: StepSize;
}

export function OverTime({ compared, name, collected, size }: Props) {
  const { hours } = address.value;
  const { seconds } = size;
  const steps = useMemo(
    () => chartSteps(compared.trend_data ?? [], size, collected, compared.coverage),
    [compared, hours, collected],
  );
  const [activeStep, setActiveStep] = useActiveStep(`${compared.subreddit} ${hours}`);
  const plot = useRef<uPlot | null>(null);
  const limit = useMemo(() => sentimentLimit([steps]), [steps]);
  const markers = markersOf(useMarkers(), [compared.scope]);
  const placed = placeMarkers(markers, stepsRange(steps, seconds));
  const openPosts = (first: number, last: number) => {
    const span = stepsSpan(steps, first, last);
    if (span) go({ view: "posts", ...NO_FILTER, kind: "items", ...span });
  };
  const [dragged, setDragged] = useState<[number, number] | null>(null);
  const span = dragged && spanText(steps, ...dragged);
  const step = activeStep === null ? undefined : steps[activeStep];
  return (
    <section class="card over-time" aria-labelledby="over-time">
      <div class="card-head">
        <h2 id="over-time">Over time</h2>
        <p class="readout" aria-live="polite">
          {span ? span : step ? stepText(step) : <span class="muted">{HINT}</span>}
        </p>
      </div>
      <AccessibleChart
        name={`${chartSummary(compared, name, steps, hours)} Arrow keys read it step by step, Enter opens a step's posts.${markersSummary(placed)}`}
        plot={plot}
        onSelect={(at) => openPosts(at, at)}
        overlay={<MarkerLayer placed={placed} insets={CHART_INSETS} />}
        table={<StepsTable steps={steps} placed={placed} />}
      >
        <SentimentChart
          steps={steps}
          seconds={seconds}
          limit={limit}
          maxVolume={maxVolume([steps])}
          height={320}
          onActiveStep={setActiveStep}
          onDrag={setDragged}
          onSelect={openPosts}
          plot={plot}
        />
      </AccessibleChart>
    </section>
  );
}

/** Return the time from the start of one step to the end of another, as a filter of posts. */
export function stepsSpan(steps: ChartStep[], first: number, last: number) {
  const [from, to] = [steps[first], steps[last]];
  return from && to ? { start: from.start, end: to.end } : null;
}

/** Touch has no hover: the first tap reads a step. */
const HINT = matchMedia("(hover: none)").matches
  ? "Tap a point to read it, and again for its posts"
  : "Click a point, or drag over a span, for its posts";

function stepText(step: ChartStep): string {
  return step.isUncollected
    ? `${stepTime(step)}: ${uncollectedText(step)}`
    : totalsText(stepTime(step), step) + partialText(step);
}

/** Return the text of the steps from first to last, both included. */
function spanText(steps: ChartStep[], first: number, last: number): string | null {
  const span = stepsSpan(steps, first, last);
  return (
    span && totalsText(formatSpan(span.start, span.end), sumTotals(steps.slice(first, last + 1)))
  );
}

function totalsText(name: string, step: Totals): string {
  return (
    `${name}: ${meanText(step)} on average, ` +
    `${plural(step.posts, "post")} and ${plural(step.comments, "comment")} ` +
    `(${count(step.positive)} positive, ${count(step.neutral)} neutral, ${count(step.negative)} negative)`
  );
}

/** Return a mean with how far it may be off, and whether it is of few items. */
function meanText(step: Totals): string {
  const off = margin(step);
  const range = off === null ? "" : `±${off.toFixed(2)}`;
  const few = step.few && step.avg_sentiment !== null ? " (few items)" : "";
  return `${score(step.avg_sentiment)}${range}${few}`;
}

function chartSummary(
  { statistics }: ComparedScope,
  of: string,
  steps: ChartStep[],
  hours: number,
): string {
  const ranked = steps
    .filter((step) => step.avg_sentiment !== null)
    .sort((a, b) => (a.avg_sentiment ?? 0) - (b.avg_sentiment ?? 0));
  const [lowest, highest] = [ranked[0], ranked.at(-1)];
  const start = `Sentiment and volume of ${of} over ${windowName(hours)}: ${count(statistics.total)} items`;
  if (!lowest || !highest) return `${start}.`;
  return (
    `${start}, ${score(statistics.avg_sentiment)} on average; lowest ${score(lowest.avg_sentiment)} ` +
    `on ${stepTime(lowest)}, highest ${score(highest.avg_sentiment)} on ${stepTime(highest)}.`
  );
}

function StepsTable({ steps, placed }: { steps: ChartStep[]; placed: PlacedMarker[] }) {
  const markers = markersByStep(placed, steps.length);
  return (
    <ScrollRegion name="Sentiment and volume over time">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Average</th>
            <th scope="col">Items</th>
            <th scope="col">Positive</th>
            <th scope="col">Neutral</th>
            <th scope="col">Negative</th>
          </tr>
        </thead>
        <tbody>
          {steps.toReversed().map((step, number) => {
            const { start, end, total } = step;
            const to = { view: "posts", ...NO_FILTER, kind: "items", start, end } as const;
            return (
              <tr key={end}>
                <th scope="row">
                  {stepTime(step)}
                  <MarkersInRow markers={markers.get(steps.length - 1 - number)} />
                </th>
                <td>{meanText(step)}</td>
                <td>
                  {step.isUncollected ? (
                    uncollectedText(step)
                  ) : total ? (
                    <>
                      <Link to={to}>{count(total)}</Link>
                      {partialText(step)}
                    </>
                  ) : (
                    "0"
                  )}
                </td>
                {LABELS.map((label) => (
                  <td key={label}>
                    {step[label] ? (
                      <Link to={{ ...to, sentiment: label }}>{count(step[label])}</Link>
                    ) : (
                      "0"
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
