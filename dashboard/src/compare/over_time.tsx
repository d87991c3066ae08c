/** The means of the compared subreddits over time, in one chart and as a table. */

import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { address, NO_FILTER } from "../address";
import type { Compared } from "../api";
import { DASHES, LinesChart } from "../charts/lines";
import { Readable, useLooked } from "../charts/readable";
import { type Covered, limitOf, type Span, spansOf, wideStepsOf } from "../figures";
import { count, plural, score, windowName } from "../format";
import { Link } from "../parts/link";
import { Score } from "../parts/mood";
import { Scrolls } from "../parts/scrolls";
import { NOT_COLLECTED, stepName } from "../parts/steps";

interface Trend {
  name: string;
  steps: Span[];
}

export function MeansOverTime({ all, covered }: { all: Compared[]; covered: Covered }) {
  const { hours } = address.value;
  const steps = wideStepsOf(hours);
  const trends = useMemo<Trend[]>(
    () =>
      all.map(({ subreddit, trend_data }) => ({
        name: subreddit,
        steps: spansOf(trend_data ?? [], steps, covered),
      })),
    [all, hours, covered],
  );
  const plot = useRef<uPlot | null>(null);
  const [looked, look] = useLooked(`${all.map(({ subreddit }) => subreddit)} ${hours}`);
  const span = looked === null ? undefined : trends[0]?.steps[looked];
  const means = all.map((each) => `r/${each.subreddit} ${score(each.statistics.avg_sentiment)}`);
  return (
    <section class="card" aria-labelledby="lines">
      <div class="card-head">
        <h2 id="lines">Average sentiment</h2>
        <p class="readout" aria-live="polite">
          {span ? (
            <>
              {stepName(span)}
              <span class="hidden">
                : {trends.map((trend) => meanAt(trend, looked)).join(", ")}
              </span>
            </>
          ) : (
            <span class="muted">over {windowName(hours)}</span>
          )}
        </p>
      </div>
      <Readable
        name={`Average sentiment over ${windowName(hours)}: ${means.join(", ")}. Arrow keys read it step by step.`}
        plot={plot}
        legend={
          <ul class="legend">
            {trends.map(({ name, steps: own }, number) => {
              const step = looked === null ? undefined : own[looked];
              return (
                <li key={name}>
                  <svg viewBox="0 0 28 8" aria-hidden="true">
                    <path
                      d="M0 4h28"
                      class={`line-${number + 1}`}
                      stroke-dasharray={(DASHES[number] ?? []).join(" ")}
                    />
                  </svg>
                  r/{name}
                  {step && <Score value={step.avg_sentiment} />}
                  {step && <span class="muted">{count(step.total)} items</span>}
                </li>
              );
            })}
          </ul>
        }
        table={<StepsTable trends={trends} />}
      >
        <LinesChart
          trends={trends}
          seconds={steps.seconds}
          limit={limitOf(trends.map((trend) => trend.steps))}
          height={320}
          onLook={look}
          plot={plot}
        />
      </Readable>
    </section>
  );
}

function meanAt({ name, steps }: Trend, at: number | null): string {
  return `r/${name} ${score(steps[at ?? 0]?.avg_sentiment ?? null)}`;
}

function StepsTable({ trends }: { trends: Trend[] }) {
  const steps = trends[0]?.steps ?? [];
  return (
    <Scrolls name="Average sentiment over time">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            {trends.map(({ name }) => (
              <th scope="col" key={name}>
                r/{name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((span, at) => (
            <tr key={span.end}>
              <th scope="row">{stepName(span)}</th>
              {trends.map(({ name, steps: own }) => (
                <td key={name}>
                  <StepCell subreddit={name} step={own[at]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

function StepCell({ subreddit, step }: { subreddit: string; step: Span | undefined }) {
  if (step?.isUnknown) return <>{NOT_COLLECTED}</>;
  if (!step?.total) return <>{score(null)}</>;
  const { start, end, total, avg_sentiment } = step;
  return (
    <>
      {score(avg_sentiment)}{" "}
      <Link to={{ view: "posts", subreddit, ...NO_FILTER, kind: "items", start, end }}>
        {plural(total, "item")}
      </Link>
    </>
  );
}
