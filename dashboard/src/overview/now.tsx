/** Now: one sentence, and the figures it rests on. */

import { address, NO_FILTER } from "../address";
import { type Compared, type Topic, TRENDING } from "../api";
import { health, lastEnded, now, running } from "../cycles";
import { useData } from "../data";
import { changeOf, isComparable, labelOf, moversOf } from "../figures";
import { age, count, plural, signed, windowName } from "../format";
import { Link } from "../parts/link";
import { Change, MeanChange, Score, Split } from "../parts/mood";
import { useAllCompared } from "./all_compared";

/** A smaller change of the mean is none that anybody would look into. */
const LEAST_MOVED = 0.01;
const FEELINGS = { positive: "positive", neutral: "mixed", negative: "negative" };

export function Now({ compared }: { compared: Compared }) {
  const { hours } = address.value;
  const { statistics, difference, previous } = compared;
  const to = { view: "posts", post: null, ...NO_FILTER } as const;
  return (
    <section class="card now" aria-labelledby="now">
      <h2 id="now" class="hidden">
        Now
      </h2>
      <div>
        <p class="headline">{headlineOf(compared, hours)}</p>
        {compared.subreddit === "all" && <Because moved={changeOf(compared)} />}
      </div>
      <div class="figures">
        <div class="figure large">
          <p class="figure-name">Average sentiment</p>
          <Link to={to} class="figure-value">
            <Score value={statistics.avg_sentiment} />
          </Link>
          <p class="figure-more">
            <MeanChange of={compared} />{" "}
            {changeOf(compared) !== null && (
              <span class="muted">on the {windowName(hours)} before</span>
            )}
          </p>
        </div>
        <div class="figure">
          <p class="figure-name">Posts and comments</p>
          <Link to={to} class="figure-value">
            {count(statistics.total)}
          </Link>
          <p class="figure-more">
            {isComparable(compared) ? (
              <>
                <Change value={difference.total} digits={0} />{" "}
                <span class="muted">({signed((100 * difference.total) / previous.total)}%)</span>
              </>
            ) : (
              <span class="muted">no earlier data</span>
            )}
          </p>
          <p class="figure-more muted">
            {plural(statistics.posts, "post")}, {plural(statistics.comments, "comment")}
          </p>
          {statistics.left_out > 0 && (
            <p class="figure-more muted">
              {count(statistics.left_out)} not in English, left out of the average
            </p>
          )}
        </div>
        <Freshness />
      </div>
      <Split counts={statistics} to={to} figures />
    </section>
  );
}

function headlineOf(compared: Compared, hours: number): string {
  const average = compared.statistics.avg_sentiment;
  if (average === null) return `Nothing was said in the last ${windowName(hours)}.`;
  const feeling = `The mood is ${FEELINGS[labelOf(average)]}`;
  const moved = changeOf(compared);
  if (moved === null) return `${feeling}.`;
  const before = `the ${windowName(hours)} before`;
  if (Math.abs(moved) < LEAST_MOVED) return `${feeling}, as in ${before}.`;
  const amount = Math.abs(moved) < 0.03 ? "a little " : Math.abs(moved) > 0.1 ? "much " : "";
  return `${feeling}, ${amount}${moved > 0 ? "better" : "worse"} than in ${before}.`;
}

/** Where most of a change came from, and what is talked about there. */
function Because({ moved }: { moved: number | null }) {
  const all = useAllCompared().data?.compared ?? [];
  const topics = useData<Topic[]>(TRENDING).data ?? [];
  if (moved === null || Math.abs(moved) < LEAST_MOVED) return null;
  const first = moversOf(all).find((mover) => mover.effect > 0 === moved > 0);
  if (!first) return null;
  const topic = topics.find(
    (each) =>
      each.subreddits[0] === first.name &&
      (each.sentiment_avg ?? 0) !== 0 &&
      (each.sentiment_avg ?? 0) > 0 === moved > 0,
  );
  return (
    <p class="because">
      {first.effect / moved > 0.5 ? "Most" : "The largest part"} of the{" "}
      {moved > 0 ? "rise" : "fall"} came from{" "}
      <Link to={{ subreddit: first.name }}>r/{first.name}</Link>
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

/** How fresh the data is, when there will be more, and what failed. */
function Freshness() {
  const told = health.value?.application;
  const cycle = lastEnded.value;
  const failed = cycle?.errors ?? [];
  const failedOnes = failed.flatMap(({ subreddit }) => subreddit ?? []);
  return (
    <div class="figure">
      <p class="figure-name">Data</p>
      <Link to={{ view: "collection", post: null, ...NO_FILTER }} class="figure-value small">
        {told?.last_collection_at ? age(told.last_collection_at, now.value) : "…"}
      </Link>
      <p class="figure-more muted">
        {running.value
          ? "collecting now"
          : told && `next collection ${age(told.next_collection_at, now.value)}`}
      </p>
      {failed.length > 0 && (
        <p class="figure-more warning" title={failed.map((each) => each.message).join("\n")}>
          {failedOnes.length
            ? `failed: ${failedOnes.map((name) => `r/${name}`).join(", ")}`
            : "the last collection failed"}
        </p>
      )}
    </div>
  );
}
