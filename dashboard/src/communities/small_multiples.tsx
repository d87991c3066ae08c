/** Small multiples: one chart for each community, all on the same scales. */

import { useMemo, useState } from "preact/hooks";
import { type Address, NO_FILTER } from "../address";
import type { ComparedScope } from "../api";
import { SentimentChart } from "../charts/sentiment_chart";
import { DataState, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { stepsSpan } from "../components/over_time";
import { MeanChange, Score } from "../components/sentiment";
import { stepItems, stepTime } from "../components/step_text";
import { now } from "../cycles";
import {
  type ChartStep,
  chartSteps,
  coarseStepSize,
  isComparable,
  maxVolume,
  sentimentLimit,
  significantChange,
  windowFilter,
} from "../figures";
import { communityName, count, plural, score, windowName } from "../format";
import { MarkerLines } from "../markers/layer";
import { markersSummary, type PlacedMarker, placeMarkers, stepsRange } from "../markers/placing";
import { address, go } from "../navigation";
import { type AllTrends, useAllTrends, useMarkers } from "../queries";

interface Panel {
  compared: ComparedScope;
  steps: ChartStep[];
}

export function SmallMultiples() {
  const trends = useAllTrends(address.value.hours);
  return (
    <section class="card" aria-labelledby="multiples">
      <div class="card-head">
        <h2 id="multiples">Every community</h2>
        <p class="muted">on one scale; choose one to look at it alone</p>
      </div>
      <DataState state={trends} skeleton={<Skeleton height={120} rows={4} />}>
        {(all) => <Charts {...all} />}
      </DataState>
    </section>
  );
}

function Charts({ compared: all, collected }: AllTrends) {
  const { hours } = address.value;
  const steps = coarseStepSize(hours);
  const panels = useMemo<Panel[]>(
    () =>
      all.map((compared) => ({
        compared,
        steps: chartSteps(compared.trend_data ?? [], steps, collected, compared.coverage),
      })),
    [all, hours, collected],
  );
  const trends = panels.map((each) => each.steps);
  const [limit, most] = [sentimentLimit(trends), maxVolume(trends)];
  const [activeStep, setActiveStep] = useState<number | null>(null);
  const placed = placeMarkers(useMarkers(), stepsRange(trends[0] ?? [], steps.seconds));
  return (
    <ul class="small-multiples">
      {panels.map(({ compared, steps: panelSteps }) => (
        <ChartCard
          key={compared.subreddit}
          compared={compared}
          placed={placed}
          step={activeStep === null ? undefined : panelSteps[activeStep]}
          span={windowFilter(collected.window, now.value)}
        >
          <SentimentChart
            compact
            steps={panelSteps}
            seconds={steps.seconds}
            limit={limit}
            maxVolume={most}
            height={76}
            syncKey="multiples"
            onActiveStep={setActiveStep}
            onSelect={(first, last) => {
              const span = stepsSpan(panelSteps, first, last);
              if (span)
                go({
                  view: "posts",
                  ...NO_FILTER,
                  kind: "items",
                  subreddit: compared.subreddit,
                  ...span,
                });
            }}
          />
        </ChartCard>
      ))}
    </ul>
  );
}

interface CardProps {
  compared: ComparedScope;
  step: ChartStep | undefined;
  placed: PlacedMarker[];
  /** The filter that limits posts to the window. */
  span: Partial<Address>;
  children: preact.ComponentChildren;
}

function ChartCard({ compared, step, placed, span, children }: CardProps) {
  const { hours, subreddit: chosen } = address.value;
  const { subreddit, statistics } = compared;
  const isChosen = chosen?.toLowerCase() === subreddit.toLowerCase();
  return (
    <li class={`small-multiple ${isChosen ? "chosen" : ""}`}>
      <div class="small-multiple-head">
        <h3>
          <Link to={{ subreddit }} {...(isChosen ? { "aria-current": "true" as const } : {})}>
            {communityName(subreddit)}
          </Link>
        </h3>
        <Score value={step ? step.avg_sentiment : statistics.avg_sentiment} />
      </div>
      <div
        class="chart-frame"
        role="img"
        aria-label={`${chartSummary(compared, hours)}${placed.length ? `.${markersSummary(placed)}` : ""}`}
      >
        {children}
        <div class="markers">
          <MarkerLines placed={placed} />
        </div>
      </div>
      <p class="small-multiple-more muted">
        {step ? (
          `${stepTime(step)} · ${stepItems(step)}`
        ) : (
          <>
            {isComparable(compared) && (
              <>
                <MeanChange compared={compared} /> ·{" "}
              </>
            )}
            <Link to={{ view: "posts", subreddit, ...NO_FILTER, kind: "items", ...span }}>
              {plural(statistics.total, "item")}
            </Link>
          </>
        )}
      </p>
    </li>
  );
}

function chartSummary(compared: ComparedScope, hours: number): string {
  const { subreddit, statistics } = compared;
  const change = significantChange(compared);
  return (
    `${communityName(subreddit)} over ${windowName(hours)}: ${count(statistics.total)} items, ` +
    `${score(statistics.avg_sentiment)} on average` +
    (change === null ? "" : `, ${score(change)} against the time before`)
  );
}
