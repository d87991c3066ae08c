/** The communities: how people feel there, what changed, and why. */

import { type Address, NO_FILTER } from "../address";
import type { Comparison } from "../api";
import { DataState, Skeleton } from "../components/data_state";
import { KindsCard } from "../components/kinds";
import { MixedMethods, methodNames } from "../components/methods";
import { Outages } from "../components/outages";
import { OverTime } from "../components/over_time";
import { CommunityPicker } from "../components/pickers";
import { type Compared, WindowPicker } from "../components/window_picker";
import { isFirstRun } from "../cycles";
import { communityName } from "../format";
import { BeforeAndAfter } from "../markers/effect";
import { address } from "../navigation";
import { useAllTrends, useStats, useTopics, useTrends } from "../queries";
import { Reasons } from "../reasons/card";
import { TopicsCard } from "../topics/card";
import { TrendingCard } from "../trending/card";
import { Contributors } from "./contributors";
import { FirstRun, WhatToWatch } from "./first_run";
import { SmallMultiples } from "./small_multiples";
import { Summary } from "./summary";

export function Communities() {
  const { hours, subreddit: community } = address.value;
  const scope = community ?? "all";
  const compared = useTrends([scope], hours);
  // What can't be asked for, as an unknown community, is said once.
  const isRefused = compared.error?.isTransient === false;
  return (
    <div class="communities">
      <div class="bar">
        <h1>
          {community
            ? communityName(compared.data?.subreddits[0]?.subreddit ?? community)
            : "All communities"}
        </h1>
        <CommunityPicker />
        <WindowPicker answer={isRefused ? undefined : answerOf(compared.data)} />
      </div>
      <Outages />
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
            hint="Choose another community above."
          >
            {(comparison) => {
              const [scoped] = comparison.subreddits;
              return (
                scoped && (
                  <div class="lead">
                    <Summary compared={scoped} collected={comparison} />
                    <OverTime
                      compared={scoped}
                      name={community ? communityName(scoped.subreddit) : "all communities"}
                      collected={comparison}
                    />
                    {!community && scoped.statistics.total === 0 && <WhatToWatch />}
                  </div>
                )
              );
            }}
          </DataState>
          <BeforeAndAfter />
          {!isRefused && <Reasons scope={scope} />}
          {community && !isRefused ? (
            <div class="halves">
              <div>
                <TopicsCard scope={{ community }} />
                <TrendingCard />
              </div>
              <div>
                <KindsOf community={community} hours={hours} />
              </div>
            </div>
          ) : (
            <div class="reasons">
              {!community && <Contributors />}
              <TrendingCard />
            </div>
          )}
          <SmallMultiples />
        </>
      )}
    </div>
  );
}

/** Return the hours of the comparison, and what they are compared with; null: it isn't there yet. */
function answerOf(comparison: Comparison | undefined): Compared | null {
  return comparison ? { ...comparison, coverage: comparison.subreddits[0]?.coverage } : null;
}

/** A list over all communities hides copies, so that only one community's counts can lead to one. */
function KindsOf({ community, hours }: { community: string; hours: Address["hours"] }) {
  const { data } = useStats(community, hours);
  const list = { ...NO_FILTER, view: "posts", subreddit: community, kind: "items" } as const;
  return <KindsCard kinds={data?.statistics.kinds ?? null} list={list} one="item" />;
}

/** Warn of mixed methods in anything that this view averages: scope, communities and topics. */
function Methods({ comparison }: { comparison: Comparison | undefined }) {
  const all = useAllTrends(address.value.hours).data?.compared ?? [];
  const topics = useTopics().data ?? [];
  const scopes = [...(comparison?.subreddits ?? []), ...all];
  const windows = scopes.flatMap((each) => [each.statistics, each.previous]);
  return <MixedMethods methods={methodNames([...windows, ...topics])} />;
}
