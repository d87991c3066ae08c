/** The figures of the compared communities. Each links to its posts. */

import { LABELS, NO_FILTER } from "../address";
import type { ComparedScope, TimeWindow, Totals } from "../api";
import { Link } from "../components/link";
import { ScrollRegion } from "../components/scroll_region";
import { Change, MeanChange, Score } from "../components/sentiment";
import { now } from "../cycles";
import {
  countChange,
  isComparable,
  scoredCount,
  significantShareChange,
  windowFilter,
} from "../figures";
import { communityName, count, share, windowName } from "../format";
import { address } from "../navigation";

export function Figures({ all, window }: { all: ComparedScope[]; window: TimeWindow }) {
  const { hours } = address.value;
  return (
    <section class="card" aria-labelledby="figures">
      <div class="card-head">
        <h2 id="figures">Figures</h2>
        <p class="muted">
          with the difference to the {windowName(hours)} before, in full hours; for shares in
          points, where chance doesn't explain it
        </p>
      </div>
      <ScrollRegion name="Figures of each community">
        <table class="wide">
          <thead>
            <tr>
              <th scope="col">Community</th>
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
              <Row key={compared.subreddit} compared={compared} window={window} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </section>
  );
}

function Row({ compared, window }: { compared: ComparedScope; window: TimeWindow }) {
  const { subreddit, statistics } = compared;
  const to = {
    view: "posts",
    subreddit,
    ...NO_FILTER,
    ...windowFilter(window, now.value),
  } as const;
  const items = { ...to, kind: "items" } as const;
  const comments = { ...to, kind: "comments" } as const;
  const isCompared = isComparable(compared);
  const change = (read: (totals: Totals) => number) =>
    isCompared && <Change value={countChange(compared, read)} digits={0} />;
  return (
    <tr>
      <th scope="row" class="community">
        <Link to={{ view: "communities", subject: null, subreddit }}>
          {communityName(subreddit)}
        </Link>
      </th>
      <td>
        <Score value={statistics.avg_sentiment} /> <MeanChange compared={compared} />
      </td>
      <td>
        <Link to={items}>{count(statistics.total)}</Link> {change((totals) => totals.total)}
      </td>
      <td>
        <Link to={to}>{count(statistics.posts)}</Link> {change((totals) => totals.posts)}
      </td>
      <td>
        <Link to={comments}>{count(statistics.comments)}</Link>{" "}
        {change((totals) => totals.comments)}
      </td>
      {LABELS.map((label) => {
        const counted = scoredCount(statistics);
        const points = isCompared ? significantShareChange(compared, label) : null;
        return (
          <td key={label}>
            <Link to={{ ...items, sentiment: label }}>{share(statistics[label], counted)}</Link>{" "}
            {points !== null && <Change value={points} digits={0} />}
          </td>
        );
      })}
    </tr>
  );
}
