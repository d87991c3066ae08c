/** Compare: two to five subreddits in one chart, and their figures side by side. */

import { useMemo, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { address, go, LABELS, MOST_COMPARED_HERE, NO_FILTER } from "./address";
import { type Compared, type Comparison, comparisonPath, SUBREDDITS, type Subreddits } from "./api";
import { chartKeys } from "./charts/keys";
import { DASHES, LinesChart } from "./charts/lines";
import { useData } from "./data";
import {
  changeOf,
  isComparable,
  limitOf,
  type Span,
  spansOf,
  stepsOf,
  wideStepsOf,
} from "./figures";
import { count, plural, score, share, stepName, windowName } from "./format";
import { Windows } from "./parts/head";
import { Link } from "./parts/link";
import { Change, Score } from "./parts/mood";
import { Scrolls } from "./parts/scrolls";
import { Empty, Failed, Shown, Skeleton } from "./parts/states";

const FEWEST = 2;
/** What is compared until one chooses: the busiest. */
const FIRST_CHOSEN = 3;

export function Compare() {
  const names = useData<Subreddits>(SUBREDDITS);
  const { hours } = address.value;
  const chosen = chosenOf(names.data);
  const enough = chosen.length >= FEWEST;
  const compared = useData<Comparison>(
    enough ? comparisonPath(chosen, hours, stepsOf(hours).granularity) : null,
  );
  return (
    <div class="compare">
      <div class="bar">
        <h1>Compare</h1>
        <Windows />
      </div>
      <Shown of={names} skeleton={<Skeleton height={60} />}>
        {({ subreddits }) => <Choice names={subreddits} chosen={chosen} />}
      </Shown>
      {names.data && !enough ? (
        <Empty title="Choose two subreddits at least." />
      ) : compared.data ? (
        <Side all={compared.data.subreddits} since={compared.data.window.start} />
      ) : compared.failure ? (
        <Failed failure={compared.failure}>
          <Link to={{ compare: [] }}>Begin anew</Link>
        </Failed>
      ) : (
        <Skeleton height={420} />
      )}
    </div>
  );
}

function chosenOf(names: Subreddits | undefined): string[] {
  const { compare } = address.value;
  if (compare.length || !names) {
    const folded = compare.map((name) => name.toLowerCase());
    return compare.filter((_, at) => folded.indexOf(folded[at] ?? "") === at);
  }
  const busiest = names.details.toSorted((a, b) => b.items_24h - a.items_24h);
  return busiest.slice(0, FIRST_CHOSEN).map((each) => each.name);
}

function Choice({ names, chosen }: { names: string[]; chosen: string[] }) {
  const isChosen = (name: string) =>
    chosen.some((each) => each.toLowerCase() === name.toLowerCase());
  const isFull = chosen.length >= MOST_COMPARED_HERE;
  return (
    <fieldset class="choice">
      <legend>
        Two to five subreddits <span class="muted">({chosen.length} chosen)</span>
      </legend>
      {names.map((name) => (
        <label key={name} class="chip">
          <input
            type="checkbox"
            checked={isChosen(name)}
            // Without the last one, the busiest would come back.
            disabled={isChosen(name) ? chosen.length === 1 : isFull}
            onChange={(event) => {
              const others = chosen.filter((each) => each.toLowerCase() !== name.toLowerCase());
              go({ compare: event.currentTarget.checked ? [...others, name] : others });
            }}
          />
          r/{name}
        </label>
      ))}
    </fieldset>
  );
}

interface Trend {
  name: string;
  steps: Span[];
}

function Side({ all, since }: { all: Compared[]; since: string }) {
  const { hours } = address.value;
  const steps = wideStepsOf(hours);
  const trends = useMemo<Trend[]>(
    () =>
      all.map(({ subreddit, trend_data }) => ({
        name: subreddit,
        steps: spansOf(trend_data ?? [], steps, since),
      })),
    [all, hours, since],
  );
  const plot = useRef<uPlot | null>(null);
  const [looked, look] = useState<number | null>(null);
  const span = looked === null ? undefined : trends[0]?.steps[looked];
  const means = all.map((each) => `r/${each.subreddit} ${score(each.statistics.avg_sentiment)}`);
  return (
    <>
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
        <div
          class="chart"
          role="application"
          aria-roledescription="chart"
          aria-label={`Average sentiment over ${windowName(hours)}: ${means.join(", ")}. Arrow keys read it step by step.`}
          tabIndex={0}
          onKeyDown={chartKeys(plot)}
        >
          <LinesChart
            trends={trends}
            seconds={steps.seconds}
            limit={limitOf(trends.map((trend) => trend.steps))}
            height={320}
            onLook={look}
            plot={plot}
          />
        </div>
        <details class="table-of">
          <summary>The figures as a table</summary>
          <StepsTable trends={trends} />
        </details>
      </section>
      <section class="card" aria-labelledby="figures">
        <div class="card-head">
          <h2 id="figures">Figures</h2>
          <p class="muted">
            with the difference to the {windowName(hours)} before (of shares: in points)
          </p>
        </div>
        <Table all={all} />
      </section>
    </>
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
  if (!step?.total) return <>{score(null)}</>;
  const { start, end, total, avg_sentiment } = step;
  return (
    <>
      {score(avg_sentiment)}{" "}
      <Link to={{ view: "posts", subreddit, ...NO_FILTER, start, end }}>
        {plural(total, "item")}
      </Link>
    </>
  );
}

function Table({ all }: { all: Compared[] }) {
  return (
    <Scrolls name="Figures of each subreddit">
      <table class="wide">
        <thead>
          <tr>
            <th scope="col">Subreddit</th>
            <th scope="col">Average</th>
            <th scope="col">Items</th>
            <th scope="col">Posts</th>
            <th scope="col">Comments</th>
            <th scope="col">Positive</th>
            <th scope="col">Neutral</th>
            <th scope="col">Negative</th>
          </tr>
        </thead>
        <tbody>
          {all.map((compared) => (
            <Row key={compared.subreddit} compared={compared} />
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

function Row({ compared }: { compared: Compared }) {
  const { subreddit, statistics, difference, previous } = compared;
  const to = { view: "posts", subreddit, ...NO_FILTER } as const;
  const compares = isComparable(compared);
  const change = (value: number) => compares && <Change value={value} digits={0} />;
  return (
    <tr>
      <th scope="row">
        <Link to={{ view: "overview", subreddit }}>r/{subreddit}</Link>
      </th>
      <td>
        <Score value={statistics.avg_sentiment} /> <Change value={changeOf(compared)} />
      </td>
      <td>
        <Link to={to}>{count(statistics.total)}</Link> {change(difference.total)}
      </td>
      <td>
        <Link to={to}>{count(statistics.posts)}</Link> {change(difference.posts)}
      </td>
      <td>
        <Link to={to}>{count(statistics.comments)}</Link> {change(difference.comments)}
      </td>
      {LABELS.map((label) => {
        const [now, before] = [
          statistics[label] / statistics.total,
          previous[label] / previous.total,
        ];
        return (
          <td key={label}>
            <Link to={{ ...to, sentiment: label }}>
              {share(statistics[label], statistics.total)}
            </Link>{" "}
            {compares && statistics.total > 0 && <Change value={100 * (now - before)} digits={0} />}
          </td>
        );
      })}
    </tr>
  );
}
