/** The figures of the compared communities. Each links to its posts. */

import { LABELS, NO_FILTER } from "../address";
import type { ComparedScope, Comparison, MentionTotals, TimeWindow } from "../api";
import { Columns, LABEL_COLUMNS } from "../components/columns";
import { Link } from "../components/link";
import type { ScopeName } from "../components/scope_name";
import { ScrollRegion } from "../components/scroll_region";
import { Change, MeanChange, Score } from "../components/sentiment";
import { SpanThatWouldDo } from "../components/span_needed";
import { scopeAddress } from "../components/subject_links";
import { now } from "../cycles";
import {
  countChange,
  isComparable,
  scoredCount,
  significantShareChange,
  windowFilter,
} from "../figures";
import { baselineName, count, share } from "../format";
import { address } from "../navigation";

interface Props {
  all: ComparedScope[];
  nameOf: ScopeName;
  collected: Pick<Comparison, "window" | "before">;
}

export function Figures({ all, nameOf, collected: { window, before } }: Props) {
  const { hours } = address.value;
  return (
    <section class="card" aria-labelledby="figures">
      <div class="card-head">
        <h2 id="figures">Figures</h2>
        <p class="muted">
          with the difference to {baselineName(hours, before)}, in full hours; for shares in points,
          where chance doesn't explain it
        </p>
      </div>
      <ScrollRegion name="Figures of each">
        <table class="wide">
          <Columns names={["Name", "Average", "Items", "Posts", "Comments", ...LABEL_COLUMNS]} />
          <tbody>
            {all.map((compared) => (
              <Row
                key={compared.subreddit}
                compared={compared}
                name={nameOf(compared.subreddit)}
                window={window}
              />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </section>
  );
}

interface RowProps {
  compared: ComparedScope;
  name: string;
  window: TimeWindow;
}

function Row({ compared, name, window }: RowProps) {
  const { subreddit, statistics } = compared;
  const scope = scopeAddress(subreddit);
  const to = {
    view: "posts",
    ...scope,
    ...NO_FILTER,
    ...windowFilter(window, now.value),
  } as const;
  const items = { ...to, kind: "items" } as const;
  const posts = { ...to, kind: scope.subject ? "posts" : null } as const;
  const comments = { ...to, kind: "comments" } as const;
  const isCompared = isComparable(compared);
  const change = (read: (totals: MentionTotals) => number) =>
    isCompared && <Change value={countChange(compared, read)} digits={0} />;
  return (
    <tr>
      <th scope="row" class="community">
        <Link to={{ view: scope.subject ? "subjects" : "communities", ...scope }}>{name}</Link>
      </th>
      <td>
        <Score value={statistics.avg_sentiment} /> <MeanChange compared={compared} />{" "}
        <SpanThatWouldDo change={compared.change} end={window.end} />
      </td>
      <td>
        <Link to={items}>{count(statistics.total)}</Link> {change((totals) => totals.total)}
      </td>
      <td>
        <Link to={posts}>{count(statistics.posts)}</Link> {change((totals) => totals.posts)}
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
