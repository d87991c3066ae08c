/** The summary: one sentence, and the figures behind it. */

import { type Address, NO_FILTER } from "../address";
import type { ComparedScope } from "../api";
import { Link } from "../components/link";
import { MIN_CHANGE, moodSentence } from "../components/mood";
import { LabelShares, MeanChange, Score } from "../components/sentiment";
import { SpanNeeded } from "../components/span_needed";
import { VolumeChange } from "../components/volume_change";
import { windowText } from "../components/window_text";
import { health, isStale, lastEnded, now, running } from "../cycles";
import { type Collected, rankContributors, significantChange, windowFilter } from "../figures";
import { age, baselineName, communityName, count, plural } from "../format";
import { address } from "../navigation";
import { useAllTrends, useTopics } from "../queries";

/** The placeholder is about as long as the sentence that replaces it. */
const PLACEHOLDER = "Most of the rise came from r/there, where people talk about something";

interface Props {
  compared: ComparedScope;
  collected: Collected;
}

export function Summary({ compared, collected }: Props) {
  const { hours } = address.value;
  const { statistics } = compared;
  const span = windowFilter(collected.window, now.value);
  const to = { view: "posts", post: null, ...NO_FILTER, kind: "items", ...span } as const;
  return (
    <section class="card now" aria-labelledby="now">
      <h2 id="now" class="hidden">
        Now
      </h2>
      <div>
        <p class="headline">{headline(compared, collected, hours)}</p>
        <SpanNeeded change={compared.change} end={collected.window.end} />
        {compared.subreddit === "all" && !isStale.value && (
          <ChangeReason moved={significantChange(compared)} />
        )}
      </div>
      <div class="figures">
        <MeanFigure compared={compared} collected={collected} to={to} />
        <VolumeFigure compared={compared} to={to} />
        <Freshness />
      </div>
      <LabelShares counts={statistics} to={to} figures />
    </section>
  );
}

interface FigureProps {
  compared: ComparedScope;
  /** The list of the items that the figure counts. */
  to: Partial<Address>;
}

function MeanFigure({ compared, collected, to }: FigureProps & Props) {
  return (
    <div class="figure large">
      <p class="figure-name">Average sentiment</p>
      <Link to={to} class="figure-value">
        <Score value={compared.statistics.avg_sentiment} />
      </Link>
      <p class="figure-more">
        <MeanChange compared={compared} />{" "}
        {significantChange(compared) !== null && (
          <span class="muted">on {baselineName(address.value.hours, collected.before)}</span>
        )}
      </p>
    </div>
  );
}

function VolumeFigure({ compared, to }: FigureProps) {
  const { statistics } = compared;
  return (
    <div class="figure">
      <p class="figure-name">Posts and comments</p>
      <Link to={to} class="figure-value">
        {count(statistics.total)}
      </Link>
      <p class="figure-more">
        <VolumeChange measured={compared} />
      </p>
      <p class="figure-more muted">
        {plural(statistics.posts, "post")}, {plural(statistics.comments, "comment")}
      </p>
      {statistics.copies > 0 && (
        <p class="figure-more muted">
          {plural(statistics.copies, "post is a copy", "posts are copies")}; lists over all show
          them as one
        </p>
      )}
      {statistics.left_out > 0 && (
        <p class="figure-more muted">
          {count(statistics.left_out)} not in English, left out of the average
        </p>
      )}
    </div>
  );
}

function headline(compared: ComparedScope, { before }: Collected, hours: number): string {
  const { statistics } = compared;
  const window = windowText(hours);
  if (!statistics.total)
    return `Nothing was ${wasCollected(compared) ? "said" : "collected"} in ${window}.`;
  return moodSentence(compared, hours, { mood: "The mood", one: "item", before });
}

/** Return whether the scope was collected up to the last cycle: an empty window is quiet then. */
function wasCollected({ change }: ComparedScope): boolean {
  return !isStale.value && !change?.behind.length && lastEnded.value?.status !== "failed";
}

/** The community that caused most of the change, and its topic. */
function ChangeReason({ moved }: { moved: number | null }) {
  const loadedAll = useAllTrends(address.value.hours);
  const loadedTopics = useTopics();
  const all = loadedAll.data?.compared ?? [];
  const topics = loadedTopics.data ?? [];
  if (moved === null || Math.abs(moved) < MIN_CHANGE) return null;
  if ([loadedAll, loadedTopics].some(({ data, error }) => !data && !error))
    return <p class="because coming">{PLACEHOLDER}</p>;
  const first = rankContributors(all).find((contributor) => contributor.effect > 0 === moved > 0);
  // The placeholder's line stays: what is below must not jump.
  if (!first) return <p class="because">No community alone accounts for it.</p>;
  const topic = topics.find(
    (each) =>
      each.subreddits[0] === first.name &&
      each.state !== "fading" &&
      (each.sentiment_avg ?? 0) !== 0 &&
      (each.sentiment_avg ?? 0) > 0 === moved > 0,
  );
  return (
    <p class="because">
      {first.effect / moved > 0.5 ? "Most" : "The largest part"} of the{" "}
      {moved > 0 ? "rise" : "fall"} came from{" "}
      <Link to={{ subreddit: first.name }}>{communityName(first.name)}</Link>
      {topic && (
        <>
          , where people talk about{" "}
          <Link to={{ view: "posts", ...NO_FILTER, topic: topic.id, at: topic.created_at }}>
            {topic.theme}
          </Link>
        </>
      )}
      .
    </p>
  );
}

/** The age of the data, the next collection, and what failed. */
function Freshness() {
  const application = health.value?.application;
  const cycle = lastEnded.value;
  const failed = cycle?.errors ?? [];
  const failedCommunities = failed.flatMap(({ subreddit }) => subreddit ?? []);
  return (
    <div class="figure">
      <p class="figure-name">Data</p>
      <Link to={{ view: "collection", post: null, ...NO_FILTER }} class="figure-value small">
        {application?.last_collection_at ? age(application.last_collection_at, now.value) : "…"}
      </Link>
      <p class="figure-more muted">
        {running.value
          ? "collecting now"
          : application && `next collection ${age(application.next_collection_at, now.value)}`}
      </p>
      {failed.length > 0 && (
        <p class="figure-more warning" title={failed.map((each) => each.message).join("\n")}>
          {failedCommunities.length
            ? `failed: ${failedCommunities.map(communityName).join(", ")}`
            : "the last collection failed"}
        </p>
      )}
    </div>
  );
}
