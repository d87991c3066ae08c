/** The figures of the compared subreddits side by side, each with its posts. */

import { address, LABELS, NO_FILTER } from "../address";
import type { Compared } from "../api";
import { countedIn, isComparable } from "../figures";
import { count, share, windowName } from "../format";
import { Link } from "../parts/link";
import { Change, MeanChange, Score } from "../parts/mood";
import { Scrolls } from "../parts/scrolls";

export function Figures({ all }: { all: Compared[] }) {
  const { hours } = address.value;
  return (
    <section class="card" aria-labelledby="figures">
      <div class="card-head">
        <h2 id="figures">Figures</h2>
        <p class="muted">
          with the difference to the {windowName(hours)} before (of shares: in points)
        </p>
      </div>
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
    </section>
  );
}

function Row({ compared }: { compared: Compared }) {
  const { subreddit, statistics, difference, previous } = compared;
  const to = { view: "posts", subreddit, ...NO_FILTER } as const;
  const compares = isComparable(compared);
  const labelsCompare = compares && !difference.mixed_methods && countedIn(previous) > 0;
  const change = (value: number) => compares && <Change value={value} digits={0} />;
  return (
    <tr>
      <th scope="row">
        <Link to={{ view: "overview", subreddit }}>r/{subreddit}</Link>
      </th>
      <td>
        <Score value={statistics.avg_sentiment} /> <MeanChange of={compared} />
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
        const items = countedIn(statistics);
        const [now, before] = [statistics[label] / items, previous[label] / countedIn(previous)];
        return (
          <td key={label}>
            <Link to={{ ...to, sentiment: label }}>{share(statistics[label], items)}</Link>{" "}
            {labelsCompare && items > 0 && <Change value={100 * (now - before)} digits={0} />}
          </td>
        );
      })}
    </tr>
  );
}
