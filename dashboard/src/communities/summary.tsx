/** The summary: one sentence, and the figures behind it. */

import { type Address, NO_FILTER } from "../address";
import type { ComparedScope } from "../api";
import { Link } from "../components/link";
import { Change, LabelShares, MeanChange, Score } from "../components/sentiment";
import { health, isStale, lastEnded, now, running } from "../cycles";
import {
  type Collected,
  countChange,
  isComparable,
  MIN_ITEMS,
  rankContributors,
  scoredCount,
  significantChange,
  significantLabel,
  windowFilter,
} from "../figures";
import { age, communityName, count, plural, signed, windowName } from "../format";
import { address } from "../navigation";
import { useAllTrends, useTopics } from "../queries";

/** A smaller change of the mean needs no explanation. */
const MIN_CHANGE = 0.01;
/** The placeholder is about as long as the sentence that replaces it. */
const PLACEHOLDER = "Most of the rise came from r/there, where people talk about something";
const MOODS = { positive: "positive", neutral: "mixed", negative: "negative" };

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
        <p class="headline">{headline(compared, hours)}</p>
        {compared.subreddit === "all" && !isStale.value && (
          <ChangeReason moved={significantChange(compared)} />
        )}
      </div>
      <div class="figures">
        <MeanFigure compared={compared} to={to} />
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

function MeanFigure({ compared, to }: FigureProps) {
  return (
    <div class="figure large">
      <p class="figure-name">Average sentiment</p>
      <Link to={to} class="figure-value">
        <Score value={compared.statistics.avg_sentiment} />
      </Link>
      <p class="figure-more">
        <MeanChange compared={compared} />{" "}
        {significantChange(compared) !== null && (
          <span class="muted">on the {windowName(address.value.hours)} before</span>
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
        <VolumeChange compared={compared} />
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

function VolumeChange({ compared }: { compared: ComparedScope }) {
  const { change } = compared;
  if (!isComparable(compared)) {
    return (
      <span class="muted">
        {change?.verdict === "not_collected" ? "not all was collected" : "no earlier data"}
      </span>
    );
  }
  const more = countChange(compared, (totals) => totals.total);
  return (
    <>
      <Change value={more} digits={0} />{" "}
      <span class="muted">
        ({signed((100 * more) / (change?.previous.total ?? 1))}%) in full hours
      </span>
    </>
  );
}

function headline(compared: ComparedScope, hours: number): string {
  const { statistics, change } = compared;
  const window = `the last ${windowName(hours)}`;
  if (!statistics.total)
    return `Nothing was ${wasCollected(compared) ? "said" : "collected"} in ${window}.`;
  if (isStale.value) return "Collection is behind: the mood of now isn't known.";
  const mood = significantLabel(compared);
  if (mood === null) {
    const items = plural(scoredCount(statistics), "item");
    return `Too few to name a mood: ${items} in ${window}, of ${MIN_ITEMS} at least.`;
  }
  const feeling = `The mood is ${MOODS[mood]}`;
  const before = `the ${windowName(hours)} before`;
  if (change?.verdict === "unclear") return `${feeling}, with no clear change on ${before}.`;
  const moved = significantChange(compared);
  if (moved === null) return `${feeling}.`;
  if (Math.abs(moved) < MIN_CHANGE) return `${feeling}, as in ${before}.`;
  const amount = Math.abs(moved) < 0.03 ? "a little " : Math.abs(moved) > 0.1 ? "much " : "";
  return `${feeling}, ${amount}${moved > 0 ? "better" : "worse"} than in ${before}.`;
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
  if (!first) return null;
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
