/** Trending: the topics that are larger than in the week before. */

import { useState } from "preact/hooks";
import { NO_FILTER } from "../address";
import type { Topic } from "../api";
import { Sparkline } from "../charts/sparkline";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { LabelShares, Score } from "../components/sentiment";
import { now } from "../cycles";
import { age, communityName, dateTime, plural } from "../format";
import { address } from "../navigation";
import { useFreshTopics } from "../queries";

const INITIAL_SHOWN = 5;

/** The topics as a card; whole: all of them, as in the view of their own. */
export function TrendingCard({ isWhole = false }: { isWhole?: boolean }) {
  const { subreddit: community } = address.value;
  const [isExpanded, setExpanded] = useState(isWhole);
  const topics = useFreshTopics();
  return (
    <section class="card trending" aria-labelledby="trending">
      <div class="card-head">
        <h2 id="trending">{isWhole ? "Topics" : "Trending"}</h2>
        <p class="muted">
          {topics.data?.[0]
            ? `in the last 24 hours, found ${age(topics.data[0].created_at, now.value)}`
            : "in the last 24 hours"}
        </p>
      </div>
      <DataState state={topics} skeleton={<Skeleton height={96} rows={3} />}>
        {(found) => {
          const here = community
            ? found.filter((topic) => topic.subreddits.some((name) => isSameName(name, community)))
            : found;
          if (!here.length)
            return (
              <EmptyNote title="Nothing stands out.">
                A topic needs posts of five people that use it more than in the week before.
              </EmptyNote>
            );
          const shown = isExpanded ? here : here.slice(0, INITIAL_SHOWN);
          return (
            <>
              <ol class="topics">
                {shown.map((topic) => (
                  <TopicCard key={topic.id} topic={topic} />
                ))}
              </ol>
              {here.length > shown.length && (
                <button type="button" class="button" onClick={() => setExpanded(true)}>
                  Show all {here.length}
                </button>
              )}
            </>
          );
        }}
      </DataState>
    </section>
  );
}

function TopicCard({ topic }: { topic: Topic }) {
  const to = {
    view: "posts",
    subreddit: null,
    ...NO_FILTER,
    topic: topic.id,
    at: topic.created_at,
  } as const;
  const said = topic.sentiment_distribution;
  const peak = dateTime(topic.peak_time);
  return (
    <li class="topic">
      <div class="topic-head">
        <h3>
          <Link to={to}>{topic.theme}</Link>
        </h3>
        <span
          class="growth"
          title="How many times as large a share of all posts as in the week before"
        >
          {topic.growth === null ? "new" : `×${topic.growth.toFixed(topic.growth < 10 ? 1 : 0)}`}
        </span>
        <Score value={topic.sentiment_avg} />
      </div>
      <div class="topic-body">
        <Sparkline
          values={topic.mentions_by_hour}
          name={`Posts and comments an hour over 24 hours, most at ${peak}`}
        />
        <LabelShares counts={said} />
      </div>
      <p class="topic-more muted">
        <Link to={to}>{plural(topic.mentions, "post")}</Link> in{" "}
        {topic.subreddits.slice(0, 3).map((name, number) => (
          <span key={name}>
            {number > 0 && ", "}
            <Link to={{ ...to, subreddit: name }}>{communityName(name)}</Link>
          </span>
        ))}
        {topic.subreddits.length > 3 && ` and ${topic.subreddits.length - 3} more`}
        {gainText(topic)}
        {topic.state && ` · ${stateText(topic.state, peak)}`}
      </p>
      {topic.keywords.length > 0 && (
        <ul class="keywords" aria-label="Keywords">
          {topic.keywords.slice(0, 6).map((word) => (
            <li key={word}>{word}</li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** Return the upvotes and comments that the topic gained in a day, of those that are known. */
function gainText({ upvotes, comments }: Topic): string {
  const gains = [upvotes && plural(upvotes, "upvote"), comments && plural(comments, "comment")];
  const named = gains.filter(Boolean);
  return named.length ? ` · gained ${named.join(" and ")}` : "";
}

function stateText(state: NonNullable<Topic["state"]>, peak: string): string {
  return state === "peaked" ? `peaked at ${peak}` : state;
}

function isSameName(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}
