/** What moved the mean: the subreddits that did, and by how much. */

import { address, NO_FILTER } from "../address";
import type { Compared } from "../api";
import { now } from "../cycles";
import { changeOf, moversOf, spanOf } from "../figures";
import { plural, signed, windowName } from "../format";
import { Link } from "../parts/link";
import { Change, Score } from "../parts/mood";
import { Empty, Shown, Skeleton } from "../parts/states";
import { useAllCompared } from "./all_compared";

const MAX_SHOWN = 5;

export function Why() {
  const { hours } = address.value;
  const compared = useAllCompared();
  return (
    <section class="card why" aria-labelledby="why">
      <div class="card-head">
        <h2 id="why">What moved it</h2>
        <p class="muted">by how much, of the change on the {windowName(hours)} before</p>
      </div>
      <Shown of={compared} skeleton={<Skeleton height={44} rows={MAX_SHOWN} />}>
        {({ compared: all, covered }) => {
          const movers = moversOf(all).slice(0, MAX_SHOWN);
          const largest = Math.max(...movers.map((mover) => Math.abs(mover.effect)));
          if (!movers.length)
            return (
              <Empty title="Nothing moved, as far as can be told.">{reasonOf(all, hours)}</Empty>
            );
          return (
            <ol class="movers">
              {movers.map(({ name, effect, compared: moved }) => (
                <li key={name}>
                  <Link
                    to={{
                      view: "posts",
                      subreddit: name,
                      ...NO_FILTER,
                      kind: "items",
                      ...spanOf(covered.window, now.value),
                    }}
                    class="mover"
                  >
                    <span class="mover-name">r/{name}</span>
                    <span class="mover-bar" aria-hidden="true">
                      <span
                        class={effect > 0 ? "positive" : "negative"}
                        style={{ width: `${(50 * Math.abs(effect)) / largest}%` }}
                      />
                    </span>
                    <span class="mover-effect">{signed(effect, 3)}</span>
                    <span class="mover-more muted">
                      <Score value={moved.statistics.avg_sentiment} />{" "}
                      <Change value={changeOf(moved)} />, {plural(moved.statistics.total, "item")}
                    </span>
                  </Link>
                </li>
              ))}
            </ol>
          );
        }}
      </Shown>
    </section>
  );
}

/** Why no subreddit's change is told. */
function reasonOf(all: Compared[], hours: number): string {
  const verdicts = new Set(all.map((each) => each.change?.verdict));
  if ([...verdicts].every((verdict) => verdict === "no_earlier_data")) {
    return `There is no data of the ${windowName(hours)} before to compare with.`;
  }
  if ([...verdicts].every((each) => each === "mixed_methods" || each === "no_earlier_data")) {
    return "Another method scored what was before.";
  }
  return "No subreddit changed by more than chance explains: two standard errors, of 30 items at least.";
}
