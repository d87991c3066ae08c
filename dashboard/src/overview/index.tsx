/** The overview: how people feel, what changed, and why. */

import { address } from "../address";
import { type Comparison, comparisonPath, type Topic, TRENDING } from "../api";
import { isBeforeTheFirst } from "../cycles";
import { useData } from "../data";
import { stepsOf } from "../figures";
import { Scope, Windows } from "../parts/head";
import { MixedMethods, methodsOf } from "../parts/methods";
import { Shown, Skeleton } from "../parts/states";
import { useAllCompared } from "./all_compared";
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
          <Methods of={compared.data} />
          <Shown
            of={compared}
            skeleton={
              <div class="lead-skeleton">
                <Skeleton height={0} />
              </div>
            }
            otherwise="Choose another subreddit above."
          >
            {(covered) => {
              const [scoped] = covered.subreddits;
              return (
                scoped && (
                  <div class="lead">
                    <Now compared={scoped} covered={covered} />
                    <OverTime compared={scoped} covered={covered} />
                  </div>
                )
              );
            }}
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

/** Of everything that this view averages: the scope, every subreddit, and the topics. */
function Methods({ of }: { of: Comparison | undefined }) {
  const all = useAllCompared().data?.compared ?? [];
  const topics = useData<Topic[]>(TRENDING).data ?? [];
  const compared = [...(of?.subreddits ?? []), ...all];
  const windows = compared.flatMap((each) => [each.statistics, each.previous]);
  return <MixedMethods methods={methodsOf([...windows, ...topics])} />;
}
