/** The overview: how people feel, what changed, and why. */

import type { Comparison } from "../api";
import { DataState, Skeleton } from "../components/data_state";
import { SubredditPicker, WindowPicker } from "../components/header";
import { MixedMethods, methodNames } from "../components/methods";
import { isFirstRun } from "../cycles";
import { address } from "../navigation";
import { useAllTrends, useTopics, useTrends } from "../queries";
import { Contributors } from "./contributors";
import { FirstRun } from "./first_run";
import { OverTime } from "./over_time";
import { SmallMultiples } from "./small_multiples";
import { Summary } from "./summary";
import { Trending } from "./trending";

export function Overview() {
  const { hours, subreddit } = address.value;
  const scope = subreddit ?? "all";
  const compared = useTrends([scope], hours);
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
            {(comparison) => {
              const [scoped] = comparison.subreddits;
              return (
                scoped && (
                  <div class="lead">
                    <Summary compared={scoped} collected={comparison} />
                    <OverTime compared={scoped} collected={comparison} />
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

/** Warn of mixed methods in anything that this view averages: scope, subreddits and topics. */
function Methods({ comparison }: { comparison: Comparison | undefined }) {
  const all = useAllTrends(address.value.hours).data?.compared ?? [];
  const topics = useTopics().data ?? [];
  const scopes = [...(comparison?.subreddits ?? []), ...all];
  const windows = scopes.flatMap((each) => [each.statistics, each.previous]);
  return <MixedMethods methods={methodNames([...windows, ...topics])} />;
}
