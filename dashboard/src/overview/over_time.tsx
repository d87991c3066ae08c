/** Over time: the mean and the volume, step by step; each step and each span leads to its posts. */

import { useMemo, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { address, go, LABELS, NO_FILTER } from "../address";
import type { Compared, Totals } from "../api";
import { MoodChart } from "../charts/mood";
import { Readable, useLooked } from "../charts/readable";
import { type Covered, limitOf, mostOf, type Span, spansOf, stepsOf, summed } from "../figures";
import { count, plural, score, spanName, windowName } from "../format";
import { Link } from "../parts/link";
import { Scrolls } from "../parts/scrolls";
import { NOT_COLLECTED, stepName } from "../parts/steps";

interface Props {
  compared: Compared;
  covered: Covered;
}

export function OverTime({ compared, covered }: Props) {
  const { hours } = address.value;
  const { seconds } = stepsOf(hours);
  const steps = useMemo(
    () => spansOf(compared.trend_data ?? [], stepsOf(hours), covered),
    [compared, hours, covered],
  );
  const [looked, look] = useLooked(`${compared.subreddit} ${hours}`);
  const plot = useRef<uPlot | null>(null);
  const limit = useMemo(() => limitOf([steps]), [steps]);
  const pick = (first: number, last: number) => {
    const span = between(steps, first, last);
    if (span) go({ view: "posts", ...NO_FILTER, kind: "items", ...span });
  };
  const [dragged, drag] = useState<[number, number] | null>(null);
  const span = dragged && toldSpan(steps, ...dragged);
  const step = looked === null ? undefined : steps[looked];
  return (
    <section class="card over-time" aria-labelledby="over-time">
      <div class="card-head">
        <h2 id="over-time">Over time</h2>
        <p class="readout" aria-live="polite">
          {span ? span : step ? told(step) : <span class="muted">{HINT}</span>}
        </p>
      </div>
      <Readable
        name={`${summaryOf(compared, steps, hours)} Arrow keys read it step by step, Enter opens a step's posts.`}
        plot={plot}
        onPick={(at) => pick(at, at)}
        table={<StepsTable steps={steps} />}
      >
        <MoodChart
          steps={steps}
          seconds={seconds}
          limit={limit}
          most={mostOf([steps])}
          height={320}
          onLook={look}
          onDrag={drag}
          onPick={pick}
          plot={plot}
        />
      </Readable>
    </section>
  );
}

/** The time from the beginning of one step to the end of another, as the posts' filter takes it. */
export function between(steps: Span[], first: number, last: number) {
  const [from, to] = [steps[first], steps[last]];
  return from && to ? { start: from.start, end: to.end } : null;
}

/** A finger can't point without a tap. */
const HINT = matchMedia("(hover: none)").matches
  ? "Tap a point to read it, and again for its posts"
  : "Click a point, or drag over a span, for its posts";

function told(step: Span): string {
  return step.isUnknown ? `${stepName(step)}: ${NOT_COLLECTED}` : toldOf(stepName(step), step);
}

/** What lies between two steps, both included. */
function toldSpan(steps: Span[], first: number, last: number): string | null {
  const span = between(steps, first, last);
  return span && toldOf(spanName(span.start, span.end), summed(steps.slice(first, last + 1)));
}

function toldOf(name: string, step: Totals): string {
  return (
    `${name}: ${score(step.avg_sentiment)} on average, ` +
    `${plural(step.posts, "post")} and ${plural(step.comments, "comment")} ` +
    `(${count(step.positive)} positive, ${count(step.neutral)} neutral, ${count(step.negative)} negative)`
  );
}

function summaryOf({ subreddit, statistics }: Compared, steps: Span[], hours: number): string {
  const ranked = steps
    .filter((step) => step.avg_sentiment !== null)
    .sort((a, b) => (a.avg_sentiment ?? 0) - (b.avg_sentiment ?? 0));
  const [lowest, highest] = [ranked[0], ranked.at(-1)];
  const of = subreddit === "all" ? "all subreddits" : `r/${subreddit}`;
  const start = `Sentiment and volume of ${of} over ${windowName(hours)}: ${count(statistics.total)} items`;
  if (!lowest || !highest) return `${start}.`;
  return (
    `${start}, ${score(statistics.avg_sentiment)} on average; lowest ${score(lowest.avg_sentiment)} ` +
    `on ${stepName(lowest)}, highest ${score(highest.avg_sentiment)} on ${stepName(highest)}.`
  );
}

function StepsTable({ steps }: { steps: Span[] }) {
  return (
    <Scrolls name="Sentiment and volume over time">
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
          {steps.toReversed().map((step) => {
            const { start, end, total } = step;
            const to = { view: "posts", ...NO_FILTER, kind: "items", start, end } as const;
            return (
              <tr key={end}>
                <th scope="row">{stepName(step)}</th>
                <td>{score(step.avg_sentiment)}</td>
                <td>
                  {step.isUnknown ? (
                    NOT_COLLECTED
                  ) : total ? (
                    <Link to={to}>{count(total)}</Link>
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
    </Scrolls>
  );
}
