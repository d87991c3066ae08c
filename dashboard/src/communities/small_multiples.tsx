/** Small multiples: one chart for each community, all on the same scales. */

import { useMemo, useState } from "preact/hooks";
import { type Address, NO_FILTER } from "../address";
import type { ComparedScope, TimeWindow } from "../api";
import type { Selection } from "../charts/accessible_chart";
import { ChartCaption } from "../charts/caption";
import { SentimentChart } from "../charts/sentiment_chart";
import { DataState, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { ScopesTable } from "../components/scopes_table";
import { MeanChange, Score } from "../components/sentiment";
import { SpanReadout } from "../components/span_readout";
import { stepItems, stepTime } from "../components/step_text";
import { now } from "../cycles";
import {
  type ChartStep,
  chartSteps,
  firstSince,
  isComparable,
  maxVolume,
  sentimentLimit,
  significantChange,
  stepSeconds,
  stepsSpan,
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
  const seconds = stepSeconds(collected.granularity ?? "hour");
  const panels = useMemo<Panel[]>(
    () =>
      all.map((compared) => ({
        compared,
        steps: chartSteps(compared.trend_data ?? [], collected, compared.coverage, firstSince(all)),
      })),
    [all, hours, collected],
  );
  const trends = panels.map((each) => each.steps);
  const [limit, most] = [sentimentLimit(trends), maxVolume(trends)];
  const [activeStep, setActiveStep] = useState<number | null>(null);
  const [held, setHeld] = useState<{ community: string; selection: Selection }>();
  const placed = placeMarkers(useMarkers(), stepsRange(trends[0] ?? [], seconds));
  const table = panels.map(({ compared: { subreddit }, steps }) => ({
    scope: subreddit,
    name: communityName(subreddit),
    steps,
  }));
  return (
    <>
      <ChartCaption granularity={collected.granularity} />
      <ul class="small-multiples">
        {panels.map(({ compared, steps }) => {
          const { subreddit } = compared;
          const selection = held?.community === subreddit ? held.selection : null;
          return (
            <ChartCard
              key={subreddit}
              compared={compared}
              placed={placed}
              step={activeStep === null ? undefined : steps[activeStep]}
              span={windowFilter(collected.window, now.value)}
              readout={
                selection && (
                  <SpanReadout
                    scope={subreddit}
                    selection={selection}
                    steps={steps}
                    collected={collected}
                  />
                )
              }
            >
              <SentimentChart
                compact
                steps={steps}
                seconds={seconds}
                limit={limit}
                maxVolume={most}
                height={76}
                syncKey="multiples"
                onActiveStep={setActiveStep}
                selected={selection?.range ?? null}
                onSelect={(range, isDragging) =>
                  setHeld(
                    range ? { community: subreddit, selection: { range, isDragging } } : undefined,
                  )
                }
                onOpen={(at) => openPosts(subreddit, stepsSpan(steps, [at, at]))}
              />
            </ChartCard>
          );
        })}
      </ul>
      <details class="table-of">
        <summary>The figures as a table</summary>
        <ScopesTable name="Every community over time" trends={table} placed={placed} />
      </details>
    </>
  );
}

function openPosts(subreddit: string, span: TimeWindow | null): void {
  if (span) go({ view: "posts", ...NO_FILTER, kind: "items", subreddit, ...span });
}

interface CardProps {
  compared: ComparedScope;
  step: ChartStep | undefined;
  placed: PlacedMarker[];
  /** The filter that limits posts to the window. */
  span: Partial<Address>;
  /** What is read out of a selected span. */
  readout: preact.ComponentChildren;
  children: preact.ComponentChildren;
}

function ChartCard({ compared, step, placed, span, readout, children }: CardProps) {
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
      <p class="small-multiple-more muted" aria-live="polite">
        {readout ? (
          readout
        ) : step ? (
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
