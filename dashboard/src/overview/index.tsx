/** The overview: how people feel, what changed, and why. */

import { address } from "../address";
import { type Comparison, comparisonPath } from "../api";
import { isBeforeTheFirst } from "../cycles";
import { useData } from "../data";
import { stepsOf } from "../figures";
import { Scope, Windows } from "../parts/head";
import { Shown, Skeleton } from "../parts/states";
import { FirstCollection } from "./first";
import { Multiples } from "./multiples";
import { Now } from "./now";
import { OverTime } from "./over_time";
import { Trending } from "./trending";
import { Why } from "./why";

export function Overview() {
  const { hours, subreddit } = address.value;
  const scope = subreddit ?? "all";
  const compared = useData<Comparison>(comparisonPath([scope], hours, stepsOf(hours).granularity));
  return (
    <div class="overview">
      <div class="bar">
        <h1>
          {subreddit
            ? `r/${compared.data?.subreddits[0]?.subreddit ?? subreddit}`
            : "All subreddits"}
        </h1>
        <Scope />
        <Windows />
      </div>
      {isBeforeTheFirst.value ? (
        <FirstCollection />
      ) : (
        <>
          <Shown
            of={compared}
            skeleton={<Skeleton height={420} />}
            otherwise="Choose another subreddit above."
          >
            {({ subreddits: [scoped], window }) =>
              scoped && (
                <div class="lead">
                  <Now compared={scoped} />
                  <OverTime compared={scoped} since={window.start} />
                </div>
              )
            }
          </Shown>
          <div class="reasons">
            {!subreddit && <Why />}
            <Trending />
          </div>
          <Multiples />
        </>
      )}
    </div>
  );
}
