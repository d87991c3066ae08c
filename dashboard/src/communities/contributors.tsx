/** The communities that moved the mean, and by how much. */

import { NO_FILTER } from "../address";
import type { ComparedScope } from "../api";
import { ContributorRow } from "../components/contributor";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { Change, Score } from "../components/sentiment";
import { now } from "../cycles";
import { rankContributors, significantChange, windowFilter } from "../figures";
import { baselineName, communityName, plural } from "../format";
import { address } from "../navigation";
import { useAllTrends } from "../queries";

const MAX_SHOWN = 5;

export function Contributors() {
  const { hours } = address.value;
  const trends = useAllTrends(hours);
  const baseline = baselineName(hours, trends.data?.collected.before);
  return (
    <section class="card why" aria-labelledby="why">
      <div class="card-head">
        <h2 id="why">What moved it</h2>
        <p class="muted">by how much, of the change on {baseline}</p>
      </div>
      <DataState state={trends} skeleton={<Skeleton height={44} rows={MAX_SHOWN} />}>
        {({ compared: all, collected }) => {
          const contributors = rankContributors(all).slice(0, MAX_SHOWN);
          const largest = Math.max(
            ...contributors.map((contributor) => Math.abs(contributor.effect)),
          );
          if (!contributors.length)
            return (
              <EmptyNote title="No community stands out.">{emptyReason(all, baseline)}</EmptyNote>
            );
          return (
            <ol class="contributors">
              {contributors.map(({ name, effect, compared }) => (
                <ContributorRow
                  key={name}
                  name={communityName(name)}
                  effect={effect}
                  largest={largest}
                  to={{
                    view: "posts",
                    subreddit: name,
                    ...NO_FILTER,
                    kind: "items",
                    ...windowFilter(collected.window, now.value),
                  }}
                >
                  <Score value={compared.statistics.avg_sentiment} />{" "}
                  <Change value={significantChange(compared)} />,{" "}
                  {plural(compared.statistics.total, "item")}
                </ContributorRow>
              ))}
            </ol>
          );
        }}
      </DataState>
    </section>
  );
}

/** Return why no community is listed. */
function emptyReason(all: ComparedScope[], baseline: string): string {
  const reasons = new Set(all.map((each) => each.change?.reason));
  if ([...reasons].every((reason) => reason === "no_earlier_data")) {
    return `There is no data of ${baseline} to compare with.`;
  }
  if ([...reasons].every((each) => each === "mixed_methods" || each === "no_earlier_data")) {
    return "Another method scored what was before.";
  }
  return "No community changed by more than chance explains.";
}
