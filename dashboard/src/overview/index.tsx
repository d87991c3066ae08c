/** The overview: how people feel, what changed, and why. */

import { address } from "../address";
import { type Comparison, comparisonPath, type Topic, TRENDING } from "../api";
import { DataState, Skeleton } from "../components/data_state";
import { SubredditPicker, WindowPicker } from "../components/header";
import { MixedMethods, methodNames } from "../components/methods";
import { isFirstRun } from "../cycles";
import { useData } from "../data";
import { stepSize } from "../figures";
import { useAllCompared } from "./all_compared";
import { Contributors } from "./contributors";
import { FirstRun } from "./first_run";
import { OverTime } from "./over_time";
import { SmallMultiples } from "./small_multiples";
import { Summary } from "./summary";
import { Trending } from "./trending";

export function Overview() {
  const { hours, subreddit } = address.value;
  const scope = subreddit ?? "all";
  const compared = useData<Comparison>(comparisonPath([scope], hours, stepSize(hours).granularity));
  return (
    <div class="overview">
      <div class="bar">
        <h1>
          {subreddit
            ? `r/${compared.data?.subreddits[0]?.subreddit ?? subreddit}`
            : "All subreddits"}
        </h1>
        <SubredditPicker />
        <WindowPicker />
      </div>
      {isFirstRun.value ? (
        <FirstRun />
      ) : (
        <>
          <Methods comparison={compared.data} />
          <DataState
            state={compared}
            skeleton={
              <div class="lead-skeleton">
                <Skeleton height={0} />
              </div>
            }
            hint="Choose another subreddit above."
          >
            {(covered) => {
              const [scoped] = covered.subreddits;
              return (
                scoped && (
                  <div class="lead">
                    <Summary compared={scoped} covered={covered} />
                    <OverTime compared={scoped} covered={covered} />
                  </div>
                )
              );
            }}
          </DataState>
          <div class="reasons">
            {!subreddit && <Contributors />}
            <Trending />
          </div>
          <SmallMultiples />
        </>
      )}
    </div>
  );
}

/** Of everything that this view averages: the scope, every subreddit, and the topics. */
function Methods({ comparison }: { comparison: Comparison | undefined }) {
  const all = useAllCompared().data?.compared ?? [];
  const topics = useData<Topic[]>(TRENDING).data ?? [];
  const scopes = [...(comparison?.subreddits ?? []), ...all];
  const windows = scopes.flatMap((each) => [each.statistics, each.previous]);
  return <MixedMethods methods={methodNames([...windows, ...topics])} />;
}
