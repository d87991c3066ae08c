/** The means of the compared communities over time, as a chart and a table. */

import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { NO_FILTER } from "../address";
import type { ComparedScope } from "../api";
import { AccessibleChart, useActiveStep } from "../charts/accessible_chart";
import { DASHES, LINE_CHART_INSETS, LineChart } from "../charts/line_chart";
import { Link } from "../components/link";
import type { ScopeName } from "../components/scope_name";
import { ScrollRegion } from "../components/scroll_region";
import { Score } from "../components/sentiment";
import { partialText, stepTime, uncollectedText } from "../components/step_text";
import { scopeAddress } from "../components/subject_links";
import {
  type ChartStep,
  type Collected,
  chartSteps,
  coarseStepSize,
  sentimentLimit,
} from "../figures";
import { plural, score, windowName } from "../format";
import { MarkerLayer, MarkersInRow } from "../markers/layer";
import {
  markersByStep,
  markersOf,
  markersSummary,
  type PlacedMarker,
  placeMarkers,
  stepsRange,
} from "../markers/placing";
import { address } from "../navigation";
import { useMarkers } from "../queries";

interface Trend {
  scope: string;
  name: string;
  steps: ChartStep[];
}

interface Props {
  all: ComparedScope[];
  nameOf: ScopeName;
  collected: Collected;
}

export function MeansOverTime({ all, nameOf, collected }: Props) {
  const { hours } = address.value;
  const steps = coarseStepSize(hours);
  const trends = useMemo<Trend[]>(
    () =>
      all.map(({ subreddit, trend_data, coverage }) => ({
        scope: subreddit,
        name: nameOf(subreddit),
        steps: chartSteps(trend_data ?? [], steps, collected, coverage),
      })),
    [all, all.map((each) => nameOf(each.subreddit)).join(), hours, collected],
  );
  const plot = useRef<uPlot | null>(null);
  const [activeStep, setActiveStep] = useActiveStep(
    `${all.map(({ subreddit }) => subreddit)} ${hours}`,
  );
  const span = activeStep === null ? undefined : trends[0]?.steps[activeStep];
  const markers = markersOf(
    useMarkers(),
    all.map((each) => each.scope),
  );
  const placed = placeMarkers(markers, stepsRange(trends[0]?.steps ?? [], steps.seconds));
  const means = all.map(
    ({ subreddit, statistics }) => `${nameOf(subreddit)} ${score(statistics.avg_sentiment)}`,
  );
  return (
    <section class="card" aria-labelledby="lines">
      <div class="card-head">
        <h2 id="lines">Average sentiment</h2>
        <p class="readout" aria-live="polite">
          {span ? (
            <>
              {stepTime(span)}
              <span class="hidden">
                : {trends.map((trend) => meanAt(trend, activeStep)).join(", ")}
              </span>
            </>
          ) : (
            <span class="muted">over {windowName(hours)}</span>
          )}
        </p>
      </div>
      <AccessibleChart
        name={`Average sentiment over ${windowName(hours)}: ${means.join(", ")}. Arrow keys read it step by step.${markersSummary(placed)}`}
        plot={plot}
        legend={<Legend trends={trends} activeStep={activeStep} />}
        overlay={<MarkerLayer placed={placed} insets={LINE_CHART_INSETS} />}
        table={<StepsTable trends={trends} placed={placed} />}
      >
        <LineChart
          trends={trends}
          seconds={steps.seconds}
          limit={sentimentLimit(trends.map((trend) => trend.steps))}
          height={320}
          onActiveStep={setActiveStep}
          plot={plot}
        />
      </AccessibleChart>
    </section>
  );
}

function Legend({ trends, activeStep }: { trends: Trend[]; activeStep: number | null }) {
  return (
    <ul class="legend">
      {trends.map(({ scope, name, steps }, number) => {
        const step = activeStep === null ? undefined : steps[activeStep];
        return (
          <li key={scope}>
            <svg viewBox="0 0 28 8" aria-hidden="true">
              <path
                d="M0 4h28"
                class={`line-${number + 1}`}
                stroke-dasharray={(DASHES[number] ?? []).join(" ")}
              />
            </svg>
            {name}
            {step && <Score value={step.avg_sentiment} />}
            {step && <span class="muted">{plural(step.total, "item")}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function meanAt({ name, steps }: Trend, at: number | null): string {
  return `${name} ${score(steps[at ?? 0]?.avg_sentiment ?? null)}`;
}

function StepsTable({ trends, placed }: { trends: Trend[]; placed: PlacedMarker[] }) {
  const steps = trends[0]?.steps ?? [];
  const markers = markersByStep(placed, steps.length);
  return (
    <ScrollRegion name="Average sentiment over time">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            {trends.map(({ scope, name }) => (
              <th scope="col" class="community" key={scope}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((span, at) => (
            <tr key={span.end}>
              <th scope="row">
                {stepTime(span)}
                <MarkersInRow markers={markers.get(at)} />
              </th>
              {trends.map(({ scope, steps: trendSteps }) => (
                <td key={scope}>
                  <StepCell scope={scope} step={trendSteps[at]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function StepCell({ scope, step }: { scope: string; step: ChartStep | undefined }) {
  if (step?.isUncollected) return <>{uncollectedText(step)}</>;
  if (!step?.total) return <>{score(null)}</>;
  const { start, end, total, avg_sentiment } = step;
  return (
    <>
      {score(avg_sentiment)}{" "}
      <Link to={{ view: "posts", ...scopeAddress(scope), ...NO_FILTER, kind: "items", start, end }}>
        {plural(total, "item")}
      </Link>
      {partialText(step)}
    </>
  );
}
