/** Small multiples: every subreddit on the same scales, so that they compare at a glance. */

import { useMemo, useState } from "preact/hooks";
import { type Address, address, go, NO_FILTER } from "../address";
import type { Compared } from "../api";
import { MoodChart } from "../charts/mood";
import { now } from "../cycles";
import {
  changeOf,
  isComparable,
  limitOf,
  mostOf,
  type Span,
  spanOf,
  spansOf,
  wideStepsOf,
} from "../figures";
import { count, plural, score, windowName } from "../format";
import { Link } from "../parts/link";
import { MeanChange, Score } from "../parts/mood";
import { Shown, Skeleton } from "../parts/states";
import { itemsIn, stepName } from "../parts/steps";
import { type All, useAllCompared } from "./all_compared";
import { between } from "./over_time";

interface Multiple {
  compared: Compared;
  steps: Span[];
}

export function Multiples() {
  const compared = useAllCompared();
  return (
    <section class="card" aria-labelledby="multiples">
      <div class="card-head">
        <h2 id="multiples">Every subreddit</h2>
        <p class="muted">on one scale; choose one to look at it alone</p>
      </div>
      <Shown of={compared} skeleton={<Skeleton height={120} rows={4} />}>
        {(all) => <Charts {...all} />}
      </Shown>
    </section>
  );
}

function Charts({ compared: all, covered }: All) {
  const { hours } = address.value;
  const steps = wideStepsOf(hours);
  const multiples = useMemo<Multiple[]>(
    () =>
      all.map((compared) => ({
        compared,
        steps: spansOf(compared.trend_data ?? [], steps, covered),
      })),
    [all, hours, covered],
  );
  const trends = multiples.map((each) => each.steps);
  const [limit, most] = [limitOf(trends), mostOf(trends)];
  const [looked, look] = useState<number | null>(null);
  return (
    <ul class="multiples">
      {multiples.map(({ compared, steps: own }) => (
        <MultipleCard
          key={compared.subreddit}
          compared={compared}
          step={looked === null ? undefined : own[looked]}
          span={spanOf(covered.window, now.value)}
        >
          <MoodChart
            compact
            steps={own}
            seconds={steps.seconds}
            limit={limit}
            most={most}
            height={76}
            sync="multiples"
            onLook={look}
            onPick={(first, last) => {
              const span = between(own, first, last);
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
        </MultipleCard>
      ))}
    </ul>
  );
}

interface CardProps {
  compared: Compared;
  step: Span | undefined;
  /** What narrows the posts down to the window. */
  span: Partial<Address>;
  children: preact.ComponentChildren;
}

function MultipleCard({ compared, step, span, children }: CardProps) {
  const { hours, subreddit: chosen } = address.value;
  const { subreddit, statistics } = compared;
  const isLookedAt = chosen?.toLowerCase() === subreddit.toLowerCase();
  return (
    <li class={`multiple ${isLookedAt ? "chosen" : ""}`}>
      <div class="multiple-head">
        <h3>
          <Link to={{ subreddit }} {...(isLookedAt ? { "aria-current": "true" as const } : {})}>
            r/{subreddit}
          </Link>
        </h3>
        <Score value={step ? step.avg_sentiment : statistics.avg_sentiment} />
      </div>
      <div role="img" aria-label={summaryOf(compared, hours)}>
        {children}
      </div>
      <p class="multiple-more muted">
        {step ? (
          `${stepName(step)} · ${itemsIn(step)}`
        ) : (
          <>
            {isComparable(compared) && (
              <>
                <MeanChange of={compared} /> ·{" "}
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

function summaryOf(compared: Compared, hours: number): string {
  const { subreddit, statistics } = compared;
  const change = changeOf(compared);
  return (
    `r/${subreddit} over ${windowName(hours)}: ${count(statistics.total)} items, ` +
    `${score(statistics.avg_sentiment)} on average` +
    (change === null ? "" : `, ${score(change)} against the time before`)
  );
}
