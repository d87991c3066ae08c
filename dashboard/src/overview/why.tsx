/** What moved the mean: the subreddits that did, and by how much. */

import { address, NO_FILTER } from "../address";
import { changeOf, moversOf } from "../figures";
import { plural, signed, windowName } from "../format";
import { Link } from "../parts/link";
import { Change, Score } from "../parts/mood";
import { Empty, Shown, Skeleton } from "../parts/states";
import { useAllCompared } from "./all_compared";

const MOST_SHOWN = 5;

export function Why() {
  const { hours } = address.value;
  const compared = useAllCompared();
  return (
    <section class="card why" aria-labelledby="why">
      <div class="card-head">
        <h2 id="why">What moved it</h2>
        <p class="muted">by how much, of the change on the {windowName(hours)} before</p>
      </div>
      <Shown of={compared} skeleton={<Skeleton height={44} rows={MOST_SHOWN} />}>
        {({ compared: all }) => {
          const movers = moversOf(all).slice(0, MOST_SHOWN);
          const largest = Math.max(...movers.map((mover) => Math.abs(mover.effect)));
          if (!movers.length)
            return (
              <Empty title="Nothing moved, as far as can be told.">
                There is no data of the {windowName(hours)} before to compare with, another method
                scored it, or nothing changed.
              </Empty>
            );
          return (
            <ol class="movers">
              {movers.map(({ name, effect, compared: moved }) => (
                <li key={name}>
                  <Link to={{ view: "posts", subreddit: name, ...NO_FILTER }} class="mover">
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
