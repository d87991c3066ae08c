/** Mean and volume over time. Each step and each span links to its posts. */

import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { NO_FILTER } from "../address";
import type { ComparedScope, Totals } from "../api";
import { AccessibleChart, useActiveStep, useSelection } from "../charts/accessible_chart";
import { ChartCaption } from "../charts/caption";
import { CHART_INSETS, SentimentChart } from "../charts/sentiment_chart";
import {
  type ChartStep,
  type Collected,
  chartSteps,
  maxVolume,
  type StepRange,
  sentimentLimit,
  stepSeconds,
  stepsSpan,
  youngSince,
} from "../figures";
import { count, day, plural, score, windowName } from "../format";
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
import { Columns, CountCell, LABEL_COLUMNS, LabelCells } from "./columns";
import { ScrollRegion } from "./scroll_region";
import { SpanReadout } from "./span_readout";
import { meanText, partialText, stepTime, uncollectedText } from "./step_text";

interface Props {
  compared: ComparedScope;
  /** What the scope is called in a sentence. */
  name: string;
  collected: Collected;
}

export function OverTime({ compared, name, collected }: Props) {
  const { hours, from } = address.value;
  const seconds = stepSeconds(collected.granularity ?? "hour");
  const steps = useMemo(
    () => chartSteps(compared.trend_data ?? [], collected, compared.coverage),
    [compared, hours, collected],
  );
  const since = youngSince(collected, compared.coverage);
  const shown = `${compared.subreddit} ${hours} ${from}`;
  const [activeStep, setActiveStep] = useActiveStep(shown);
  const [selection, select] = useSelection(shown);
  const plot = useRef<uPlot | null>(null);
  const limit = useMemo(() => sentimentLimit([steps]), [steps]);
  const markers = markersOf(useMarkers(), [compared.scope]);
  const placed = placeMarkers(markers, stepsRange(steps, seconds));
  const selected = selection?.range ?? null;
  const openPosts = (range: StepRange) => {
    const span = stepsSpan(steps, range);
    if (span) go({ view: "posts", ...NO_FILTER, kind: "items", ...span });
  };
  const step = activeStep === null ? undefined : steps[activeStep];
  return (
    <section class="card over-time" aria-labelledby="over-time">
      <div class="card-head">
        <h2 id="over-time">Over time</h2>
        {since && <p class="muted">since {day(since)}</p>}
        <p class="readout" aria-live="polite">
          {selection ? (
            <SpanReadout
              scope={compared.scope}
              selection={selection}
              steps={steps}
              collected={collected}
            />
          ) : step ? (
            stepText(step)
          ) : (
            <span class="muted">{HINT}</span>
          )}
        </p>
      </div>
      <AccessibleChart
        name={`${chartSummary(compared, name, steps, hours)} Arrow keys read it step by step, with Shift they select a span, and Enter opens its posts.${markersSummary(placed)}`}
        plot={plot}
        onOpen={(at) => openPosts(selected ?? [at, at])}
        selected={selected}
        onSelect={select}
        legend={<ChartCaption granularity={collected.granularity} />}
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
          selected={selected}
          onSelect={select}
          onOpen={(at) => openPosts([at, at])}
          plot={plot}
        />
      </AccessibleChart>
    </section>
  );
}

/** Touch has no hover: the first tap reads a step. */
const HINT = matchMedia("(hover: none)").matches
  ? "Tap a point to read it, and again for its posts; drag over a span to read it"
  : "Drag over a span to read it; click a point for its posts";

function stepText(step: ChartStep): string {
  return step.isUncollected
    ? `${stepTime(step)}: ${uncollectedText(step)}`
    : totalsText(stepTime(step), step) + partialText(step);
}

function totalsText(name: string, step: Totals): string {
  return (
    `${name}: ${meanText(step)} on average, ` +
    `${plural(step.posts, "post")} and ${plural(step.comments, "comment")} ` +
    `(${count(step.positive)} positive, ${count(step.neutral)} neutral, ${count(step.negative)} negative)`
  );
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
        <Columns names={["When", "Average", "Items", ...LABEL_COLUMNS]} />
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
                  ) : (
                    <>
                      <CountCell value={total} to={to} />
                      {partialText(step)}
                    </>
                  )}
                </td>
                <LabelCells counts={step} to={to} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
