/** Over time: the mean and the volume, step by step; each step and each span leads to its posts. */

import { useMemo, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { address, go, NO_FILTER } from "../address";
import type { Compared, Step } from "../api";
import { chartKeys } from "../charts/keys";
import { MoodChart } from "../charts/mood";
import { limitOf, mostOf, stepsOf } from "../figures";
import { clock, count, day, moment, plural, score, windowName, ZONE } from "../format";
import { Link } from "../parts/link";

export function OverTime({ compared }: { compared: Compared }) {
  const { hours } = address.value;
  const steps = compared.trend_data ?? [];
  const { seconds } = stepsOf(hours);
  const [looked, look] = useState<number | null>(null);
  const plot = useRef<uPlot | null>(null);
  const limit = useMemo(() => limitOf([steps]), [steps]);
  const pick = (first: number, last: number) => {
    const span = spanOf(steps, first, last, seconds);
    if (span) go({ view: "posts", ...NO_FILTER, ...span });
  };
  const step = looked === null ? undefined : steps[looked];
  return (
    <section class="card over-time" aria-labelledby="over-time">
      <div class="card-head">
        <h2 id="over-time">Over time</h2>
        <p class="readout" aria-live="polite">
          {step ? (
            told(step, seconds)
          ) : (
            <span class="muted">Click a point, or drag over a span, for its posts</span>
          )}
        </p>
      </div>
      <div
        class="chart"
        role="group"
        aria-roledescription="chart"
        aria-label={`${summaryOf(compared, hours)} Arrow keys read it step by step, Enter opens a step's posts.`}
        tabIndex={0}
        onKeyDown={chartKeys(plot, (at) => pick(at, at))}
      >
        <MoodChart
          steps={steps}
          seconds={seconds}
          limit={limit}
          most={mostOf([steps])}
          height={280}
          onLook={look}
          onPick={pick}
          plot={plot}
        />
      </div>
      <details class="table-of">
        <summary>The figures as a table</summary>
        <StepsTable steps={steps} seconds={seconds} />
      </details>
    </section>
  );
}

/** The time from the beginning of one step to the end of another, as the posts' filter takes it. */
export function spanOf(steps: Step[], first: number, last: number, seconds: number) {
  const [from, to] = [steps[first], steps[last]];
  if (!from || !to) return null;
  const iso = (time: number) => new Date(time).toISOString().replace(".000Z", "Z");
  return { start: iso(Date.parse(from.start)), end: iso(Date.parse(to.start) + seconds * 1000) };
}

function whenOf(step: Step, seconds: number): string {
  if (seconds > 3600) return day(step.start);
  return `${moment(step.start)}–${clock(Date.parse(step.start) + seconds * 1000)}`;
}

function told(step: Step, seconds: number): string {
  return (
    `${whenOf(step, seconds)}: ${score(step.avg_sentiment)} on average, ` +
    `${plural(step.posts, "post")} and ${plural(step.comments, "comment")} ` +
    `(${count(step.positive)} positive, ${count(step.neutral)} neutral, ${count(step.negative)} negative)`
  );
}

function summaryOf({ subreddit, statistics, trend_data }: Compared, hours: number): string {
  const steps = (trend_data ?? []).filter((step) => step.avg_sentiment !== null);
  const by = (a: Step, b: Step) => (a.avg_sentiment ?? 0) - (b.avg_sentiment ?? 0);
  const [lowest, highest] = [[...steps].sort(by)[0], [...steps].sort(by).at(-1)];
  const of = subreddit === "all" ? "all subreddits" : `r/${subreddit}`;
  const start = `Sentiment and volume of ${of} over ${windowName(hours)}: ${count(statistics.total)} items`;
  if (!lowest || !highest) return `${start}.`;
  return (
    `${start}, ${score(statistics.avg_sentiment)} on average; lowest ${score(lowest.avg_sentiment)} ` +
    `at ${moment(lowest.start)}, highest ${score(highest.avg_sentiment)} at ${moment(highest.start)}.`
  );
}

function StepsTable({ steps, seconds }: { steps: Step[]; seconds: number }) {
  return (
    <div class="scrolls" tabIndex={0}>
      <table>
        <caption class="hidden">Sentiment and volume over time, in the time zone {ZONE}</caption>
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
          {steps.toReversed().map((step, back) => {
            const span = spanOf(steps, steps.length - 1 - back, steps.length - 1 - back, seconds);
            const to = { view: "posts", ...NO_FILTER, ...span } as const;
            return (
              <tr key={step.start}>
                <th scope="row">{whenOf(step, seconds)}</th>
                <td>{score(step.avg_sentiment)}</td>
                <td>{step.total ? <Link to={to}>{count(step.total)}</Link> : "0"}</td>
                <td>{count(step.positive)}</td>
                <td>{count(step.neutral)}</td>
                <td>{count(step.negative)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
